"""Uploaded values from several files: one a platform, or one for all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.canonical import COHORTS, CREDITS, FACTS, Aggregated, empty, to_frame
from kpi_core.actuals.keep import Actuals, add, current
from kpi_core.models.actuals import ImportRecord, Shape

Upload = tuple[Shape, list[tuple[int, str, float]]]
"""Shape, and month, channel, value of each row."""


def _record(number: int, shape: Shape) -> ImportRecord:
    return ImportRecord(
        id=f"import_{number}",
        mapping_id="spend",
        shape=shape,
        files=("spend.csv",),
        imported_on=date(2026, 4, 1),
        rows_read=1,
        rows_used=1,
        rows_set_aside=0,
    )


def _rows(rows: list[tuple[int, str, float]]) -> pd.DataFrame:
    made: list[dict[str, Any]] = [
        {
            "kind": "flow",
            "id": "marketing_spend",
            "day": pd.Timestamp(2026, month, 1),
            "grain": "month",
            "channel": channel,
            "segment": "",
            "value": value,
            "n": 0,
        }
        for month, channel, value in rows
    ]
    return to_frame(pa.Table.from_pylist(made, schema=FACTS), FACTS)


def _kept(uploads: list[Upload]) -> Actuals:
    found: Actuals | None = None
    for number, (shape, rows) in enumerate(uploads):
        fresh = Aggregated(_rows(rows), empty(COHORTS), empty(CREDITS))
        found = add(found, fresh, _record(number, shape))
    assert found is not None
    return found


def _values(uploads: list[Upload]) -> list[tuple[int, str, float]]:
    facts = current(_kept(uploads)).facts
    months, channels = facts["day"].dt.month.tolist(), facts["channel"].tolist()
    return sorted(zip(months, channels, facts["value"].tolist(), strict=True))


def test_files_of_two_platforms_stand_side_by_side() -> None:
    uploads: list[Upload] = [
        (Shape.VALUES_LONG, [(1, "paid", 100.0)]),
        (Shape.VALUES_LONG, [(1, "social", 40.0)]),
    ]
    assert _values(uploads) == [(1, "paid", 100.0), (1, "social", 40.0)]


def test_a_corrected_file_replaces_its_own_channel_only() -> None:
    uploads: list[Upload] = [
        (Shape.VALUES_WIDE, [(1, "paid", 100.0), (1, "social", 40.0), (2, "paid", 90.0)]),
        (Shape.VALUES_LONG, [(1, "paid", 110.0)]),
    ]
    assert _values(uploads) == [(1, "paid", 110.0), (1, "social", 40.0), (2, "paid", 90.0)]


def test_a_value_for_all_and_values_of_parts_replace_each_other() -> None:
    whole: Upload = (Shape.VALUES_LONG, [(1, "", 140.0)])
    part: Upload = (Shape.VALUES_LONG, [(1, "paid", 100.0)])
    assert _values([whole, part]) == [(1, "paid", 100.0)]
    assert _values([part, whole]) == [(1, "", 140.0)]


def test_an_export_of_rows_still_replaces_the_month_whole() -> None:
    uploads: list[Upload] = [
        (Shape.VALUES_LONG, [(1, "paid", 100.0), (1, "social", 40.0)]),
        (Shape.LEADS, [(1, "paid", 70.0)]),
    ]
    assert _values(uploads) == [(1, "paid", 70.0)]


ROWS = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(["", "paid", "seo"]), st.just(1.0)),
    max_size=4,
    unique_by=lambda row: row[:2],
)
UPLOADS = st.lists(
    st.tuples(st.sampled_from([Shape.VALUES_LONG, Shape.LEADS]), ROWS), min_size=1, max_size=4
)


@given(UPLOADS)
def test_a_row_counts_unless_something_newer_covers_it(uploads: list[Upload]) -> None:
    wanted = []
    for age, (shape, rows) in enumerate(uploads):
        for month, channel, value in rows:
            whole = shape is Shape.LEADS or channel == ""
            newer = [
                later_shape is Shape.LEADS or later == "" or whole or later == channel
                for later_shape, later_rows in uploads[age + 1 :]
                for later_month, later, _value in later_rows
                if later_month == month
            ]
            if not any(newer):
                wanted.append((month, channel, value))
    assert _values(uploads) == sorted(wanted)
