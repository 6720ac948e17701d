"""Bytes -> UTF-8 text, its delimiter and its header row: all that is decided before a table is split."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from charset_normalizer import from_bytes

SAMPLE = 130_000
"""Characters looked at to find delimiter and header; below the longest field the csv module takes."""
MOST_COLUMNS = 2_000
DELIMITERS = ("\t", ";", "|", ",")
"""Commas last: where two cut equally well, the comma is the one that also occurs in text and numbers."""
_NAMES = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a vertical bar"}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_LEGACY = {
    "cp932": "Shift_JIS",
    "cp1252": "Windows-1252",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "cp949": "EUC-KR",
}
_HIGH = re.compile(rb"[\x80-\xff]")
_NOISE = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_NEAR, _FULL = 5, 0.7
_STARTS_AS_VALUE = re.compile(r"\s*[-+(]?\W?\d")
_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n?\Z", re.IGNORECASE)
_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database file"),
    (b"\x7fELF", "a program"),
)
_TABLE_WANTED = "Upload the table itself, saved as CSV (UTF-8) or as an Excel workbook (.xlsx)."


class Unreadable(Exception):
    """The file as a whole cannot be read: code, message and fix of the finding."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(code, message, fix)
        self.code, self.message, self.fix = code, message, fix


@dataclass(frozen=True)
class Text:
    """The file as UTF-8 without mark. `damaged` counts the characters that could not be read."""

    content: bytes
    encoding: str
    damaged: int = 0
    guessed: bool = False


@dataclass(frozen=True)
class Layout:
    """Where the table starts. `header_row` counts records as a person does, from 1."""

    delimiter: str
    header_row: int
    header: tuple[str, ...]
    above: tuple[str, ...]
    """The lines above the header, such as a report's title."""


def refuse_foreign(content: bytes) -> None:
    """Raise `Unreadable` where the first bytes are those of a file that holds no text table."""
    for start, kind in _FOREIGN:
        if content.startswith(start):
            raise Unreadable("wrong_file_type", f"It is {kind}, not a table.", _TABLE_WANTED)
    head = content[:2000].removeprefix(codecs.BOM_UTF8).lstrip()
    if re.match(rb"<(!doctype|html|head|body|table|meta|\?xml|!--|svg)", head, re.IGNORECASE):
        raise Unreadable(
            "wrong_file_type",
            "It is a web page or XML, not a table; some tools name such files .xls or .csv.",
            "Open it in a spreadsheet program and save it as CSV or .xlsx.",
        )
    if re.match(rb"(\[\s*)?\{\s*(\"|\})|\[\s*[\[\"\d]", head) and _is_json(content):
        raise Unreadable("wrong_file_type", "It is JSON, not a table.", _TABLE_WANTED)


def _is_json(content: bytes) -> bool:
    if content.rstrip()[-1:] not in (b"}", b"]"):
        return False
    try:
        json.loads(content[:1_000_000])
    except ValueError:
        return len(content) > 1_000_000 or content.lstrip().startswith(b"{")
    except RecursionError:
        return True
    return True


def decode(content: bytes) -> Text:
    """The text of the bytes: by mark, as UTF-8, as UTF-16 without mark, else the likeliest old encoding.

    Raises `Unreadable` for bytes that are no text.
    """
    text = _decode(content)
    check_text(text.content)
    return text


def check_text(content: bytes) -> None:
    """Raise `Unreadable` for UTF-8 that holds what no text table does."""
    if b"\0" in content:
        row = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise Unreadable(
            "binary_file",
            f"It holds NUL bytes, the first in line {row:,}: it is damaged or no text file.",
            "Export it again from where it came from.",
        )
    sample = content[:SAMPLE]
    if len(sample) - len(sample.translate(None, _NOISE)) > len(sample) / 200:
        raise Unreadable("binary_file", "It holds binary data, not text.", _TABLE_WANTED)


