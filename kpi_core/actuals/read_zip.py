"""Whether an .xlsx file is safe to open. A workbook is a ZIP of XML, and both can be made to explode."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from kpi_core.actuals.read_sheet_xml import SAVE_AGAIN, check_sheet, text_lengths, unsafe
from kpi_core.actuals.read_text import Unreadable

LARGEST_UNPACKED = 800 * 2**20
"""Bytes of all parts together. A million rows of eight cells have some 400 MB."""
MOST_ENTRIES = 5_000
HIGHEST_RATIO = 100
"""Unpacked to packed bytes of a large part; sheets reach some 20, only emptiness reaches 1,000."""
_LARGE = 10 * 2**20
_PIECE = 1 << 20


def check_workbook(content: bytes) -> None:
    """Raise `Unreadable` unless the bytes are a workbook that unpacks within bounds.

    Every part is unpacked once, piece by piece, so that sizes stated in the file need not be believed.
    """
    entries = _entries(content)
    names = {entry.filename.casefold() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise Unreadable("wrong_file_type", *_other_archive(names))
    lengths = np.zeros(0, dtype=np.int64)
    for entry in sorted(entries, key=lambda entry: not _holds_texts(entry)):
        part = Pieces(_inflate(content, entry))
        if _holds_texts(entry):
            lengths = text_lengths(part)
        else:
            check_sheet(part, lengths)
        if part.size != entry.file_size:
            raise unsafe("a part unpacks to another size than it states")


def _holds_texts(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.casefold().endswith("sharedstrings.xml")


def _entries(content: bytes) -> list[zipfile.ZipInfo]:
    tail = content[-(1 << 16) - 22 :]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise Unreadable(
            "workbook_damaged", "It is a damaged ZIP or Excel file.", SAVE_AGAIN
        ) from error
    sizes = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or sizes > LARGEST_UNPACKED:
        raise unsafe(f"it holds {len(entries):,} parts of {sizes:,} bytes unpacked")
    if any(e.file_size > max(_LARGE, HIGHEST_RATIO * e.compress_size) for e in entries):
        raise unsafe(f"a part unpacks to more than {HIGHEST_RATIO} times its size")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(
            "file_protected", "It is protected by a password.", "Save it without a password."
        )
    names = [entry.filename.casefold() for entry in entries]
    texts = sum(map(_holds_texts, entries))
    odd = {entry.compress_type for entry in entries} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    # readers disagree about which of two directories or parts of one name counts: allow only one
    begin = min((entry.header_offset for entry in entries), default=1)
    if odd or len(set(names)) < len(names) or tail.count(b"PK\x05\x06") != 1:
        raise unsafe("it is put together in an unusual way")
    if begin or texts > 1:
        raise unsafe("it is put together in an unusual way")
    return entries


def _other_archive(names: set[str]) -> tuple[str, str]:
    if "xl/workbook.bin" in names:
        return "It is a binary Excel workbook (.xlsb).", "Save it as .xlsx or CSV."
    if "content.xml" in names:
        return "It is an OpenDocument file.", "Save it as .xlsx or CSV."
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        return "It is a Word or PowerPoint file, not a table.", "Save the table as .xlsx or CSV."
    return "It is a ZIP archive, not a table.", "Unpack it and upload the table inside."


class Pieces:
    """The pieces of a part, with the number of bytes seen so far."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.size = 0
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            yield piece


def _inflate(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, never more than one piece beyond the size it states."""
    head = entry.header_offset
    if content[head : head + 4] != b"PK\x03\x04":
        raise unsafe("a part is not where the directory says")
    start = head + 30 + int.from_bytes(content[head + 26 : head + 28], "little")
    start += int.from_bytes(content[head + 28 : head + 30], "little")
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[n : n + _PIECE]) for n in range(0, len(packed), _PIECE))
        return
    engine, size, at = zlib.decompressobj(-15), 0, 0
    waiting = b""
    try:
        while not engine.eof and size <= entry.file_size and (waiting or at < len(packed)):
            feed = waiting or bytes(packed[at : at + 65_536])
            at += 0 if waiting else len(feed)
            piece = engine.decompress(feed, _PIECE)
            waiting = engine.unconsumed_tail
            size += len(piece)
            yield piece
    except zlib.error as error:
        raise Unreadable(
            "workbook_damaged", "A part of the workbook cannot be unpacked.", SAVE_AGAIN
        ) from error
