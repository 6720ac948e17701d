"""Metric values, long and wide, and the template that is filled in and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from kpi_core.actuals.prepare import Prepared, prepare
from kpi_core.actuals.prepare_metrics import fact_kind
from kpi_core.actuals.prepare_template import template
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

TODAY = date(2026, 4, 1)
Prepare = Callable[..., Prepared]


def table(text: str) -> TableRead:
    """The text as an uploaded file."""
    return read_table(text.encode(), "values.csv")


@pytest.fixture
def prepared(worked_example: MeasurementFramework, catalog: Catalog) -> Prepare:
    """A text, with the mapping proposed for it or another -> canonical tables."""

    def run(text: str, mapping: ImportMapping | None = None) -> Prepared:
        read = table(text)
        return prepare(
            [(read, mapping or propose(read, worked_example, catalog))],
            worked_example,
            catalog,
            TODAY,
        )

    return run


def facts(result: Prepared) -> list[tuple[Any, ...]]:
    """Kind, id, day, grain, channel, segment, value and n of each value."""
    assert result.canonical.values is not None
    return sorted(
        (r["kind"], r["id"], str(r["day"].date()), r["grain"], r["channel"], r["segment"],
         r["value"], r["n"])
        for r in result.canonical.values.to_pylist()
    )  # fmt: skip


def aside(result: Prepared) -> list[tuple[int, str]]:
    """Row number and reason of what was set aside."""
    return [(row.row, row.reason) for row in result.report.set_aside]


def codes(result: Prepared) -> set[str]:
    """Codes of all findings."""
    return {finding.code for finding in result.report.warnings}


def test_long_values(prepared: Prepare) -> None:
    result = prepared(
        "Period,Metric,Channel,Value\n2026-01,New leads,Webinar,120\n2026-01,New leads,,30\n"
        "2026-02,Win rate,,25%\n2026-01,Marketing spend,,1500.5\n"
    )
    # Leads in January stand for one channel and for all: the total would count twice.
    assert facts(result) == [
        ("flow", "leads_created", "2026-01-01", "month", "events", "", 120.0, 120),
        ("flow", "marketing_spend", "2026-01-01", "month", "", "", 1500.5, 0),
        ("level", "win_rate", "2026-02-01", "month", "", "", 0.25, 0),
    ]
    assert [row for row, _ in aside(result)] == [3]
    report = result.report
    assert (report.rows_read, report.rows_used) == (4, 3)
    assert (report.first_day, report.last_day) == (date(2026, 1, 1), date(2026, 2, 28))


def test_wide_values(prepared: Prepare) -> None:
    result = prepared(
        "Month,Channel,Sessions,Cost,Open rate\n"
        "2026-01-01,Organic Search,1000,,0.3\n2026-02-01,Paid Search,2000,500,\n"
    )
    assert facts(result) == [
        ("flow", "marketing_spend", "2026-02-01", "month", "paid", "", 500.0, 0),
        ("flow", "sessions_from_all_sources", "2026-01-01", "month", "seo", "", 1000.0, 1000),
        ("flow", "sessions_from_all_sources", "2026-02-01", "month", "paid", "", 2000.0, 2000),
        ("level", "email_open_rate", "2026-01-01", "month", "seo", "", 0.3, 0),
    ]
    assert aside(result) == []


@pytest.mark.parametrize("text", ["All", "Total", "合計", ""])
def test_a_total_is_not_a_channel(prepared: Prepare, text: str) -> None:
    result = prepared(f"Period,Metric,Channel,Value\n2026-01,New leads,{text},5\n")
    assert facts(result)[0][4] == ""


def test_totals_of_rates_stand_beside_their_parts(prepared: Prepare) -> None:
    result = prepared(
        "Period,Metric,Channel,Value\n2026-01,Win rate,Email,20%\n2026-01,Win rate,,30%\n"
    )
    assert [(fact[4], fact[6]) for fact in facts(result)] == [("", 0.3), ("email", 0.2)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01,Colour,5", "its metric is not known"),
        ("2026-01,Mql count,many", "its value is no number"),
        ("2026-01,Mql count,", "it holds no value"),
        ("2026-01,Mql count,-5", "its value is outside what the metric can be"),
        ("2026-01,Win rate,-5%", "its value is outside what the metric can be"),
        ("someday,Mql count,5", "its period cannot be read"),
        (",Mql count,5", "its period cannot be read"),
        ("2026-05,Mql count,5", "its period begins in the future"),
    ],
)
def test_values_that_cannot_be_used_are_set_aside(prepared: Prepare, row: str, reason: str) -> None:
    result = prepared(f"Period,Metric,Value\n2026-01,New leads,5\n{row}\n2026-02,New leads,6\n")
    assert aside(result) == [(3, reason)]
    assert result.report.rows_used == 2


def test_a_running_period_can_be_given(prepared: Prepare) -> None:
    result = prepared("Period,Metric,Value\n2026-04,New leads,5\n")
    assert len(facts(result)) == 1
    assert result.report.last_day == TODAY


def test_shares_written_as_percent_numbers(prepared: Prepare) -> None:
    result = prepared("Month,Win rate\n2026-01,12\n2026-02,0.5\n")
    assert [fact[6] for fact in facts(result)] == [0.12, 0.005]
    assert "read_as_percent" in codes(result)
    plain = prepared("Month,Win rate\n2026-01,0.12\n2026-02,0.5\n")
    assert [fact[6] for fact in facts(plain)] == [0.12, 0.5]
    assert "read_as_percent" not in codes(plain)


def test_parts_of_one_flow_are_added_up(prepared: Prepare) -> None:
    result = prepared(
        "Day,Campaign,Cost\n2026-01-05,A,10\n2026-01-05,B,20\n2026-01-05,B,20\n2026-01-06,A,1\n"
    )
    assert [(fact[2], fact[6]) for fact in facts(result)] == [("2026-01-05", 30), ("2026-01-06", 1)]
    assert [row for row, _ in aside(result)] == [4]  # the same row twice
    assert "values_added_up" in codes(result)


def test_values_of_two_files(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    files = [table(f"Month,Cost,Win rate\n2026-01,{n},0.{n}\n") for n in (1, 2)]
    pairs = [(read, propose(read, worked_example, catalog)) for read in files]
    result = prepare(pairs, worked_example, catalog, TODAY)
    assert [fact[6] for fact in facts(result)] == [3.0, 0.1]
    assert "values_in_two_files" in codes(result)


def test_a_second_value_of_a_rate_is_set_aside(prepared: Prepare) -> None:
    result = prepared("Period,Metric,Value\n2026-01,Win rate,20%\n2026-01,Win rate,30%\n")
    assert [fact[6] for fact in facts(result)] == [0.2]
    assert [row for row, _ in aside(result)] == [3]


def test_one_quantity_under_two_names_counts_once(prepared: Prepare) -> None:
    result = prepared("Month,New leads,Leads created\n2026-01,5,7\n")
    assert [(fact[1], fact[6]) for fact in facts(result)] == [("leads_created", 5)]
    assert "value_repeated" in codes(result)


def test_a_wide_row_is_used_for_the_cells_that_can_be_read(prepared: Prepare) -> None:
    result = prepared("Month,Leads,Sessions\n2026-01,5,100\n2026-02,6,200\n2026-03,tbd,300\n"
                      "2025-12,1,1\n2025-11,1,1\n2025-10,n/a,-\n")  # fmt: skip
    assert len(facts(result)) == 9
    assert [(row.row, row.text) for row in result.report.corrected] == [(4, "tbd")]
    assert aside(result) == [(7, "it holds no value")]


def test_a_metric_that_does_not_exist_is_an_error(prepared: Prepare) -> None:
    mapping = ImportMapping(
        id="m", name="M", shape=Shape.VALUES_WIDE, columns={"period": "Month"},
        metric_columns={"X": "win_rat"},
    )  # fmt: skip
    result = prepared("Month,X\n2026-01,5\n", mapping)
    assert "metric_unknown" in codes(result)
    assert result.report.rows_set_aside == 1


def test_a_decimal_comma_can_be_given(prepared: Prepare) -> None:
    mapping = ImportMapping(
        id="m", name="M", shape=Shape.VALUES_WIDE, columns={"period": "Month"},
        metric_columns={"Cost": "marketing_spend"}, decimal=",",
    )  # fmt: skip
    result = prepared("Month;Cost\n2026-01;1.234\n2026-02;1,5\n", mapping)
    assert [fact[6] for fact in facts(result)] == [1234, 1.5]


def test_the_whole_value_column_decides_the_decimal_sign(prepared: Prepare) -> None:
    result = prepared(
        "Period;Metric;Value\n2026-01;New leads;1.234\n2026-01;Marketing spend;12.345,60\n"
        "2026-02;Win rate;22,5%\n2026-02;Cost per lead;0,5\n"
    )
    found = {fact[1]: fact[6] for fact in facts(result)}
    assert found == {
        "leads_created": 1234,
        "marketing_spend": 12345.6,
        "win_rate": 0.225,
        "cost_per_lead": 0.5,
    }


def test_what_metrics_become(catalog: Catalog) -> None:
    def kept(key: str) -> tuple[str, bool]:
        found = fact_kind(key, catalog)
        assert found is not None
        return found.id, found.additive

    assert kept("new_leads") == ("leads_created", True)
    assert kept("closed_won_revenue") == ("won_revenue", True)
    assert kept("win_rate") == ("win_rate", False)
    assert kept("sales_cycle_length") == ("sales_cycle_length", False)
    assert kept("marketing_spend") == ("marketing_spend", True)
    assert kept("open_pipeline_value") == ("open_pipeline_value", False)
    assert fact_kind("win_rat", catalog) is None


@pytest.mark.parametrize("wide", [False, True])
def test_the_template_is_filled_in_and_read_back(
    framework: MeasurementFramework, catalog: Catalog, wide: bool
) -> None:
    """Every cell gets its own value; each comes back as the fact of the metric it stands for."""
    rows = list(csv.reader(io.StringIO(template(framework, wide).decode("utf-8-sig"))))
    header, body = rows[0], rows[1:]
    names = header[3:] if wide else [row[1] for row in body]
    values = {name: 0.01 * (place + 1) for place, name in enumerate(names)}
    for row in body:
        if wide:
            row[3:] = [f"{values[name]:.2f}" for name in names]
        else:
            row[4] = f"{values[row[1]]:.2f}"
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *body])
    read = read_table(stream.getvalue().encode("utf-8-sig"), "template.csv")
    mapping = propose(read, framework, catalog)
    result = prepare([(read, mapping)], framework, catalog, date(2027, 1, 1))
    found = {fact[1]: fact[6] for fact in facts(result)}
    assert len(found) == len(names) == result.canonical.values.num_rows  # type: ignore[union-attr]
    for kpi in framework.kpis:
        kind = fact_kind(kpi.metric_id, catalog)
        assert kind is not None
        assert found[kind.id] == pytest.approx(values[framework.metric(kpi.metric_id).name])
    assert aside(result) == []


def test_an_unfilled_template_is_set_aside_row_by_row(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    read = read_table(template(worked_example), "template.csv")
    result = prepare([(read, propose(read, worked_example, catalog))], worked_example, catalog,
                     date(2027, 1, 1))  # fmt: skip
    assert {reason for _, reason in aside(result)} == {"it holds no value"}
    assert result.report.rows_used == 0


def test_the_template_is_safe_in_a_spreadsheet(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    kpi = worked_example.kpis[0].metric_id
    metrics = tuple(
        m.model_copy(update={"name": "=cmd()"}) if m.id == kpi else m
        for m in worked_example.metrics
    )
    renamed = MeasurementFramework.model_validate({**dict(worked_example), "metrics": metrics})
    content = template(renamed)
    assert b",'=cmd()," in content
    found = propose(read_table(content, "t.csv"), renamed, catalog)
    assert found.metric_columns["'=cmd()"] == kpi


@pytest.mark.parametrize(
    ("key", "values", "unit", "expected"),
    [
        ("win_rate", [12.0, 30.0], "percent", [0.12, 0.3]),
        ("win_rate", [0.5, 1.0], "percent", [0.005, 0.01]),
        ("win_rate", [0.5, 1.0], "plain", [0.5, 1.0]),
        ("win_rate", [1.0, 2.0], "plain", [0.01, 0.02]),
        ("marketing_roi", [3.0], "plain", [3.0]),
        ("marketing_roi", [300.0], "plain", [3.0]),
        ("pipeline_coverage", [3.0], "plain", [3.0]),
        ("new_leads", [12.0], "plain", [12.0]),
    ],
)
def test_shares_and_percent(
    catalog: Catalog, key: str, values: list[float], unit: str, expected: list[float]
) -> None:
    kind = fact_kind(key, catalog)
    assert kind is not None
    found, as_percent = kind.scaled(np.array(values), unit)
    assert found.tolist() == pytest.approx(expected)
    assert as_percent == (unit == "plain" and values != expected)
