"""The difference of two frameworks as CSV."""

from __future__ import annotations

import csv
import io

from kpi_core.export.difference_table import COLUMNS, difference_table
from kpi_core.export.files import csv_bytes
from kpi_core.models.rhythm import ChangeLine

LINES = (
    ChangeLine(
        area="Targets", what="Win rate, target", before="22.0%", after="25.0%", metric_id="win_rate"
    ),
    ChangeLine(area="KPIs", what="=cmd()", before=None, after='added, "so"'),
)


def test_one_row_a_difference_and_nothing_a_spreadsheet_would_run() -> None:
    text = csv_bytes(difference_table(LINES, "Signed off", "Now")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        list(COLUMNS),
        ["Targets", "Win rate, target", "22.0%", "25.0%", "win_rate", "Signed off", "Now"],
        ["KPIs", "'=cmd()", "", 'added, "so"', "", "Signed off", "Now"],
    ]


def test_no_difference_is_a_header_alone() -> None:
    assert difference_table((), "a", "b").rows == ()
