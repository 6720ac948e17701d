"""What reading numbers, dates and booleans share: plain text of cells, and words that mean nothing."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Cells: TypeAlias = pa.Array | pa.ChunkedArray
Mask = npt.NDArray[np.bool_]

BLANK_WORDS = frozenset(
    ("-", "--", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "(blank)", "(empty)", "(none)")
)
"""What systems write for nothing, in lower case."""
_DASHES = "–—−"


def one_array(cells: Cells) -> pa.Array:
    """The column in one piece, as strings."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if isinstance(cells, pa.ChunkedArray):  # older versions of Arrow keep the wrapper
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], pa.string())
    return cells.cast(pa.string())


def plain(cells: Cells) -> tuple[pa.Array, int]:
    """Trimmed text with ordinary digits, spaces, dashes and apostrophes; null where blank.

    Also how many cells held a word for nothing, such as `N/A`.
    """
    text = one_array(cells)
    if not pc.all(pc.string_is_ascii(text)).as_py():
        text = pc.utf8_normalize(text, form="NFKC")
        for dash in _DASHES:
            text = pc.replace_substring(text, dash, "-")
        text = pc.replace_substring(text, "’", "'")
    text = pc.utf8_trim_whitespace(text)
    words = pc.is_in(pc.utf8_lower(text), pa.array(sorted(BLANK_WORDS)))
    empty = pc.equal(pc.binary_length(text), 0)
    blank = pc.fill_null(pc.or_(words, empty), False)
    if pc.any(blank).as_py():
        text = pc.if_else(blank, pa.scalar(None, pa.string()), text)
    return text, int(pc.sum(words).as_py() or 0)


def as_mask(values: Cells) -> Mask:
    """A boolean column as an array, null as false."""
    return np.asarray(
        pc.fill_null(one_piece(values), False).to_numpy(zero_copy_only=False), dtype=bool
    )


def one_piece(values: Cells) -> pa.Array:
    """The column in one piece, of whatever type."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def matches(text: pa.Array, pattern: str) -> Mask:
    """Whether each cell matches the regular expression (RE2)."""
    return as_mask(pc.match_substring_regex(text, pattern))


def blank_note(words: int) -> str:
    """A sentence about cells that hold a word for nothing; empty when there are none."""
    return f"Read as blank (N/A, - and the like): {words:,}." if words else ""
