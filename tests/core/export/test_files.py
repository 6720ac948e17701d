"""Framework -> files."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.export.files import (
    Export,
    calendar_end,
    csv_bytes,
    file_stem,
    to_calendar,
    to_csv,
    to_json,
    to_zip,
)
from kpi_core.export.open import open_framework
from kpi_core.export.tables import KPI_COLUMNS, Table
from kpi_core.models.framework import MeasurementFramework

Build = Callable[[Any], MeasurementFramework]
Golden = Callable[[str, bytes], None]
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _archive(export: Export) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# JSON


def test_json_is_the_whole_document(framework: MeasurementFramework) -> None:
    export = to_json(framework)
    opened = open_framework(export.content)
    assert opened.framework == framework
    assert opened.findings == ()
    assert export.losses == ()
    assert export.mime == "application/json"
    assert export.content.endswith(b"}\n")
    assert not export.content.startswith(b"\xef\xbb\xbf")


def test_json_has_iso_dates_and_readable_text(worked_example: MeasurementFramework) -> None:
    document = json.loads(to_json(worked_example).content)
    assert document["updated_on"] == "2026-04-01"
    assert list(document)[:2] == ["schema_version", "catalog_version"]
    assert "与謝秀作".encode() in to_json(worked_example).content


# CSV


def test_csv_is_one_row_per_kpi(framework: MeasurementFramework) -> None:
    export = to_csv(framework)
    assert export.content.startswith(b"\xef\xbb\xbf")
    rows = _rows(export.content)
    assert tuple(rows[0]) == KPI_COLUMNS
    assert [row[0] for row in rows[1:]] == [kpi.metric_id for kpi in framework.kpis]
    assert {len(row) for row in rows} == {len(KPI_COLUMNS)}
    assert export.losses


def test_csv_values_by_hand(worked_example: MeasurementFramework) -> None:
    rows = {row["metric_id"]: row for row in _records(to_csv(worked_example).content)}
    mqls = rows["mql_count"]
    assert (mqls["baseline"], mqls["target"], mqls["target_proposed"]) == ("216", "247", "247")
    assert (mqls["currency"], mqls["unit"], mqls["stage"]) == ("", "count", "consideration")
    pipeline = rows["marketing_sourced_pipeline"]
    assert (pipeline["target"], pipeline["currency"]) == ("370000000", "JPY")
    assert (pipeline["is_north_star"], mqls["is_north_star"]) == ("true", "false")
    assert rows["win_rate"]["baseline"] == "0.25"
    assert rows["win_rate"]["on_track_from"] == "0.95"
    assert {row["updated_on"] for row in rows.values()} == {"2026-04-01"}
    assert {row["company"] for row in rows.values()} == {"Kazemori Seiki"}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0.25, "0.25"),
        (0.1 + 0.2, "0.3"),
        (66_750.0, "66750"),
        (1e15, "1e+15"),
        (-12.5, "-12.5"),
        (("a", "b"), "a; b"),
        ((), ""),
        ("", ""),
        ("plain", "plain"),
        ("a,b", "a,b"),
        ('say "hi"', 'say "hi"'),
        ("two\nlines", "two\nlines"),
        ("=1+1", "'=1+1"),
        ("+41 44", "'+41 44"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1+1", "'  =1+1"),
        ("\r=1", "' =1"),
        ("a\0b", "ab"),
        ("\0=1", "'=1"),
        (("=1", "b"), "'=1; b"),
        ("東京 🚀 شركة", "東京 🚀 شركة"),
    ],
)
def test_cells(value: object, cell: str) -> None:
    rows = _rows(csv_bytes(Table("t", ("x", "y"), ((value, "end"),))))
    assert rows == [["x", "y"], [cell, "end"]]


@given(st.lists(st.text() | st.floats(-1e15, 1e15) | st.text("=+-@\t\r\n '\"", max_size=6)))
def test_no_cell_starts_a_formula(values: list[object]) -> None:
    content = csv_bytes(Table("t", ("x",), tuple((value,) for value in values if value != "")))
    for row in _rows(content)[1:]:
        assert all(_is_safe(cell) for cell in row)


def _is_safe(cell: str) -> bool:
    return not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or bool(
        _PLAIN_NUMBER.fullmatch(cell)
    )


def _cells(framework: MeasurementFramework) -> Iterator[str]:
    for content in (to_csv(framework).content, *_archive(to_zip(framework)).values()):
        for row in _rows(content):
            yield from row


_FORMULAS = st.text("=+-@\t\r cmd|!A1()'\"", min_size=1, max_size=12).map(lambda t: f"{t}x")


@settings(max_examples=40)
@given(data=st.data())
def test_no_exported_cell_starts_a_formula(
    data: st.DataObject, valid_answers: SearchStrategy[dict[str, Any]], build: Build
) -> None:
    answers = data.draw(valid_answers)
    answers["company"] = {**answers.get("company", {}), "name": data.draw(_FORMULAS)}
    answers["framework_name"] = data.draw(_FORMULAS)
    answers["definitions"] = {
        "net_revenue_retention": {"name": data.draw(_FORMULAS), "definition": data.draw(_FORMULAS)}
    }
    answers["kpis"]["net_revenue_retention"] = {
        "owner_person": data.draw(_FORMULAS),
        "baseline": "-1" if data.draw(st.booleans()) else "97",
        "baseline_period": data.draw(_FORMULAS),
    }
    assert all(_is_safe(cell) for cell in _cells(build(answers)))


# ZIP


def test_zip_holds_every_table(framework: MeasurementFramework) -> None:
    files = _archive(to_zip(framework))
    assert list(files) == [
        "kpis.csv",
        "definitions.csv",
        "owners.csv",
        "dashboards.csv",
        "cadence.csv",
        "funnel.csv",
        "agreement.csv",
        "signatures.csv",
        "ownership.csv",
        "actions.csv",
        "instrumentation.csv",
        "sources.csv",
    ]
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())
    assert files["kpis.csv"] == to_csv(framework).content
    assert all(len({len(row) for row in _rows(content)}) == 1 for content in files.values())


def test_zip_is_the_same_bytes_each_time(framework: MeasurementFramework) -> None:
    again = MeasurementFramework.model_validate_json(framework.model_dump_json())
    assert to_zip(framework).content == to_zip(again).content
    assert to_json(framework).content == to_json(again).content


def test_zip_of_the_worked_example_by_hand(worked_example: MeasurementFramework) -> None:
    files = _archive(to_zip(worked_example))
    funnel = _records(files["funnel.csv"])
    assert [(row["step"], row["required_in_year"], row["rate_to_next"]) for row in funnel] == [
        ("sessions", "66750", "0.02"),
        ("leads", "1335", "0.2"),
        ("mqls", "267", "0.3"),
        ("opportunities", "80", "0.25"),
        ("deals", "20", ""),
    ]
    owners = _records(files["owners.csv"])
    assert [row["owner_role"] for row in owners] == sorted(row["owner_role"] for row in owners)
    assert len(owners) == len(worked_example.kpis)


# Names


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Acme measurement framework", "acme_measurement_framework"),
        ("  Acme -- 2026/27!  ", "acme_2026_27"),
        ("../../etc/passwd", "etc_passwd"),
        ("株式会社", "measurement_framework"),
        ("Ünïcode GmbH", "n_code_gmbh"),
        ("<script>", "script"),
        ("x" * 100, "x" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_file_stem(build: Build, name: str, stem: str) -> None:
    framework = build({"framework_name": name})
    assert file_stem(framework) == stem
    assert to_json(framework).filename == f"{stem}.json"
    assert to_csv(framework).filename == f"{stem}_kpis.csv"
    assert to_zip(framework).filename == f"{stem}_tables.zip"


# Calendar


def test_the_calendar_covers_a_year_and_is_named_after_the_framework(
    worked_example: MeasurementFramework,
) -> None:
    today = date(2026, 4, 1)
    assert calendar_end(today) == date(2027, 3, 31)
    export = to_calendar(worked_example, today, calendar_end(today))
    assert (export.mime, export.losses) == ("text/calendar", ())
    assert export.filename == f"{file_stem(worked_example)}_reviews.ics"
    events: list[Any] = icalendar.Calendar.from_ical(export.content).walk("VEVENT")
    # a Wednesday: 52 Mondays, 12 second Tuesdays, and the second Wednesdays of the months after
    # the fiscal quarters that end in March, June, September and December
    assert [event["rrule"]["count"] for event in events] == [[52], [12], [4]]
    assert events[2].decoded("dtstart").date() == date(2026, 4, 8)


def test_a_review_outside_the_span_is_named(worked_example: MeasurementFramework) -> None:
    export = to_calendar(worked_example, date(2026, 4, 1), date(2026, 4, 3))
    assert export.losses == (
        "Without a day until 2026-04-03: Weekly operational review, Monthly strategic review, "
        "Quarterly framework review.",
    )
    assert not icalendar.Calendar.from_ical(export.content).walk("VEVENT")


# Golden files

SMALL = {
    "framework_name": "Golden framework",
    "company": {
        "name": "=Golden, Ltd.",
        "region": "japan",
        "business_model": "manufacturing",
        "industry": "manufacturing",
        "average_deal_size": "5,000,000",
        "revenue_target": "¥100M",
        "marketing_sourced_share": "100%",
    },
    "data": {"tools": {"crm": ["Mazrica Sales"], "web_analytics": []}, "notes": "@home"},
    "stages": {
        "awareness": {"primary": "qualified_reach", "supporting": []},
        "consideration": {"primary": "engagement_qualified_leads", "supporting": ["mql_count"]},
        "conversion": {"primary": "marketing_sourced_pipeline", "supporting": ["win_rate"]},
        "expansion": {"primary": "net_revenue_retention", "supporting": []},
    },
    "rates": {
        "visitor_to_lead_rate": "2",
        "lead_to_mql_rate": "20",
        "mql_to_opportunity_rate": "30",
        "win_rate": "25",
    },
    "kpis": {
        "win_rate": {"baseline": "18", "baseline_period": "FY2025", "owner_person": "+Ana"},
        "mql_count": {"target": "300"},
        "net_revenue_retention": {"benchmark": "", "layers": ["executive"]},
    },
    "channels": ["events"],
    "reviews": {"weekly": {"held": False}},
}


@pytest.fixture(scope="module")
def small(build: Build) -> MeasurementFramework:
    """A small framework, so that a change of its files can be reviewed."""
    return build(SMALL)


def test_golden_json(small: MeasurementFramework, golden: Golden) -> None:
    golden("framework.json", to_json(small).content)


def test_golden_csv(small: MeasurementFramework, golden: Golden) -> None:
    golden("framework_kpis.csv", to_csv(small).content)


@pytest.mark.parametrize(
    "table",
    ["definitions", "owners", "dashboards", "cadence", "funnel", "agreement", "sources"],
)
def test_golden_tables(small: MeasurementFramework, golden: Golden, table: str) -> None:
    golden(f"tables/{table}.csv", _archive(to_zip(small))[f"{table}.csv"])


def test_the_golden_framework_is_what_its_answers_say(small: MeasurementFramework) -> None:
    assert small.created_on == date(2026, 4, 1)
    assert next(step.id for step in small.funnel_plan.steps) == "sessions"
    assert len(small.kpis) == 6
