"""Booleans, and the guess of what a column holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from kpi_core.actuals.columns import FALSE_WORDS, TRUE_WORDS, guess_kind, read_booleans


def test_booleans() -> None:
    column = read_booleans(pa.array(["Yes", "no", " TRUE", "0", "maybe", None, "N/A", "はい"]))
    assert column.values.to_pylist() == [True, False, True, False, None, None, None, True]
    assert column.unreadable.to_pylist() == [False] * 4 + [True] + [False] * 3
    assert "1" in column.note
    assert not set(TRUE_WORDS) & set(FALSE_WORDS)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ((), "empty"),
        ((None, "", " ", "N/A"), "empty"),
        (("2026-01-05", None, "2026-01-06"), "date"),
        (("15 Apr, 2021 00:03:00",), "date"),
        (("20180226", "20180301"), "date"),
        (("2026-01-05", "x", "2026-01-06", "y"), "date"),
        (("2026-01-05", "x", "y"), "text"),
        (("1,234.50", "$7"), "number"),
        (("43157", "43158"), "number"),
        (("12345678", "87654321"), "number"),
        (("0", "1", "1"), "number"),
        (("1.5", "2.25"), "number"),
        (("Yes", "No", None), "boolean"),
        (("true", "1"), "boolean"),
        (("paid search", "email"), "text"),
        (("Lead 1", "Lead 2"), "text"),
        (("dac32acd4db4c29c230538b72f8dd87d",), "text"),
        (("12 Main Street", "5 High Street"), "text"),
    ],
)
def test_guess_kind(cells: tuple[str | None, ...], kind: str) -> None:
    assert guess_kind(pa.array(cells, pa.string())) == kind


def test_the_guess_looks_at_the_whole_column() -> None:
    """The first half is text, the second half and one more are dates."""
    cells = ["not yet"] * 50_000 + ["2026-01-05"] * 60_000
    assert guess_kind(pa.array(cells)) == "date"
    assert guess_kind(pa.array(cells[:50_010])) == "text"
    assert guess_kind(pa.chunked_array([[None] * 5_000, ["7"]], pa.string())) == "number"