def _decode(content: bytes) -> Text:
    for mark, codec, name in _BOMS:
        if content.startswith(mark):
            return _replaced(content[len(mark) :], codec, name)
    wide = _wide(content[:SAMPLE])
    if wide:
        return _replaced(content, wide, "UTF-16")
    try:
        if not content.isascii():
            content.decode("utf-8")
        return Text(content, "UTF-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(content):
        return _replaced(content, "utf-8", "UTF-8")
    best = from_bytes(_telling_lines(content), cp_isolation=list(_LEGACY)).best()
    codec = best.encoding if best and best.encoding in _LEGACY else "cp1252"
    read = _replaced(content, codec, _LEGACY[codec])
    return Text(read.content, read.encoding, read.damaged, guessed=True)


def _replaced(content: bytes, codec: str, name: str) -> Text:
    """Decoded; what cannot be read becomes U+FFFD and is counted."""
    try:
        return Text(content.decode(codec).encode(), name)
    except UnicodeDecodeError:
        text = content.decode(codec, errors="replace")
        return Text(text.encode(), name, text.count("\ufffd"))


def _wide(sample: bytes) -> str | None:
    """UTF-16 without mark: most bytes of one parity are zero, hardly any of the other."""
    half = len(sample) // 2
    even, odd = sample[: 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if half and max(even, odd) > 0.4 * half and min(even, odd) < 0.02 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _mostly_utf8(content: bytes) -> bool:
    """A UTF-8 file with a few damaged places, rather than one in an old encoding."""
    text = content.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    others = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return others > 10 * damaged


def _telling_lines(content: bytes) -> bytes:
    """The first lines, and up to 1,000 of those with bytes that encodings disagree about."""
    lines = content[:4_000].splitlines(keepends=True)[:20]
    position, size = 0, 0
    while len(lines) < 1_000 and size < SAMPLE and (found := _HIGH.search(content, position)):
        start = max(content.rfind(b"\n", 0, found.start()) + 1, found.start() - 2_000)
        end = content.find(b"\n", found.end())
        position = len(content) if end < 0 else end + 1
        position = min(position, start + 10_000)
        lines.append(content[start:position])
        size += position - start
    return b"".join(lines)


def find_layout(content: bytes, *, delimiter: str | None = None) -> Layout:
    """Delimiter and header row from the first `SAMPLE` characters of UTF-8 text.

    The delimiter is the one that cuts most rows into the same number of cells. The header is the
    first row that fills half of the table's columns; lines above it belong to no table.
    Raises `Unreadable` when there is no row, or more than `MOST_COLUMNS` columns.
    """
    sample = content[: 2 * SAMPLE].decode("utf-8", errors="ignore")[:SAMPLE]
    first = sample[: sample.find("\n") + 1] or sample
    given = _SEPARATOR_LINE.match(first)
    if given:
        delimiter = given.group(1)
    cut = len(sample) >= SAMPLE
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda sign: _consistency(_records(sample, sign, cut)))
    records = _records(sample, delimiter, cut)
    _check_width(records, cut)
    start = 1 if given else 0
    number = header_position(records, start)
    above = tuple(
        " ".join(filter(None, (cell.strip() for cell in record)))
        for record in records[start:number]
    )
    header = tuple(cell.strip() for cell in records[number])
    return Layout(delimiter, number + 1, header, tuple(filter(None, above)))


def delimiter_name(delimiter: str) -> str:
    """`a semicolon`, to say how a file was split."""
    return _NAMES.get(delimiter, f"'{delimiter}'")


def _records(sample: str, delimiter: str, cut: bool) -> list[list[str]]:
    """The sample split; the last record is left out where the sample cuts it, unless it is the only one."""
    records = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    return [*records[:-1], []] if cut and len(records) > 1 else records


def _consistency(records: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Share of rows with the most usual number of cells, when that is above one; then that number."""
    widths = Counter(len(record) for record in records if any(map(str.strip, record)))
    if not widths:
        return (0, 0)
    width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    return (rows / widths.total(), width) if width > 1 else (0, 0)


def header_position(
    records: Sequence[Sequence[str]], start: int = 0, *, trimmed: bool = False
) -> int:
    """Index of the first record that fills at least half of the table's columns.

    A much fuller record soon below that reads like names is taken instead: `As of 2026, 10:00` is a
    title. `trimmed` counts a record only up to its last filled cell: rows of a sheet are all equally
    wide. Raises `Unreadable` when all records are blank.
    """
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    rows = [n for n in range(start, len(records)) if filled[n]]
    if not rows:
        raise Unreadable("empty_file", "It holds no text.", "Choose the file again.")
    widths = Counter(_last_filled(records[n]) if trimmed else len(records[n]) for n in rows)
    # lines of a report's head are one cell wide and may outnumber a short table
    width = max(widths, key=lambda w: (widths[w] * (3 if w > 1 else 1), w))
    first = next((n for n in rows if filled[n] >= width / 2), rows[0])
    near = [n for n in rows if first <= n <= first + _NEAR and filled[n] > _FULL * width]
    return near[0] if near and _reads_like_names(records[near[0]]) else first


def _reads_like_names(record: Sequence[str]) -> bool:
    """Cells that start with no figure and hardly repeat."""
    names = [cell.strip() for cell in record if cell.strip()]
    return not any(map(_STARTS_AS_VALUE.match, names)) and len(set(names)) > _FULL * len(names)


def _last_filled(record: Sequence[str]) -> int:
    return max(n for n, cell in enumerate(record, start=1) if cell.strip())


def _check_width(records: Sequence[Sequence[str]], cut: bool) -> None:
    widest = max((len(record) for record in records), default=0)
    endless = cut and len(records) == 1
    if widest > MOST_COLUMNS:
        raise Unreadable(
            "too_many_columns",
            f"A row has {'at least ' if endless else ''}{widest:,} cells; {MOST_COLUMNS:,} is the limit.",
            "Keep the columns that are needed and export it again.",
        )
    if endless:
        raise Unreadable(
            "row_too_long",
            f"Its first row does not end within {SAMPLE:,} characters: it is no table, or a "
            f"quotation mark in it is never closed.",
            "Open it in a text editor and look at its first line.",
        )
