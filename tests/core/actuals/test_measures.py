"""What is counted and what is not, each case by hand."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from kpi_core.actuals.canonical import (
    COHORTS,
    CREDITS,
    FACTS,
    LEADS,
    LONGEST_NAME,
    OPPORTUNITIES,
    TOUCHES,
    Aggregated,
    Canonical,
    conform,
    empty,
)
from kpi_core.actuals.measures import aggregate, step_measures
from kpi_core.actuals.measures_rows import embedded
from kpi_core.actuals.measures_table import COUNTED_ON, FLOWS, SPANS
from kpi_core.catalog.loader import Catalog
from kpi_core.models.framework import MeasurementFramework

Row = dict[str, Any]
MARCH = datetime(2026, 3, 2, 9, 30)


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return conform(pa.table({n: [row.get(n) for row in rows] for n in names}), schema)


def lead(key: str, entered: datetime = MARCH, **more: Any) -> Row:
    return {"key": key, "entered": entered, "at_leads": entered, **more}


def deal(key: str, outcome: str, created: datetime | None = MARCH, **more: Any) -> Row:
    closed = None if outcome == "open" else datetime(2026, 4, 10)
    return {"key": key, "outcome": outcome, "created": created, "closed": closed, **more}


def total(result: Aggregated, measure: str) -> float | None:
    """Sum of a measure's facts; `None` when it was not computed."""
    values = result.facts.loc[result.facts["id"] == measure, "value"]
    return float(values.sum()) if len(values) else None


def of_leads(rows: list[Row], framework: MeasurementFramework) -> Aggregated:
    return aggregate(Canonical(leads=table(rows, LEADS)), framework)


def of_deals(rows: list[Row], framework: MeasurementFramework) -> Aggregated:
    return aggregate(Canonical(opportunities=table(rows, OPPORTUNITIES)), framework)


# ---- the definitions ----


def test_every_measure_is_in_the_catalog(catalog: Catalog) -> None:
    named = {flow.measure for flow in FLOWS} | {span.measure for span in SPANS} | set(COUNTED_ON)
    assert named <= set(catalog.measures)


def test_money_measures_sum_money(catalog: Catalog) -> None:
    for flow in FLOWS:
        assert (catalog.measures[flow.measure].unit == "money") == flow.money, flow.measure


def test_steps_are_counted_by_the_measure_of_their_metric(
    catalog: Catalog, worked_example: MeasurementFramework
) -> None:
    measures = step_measures(worked_example, catalog)
    assert measures["leads"] == "leads_created"
    assert measures["mqls"] == "leads_reaching_mql_status"
    assert measures["sqls"] == "leads_qualified_by_sales"
    assert measures["paying_customers"] == "accounts_with_first_payment"
    own = [step.id for step in worked_example.funnel_plan.steps]
    assert list(measures)[: len(own)] == own


# ---- nothing, and little ----


def test_nothing_in_nothing_out(worked_example: MeasurementFramework) -> None:
    result = aggregate(Canonical(), worked_example)
    for frame, schema in (
        (result.facts, FACTS),
        (result.cohorts, COHORTS),
        (result.credits, CREDITS),
    ):
        pd.testing.assert_frame_equal(frame, empty(schema))


@pytest.mark.parametrize("name", ["leads", "opportunities", "touches", "values"])
def test_a_table_without_rows(worked_example: MeasurementFramework, name: str) -> None:
    schemas = {"leads": LEADS, "opportunities": OPPORTUNITIES, "touches": TOUCHES, "values": FACTS}
    result = aggregate(Canonical(**{name: schemas[name].empty_table()}), worked_example)
    assert result.facts.empty
    assert result.credits.empty
    assert result.facts.dtypes.equals(empty(FACTS).dtypes)


def test_one_lead(worked_example: MeasurementFramework) -> None:
    facts = of_leads([lead("a", channel="seo", segment="smb")], worked_example).facts
    assert facts.to_dict("records") == [
        {
            "kind": "flow",
            "id": "leads_created",
            "day": pd.Timestamp("2026-03-02"),
            "grain": "day",
            "channel": "seo",
            "segment": "smb",
            "value": 1.0,
            "n": 1,
        }
    ]


def test_a_blank_channel_is_unknown_where_others_are_named(
    worked_example: MeasurementFramework,
) -> None:
    rows = [lead("a", channel="seo"), lead("b", channel=None)]
    assert set(of_leads(rows, worked_example).facts["channel"]) == {"seo", "unknown"}
    rows = [lead("a", channel=None), lead("b", channel=None)]
    assert set(of_leads(rows, worked_example).facts["channel"]) == {""}


def test_an_overlong_channel_is_cut(worked_example: MeasurementFramework) -> None:
    facts = of_leads([lead("a", channel="x" * 5_000)], worked_example).facts
    assert list(facts["channel"]) == ["x" * LONGEST_NAME]


def test_hostile_text_is_only_text(worked_example: MeasurementFramework) -> None:
    text = "'); DROP TABLE leads; --\x00\u202e"
    rows = [lead(text, channel=text, segment=text)]
    assert set(of_leads(rows, worked_example).facts["channel"]) == {text}


def test_a_lead_without_its_date_is_refused(worked_example: MeasurementFramework) -> None:
    broken = pa.table({"key": ["a"], "entered": pa.nulls(1, pa.timestamp("us"))})
    with pytest.raises(ValueError, match="entered"):
        aggregate(Canonical(leads=broken), worked_example)


# ---- a number that would mislead is not computed ----


def test_leads_without_losses_have_no_win_rate(worked_example: MeasurementFramework) -> None:
    row = lead("a", at_opportunities=MARCH, at_deals=MARCH, amount=5.0)
    open_one = lead("b", at_opportunities=MARCH)
    result = of_leads([row, open_one], worked_example)
    assert total(result, "won_deals") == 1
    assert total(result, "won_revenue") == 5
    assert total(result, "new_opportunities") == 2
    for measure in ("closed_opportunities", "open_opportunities", "total_pipeline_value"):
        assert total(result, measure) is None, measure
    assert any("no lost opportunities" in note for note in result.notes)


def test_losses_of_leads_that_never_were_opportunities_are_not_closed_ones(
    worked_example: MeasurementFramework,
) -> None:
    rows = [
        lead("a", at_opportunities=MARCH, at_deals=MARCH),
        lead("b", at_opportunities=MARCH, lost=MARCH),
        lead("c", at_opportunities=None, lost=MARCH),
    ]
    assert total(of_leads(rows, worked_example), "closed_opportunities") == 2


def test_a_list_of_wins_is_no_pipeline(worked_example: MeasurementFramework) -> None:
    rows = [deal("a", "won", amount=5.0), deal("b", "won", created=None, amount=7.0)]
    result = of_deals(rows, worked_example)
    assert total(result, "won_deals") == 2
    assert total(result, "won_revenue") == 12
    for measure in ("new_opportunities", "total_pipeline_value", "closed_opportunities",
                    "open_opportunities"):  # fmt: skip
        assert total(result, measure) is None, measure
    assert any("lists won deals only" in note for note in result.notes)


def test_deals_without_amounts_have_no_revenue(worked_example: MeasurementFramework) -> None:
    result = of_deals([deal("a", "won"), deal("b", "lost"), deal("c", "open")], worked_example)
    assert total(result, "won_revenue") is None
    assert total(result, "won_deals") == 1
    assert any("no deal has an amount" in note for note in result.notes)


def test_a_win_without_amount_is_said(worked_example: MeasurementFramework) -> None:
    rows = [deal("a", "won", amount=5.0), deal("b", "won"), deal("c", "lost")]
    result = of_deals(rows, worked_example)
    assert total(result, "won_revenue") == 5
    assert "Won deals without an amount, counted but not in revenue: 1." in result.notes


def test_a_closed_deal_without_date_is_neither_open_nor_closed(
    worked_example: MeasurementFramework,
) -> None:
    rows = [deal("a", "won"), deal("b", "lost"), {**deal("c", "lost"), "closed": None}]
    rows.append(deal("d", "open"))
    result = of_deals(rows, worked_example)
    assert total(result, "closed_opportunities") == 2
    assert total(result, "open_opportunities") == 1
    assert any("without a close date" in note for note in result.notes)


# ---- who sourced it ----


def test_source_is_what_the_row_says_else_its_channel(worked_example: MeasurementFramework) -> None:
    said = [("sales", "seo"), ("", "seo"), ("", "referral"), ("", "outbound"), ("", "partner"),
            ("", "direct"), ("", "unknown"), ("marketing", "direct"), ("", "own_channel")]  # fmt: skip
    rows = [
        deal(str(i), "won", sourced_by=source, channel=channel)
        for i, (source, channel) in enumerate(said)
    ]
    result = of_deals(rows, worked_example)
    assert total(result, "won_deals") == 9
    assert total(result, "marketing_sourced_won_deals") == 3
    assert total(result, "sales_sourced_won_deals") == 2
    note = next(note for note in result.notes if "neither" in note)
    assert "direct, own channel, partner, unknown" in note


def test_without_any_source_nothing_is_said_about_marketing(
    worked_example: MeasurementFramework,
) -> None:
    result = of_deals([deal("a", "won"), deal("b", "lost")], worked_example)
    assert total(result, "marketing_sourced_won_deals") is None
    assert any("neither a source nor a channel" in note for note in result.notes)


# ---- zeros ----


def test_months_without_an_event_are_zero_and_not_unknown(
    worked_example: MeasurementFramework,
) -> None:
    rows = [lead("a", datetime(2026, 1, 20)), lead("b", datetime(2026, 4, 3))]
    facts = of_leads(rows, worked_example).facts
    values = {
        f"{day:%Y-%m-%d}": value for day, value in zip(facts["day"], facts["value"], strict=True)
    }
    assert values == {"2026-01-20": 1, "2026-02-01": 0, "2026-03-01": 0, "2026-04-03": 1}


def test_a_measure_without_any_event_is_zero(worked_example: MeasurementFramework) -> None:
    rows = [deal("a", "won", channel="seo"), deal("b", "lost", channel="seo")]
    result = of_deals(rows, worked_example)
    facts = result.facts[result.facts["id"] == "sales_sourced_won_deals"]
    assert facts[["value", "n"]].to_numpy().tolist() == [[0.0, 0]]
    assert list(facts["channel"]) == ["seo"]


def test_no_win_yet_is_zero_wins(worked_example: MeasurementFramework) -> None:
    assert total(of_leads([lead("a", at_deals=None)], worked_example), "won_deals") == 0


# ---- other steps and durations ----


def test_product_led_accounts(catalog: Catalog, build: Any) -> None:
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    rows = [
        {
            "key": "a",
            "entered": MARCH,
            "at_sign_ups": MARCH,
            "at_activated": datetime(2026, 3, 3, 21, 30),
            "at_pqls": datetime(2026, 3, 5),
            "at_paying_customers": datetime(2026, 3, 9),
            "amount": 20.0,
        },
        {"key": "b", "entered": MARCH, "at_sign_ups": MARCH},
    ]
    result = of_leads(rows, framework)
    assert total(result, "confirmed_accounts") == 2
    assert total(result, "accounts_reaching_value_event") == 1
    assert total(result, "accounts_meeting_usage_threshold") == 1
    assert total(result, "accounts_with_first_payment") == 1
    assert total(result, "won_revenue") == 20
    assert total(result, "new_customers") == 1
    assert total(result, "days_from_sign_up_to_value") == 1.5


def test_accepted_leads_count_on_the_day_of_hand_over(worked_example: MeasurementFramework) -> None:
    row = lead("a", at_mqls=MARCH, at_sales_accepted_leads=datetime(2026, 5, 1))
    facts = of_leads([row, lead("b", at_mqls=MARCH)], worked_example).facts
    accepted = facts[(facts["id"] == "sales_accepted_leads") & (facts["n"] > 0)]
    assert list(accepted["day"]) == [pd.Timestamp("2026-03-02")]


def test_a_step_without_a_metric_is_only_in_cohorts(worked_example: MeasurementFramework) -> None:
    result = of_leads([lead("a", at_own_step=MARCH)], worked_example)
    assert set(result.facts["id"]) == {"leads_created"}
    assert "own_step" in set(result.cohorts["step"])
    assert any("own step" in note for note in result.notes)


def test_who_waits_for_an_answer_has_waited_until_the_last_moment(
    worked_example: MeasurementFramework,
) -> None:
    rows = [
        lead("a", at_mqls=MARCH, responded=datetime(2026, 3, 2, 10, 0)),
        lead("b", at_mqls=datetime(2026, 3, 4, 9, 0)),
        lead("c", entered=datetime(2026, 3, 5, 9, 0)),
    ]
    facts = of_leads(rows, worked_example).facts
    hours = facts[facts["id"] == "hours_to_first_response"]
    # a: half an hour. b: from 4 March 9:00 to 5 March 9:00, the last moment. c was never handed over.
    assert sorted(hours["value"]) == [0.5, 24.0]


def test_days_to_won_are_calendar_days(worked_example: MeasurementFramework) -> None:
    row = deal("a", "won", created=datetime(2026, 4, 8, 23, 59))
    assert total(of_deals([row], worked_example), "days_from_opportunity_to_won") == 2


# ---- uploaded values ----


def value(measure: str, amount: float) -> Row:
    return {"kind": "flow", "id": measure, "day": MARCH.replace(day=1, hour=0, minute=0),
            "grain": "month", "channel": "", "segment": "", "value": amount, "n": 0}  # fmt: skip


def test_values_pass_through(worked_example: MeasurementFramework) -> None:
    values = table([value("marketing_spend", 12.5)], FACTS)
    result = aggregate(Canonical(values=values), worked_example)
    assert result.facts.to_dict("records") == [value("marketing_spend", 12.5)]
    assert result.facts.dtypes.equals(empty(FACTS).dtypes)


def test_rows_win_over_values_of_the_same_measure(worked_example: MeasurementFramework) -> None:
    values = table([value("leads_created", 99.0), value("marketing_spend", 1.0)], FACTS)
    leads = table([lead("a")], LEADS)
    result = aggregate(Canonical(leads=leads, values=values), worked_example)
    assert total(result, "leads_created") == 1
    assert total(result, "marketing_spend") == 1
    assert any("Leads created" in note for note in result.notes)


# ---- how it runs ----


def test_progress_rises_to_done(worked_example: MeasurementFramework) -> None:
    told: list[tuple[float, str]] = []
    tables = Canonical(leads=table([lead("a")], LEADS))
    aggregate(tables, worked_example, progress=lambda share, text: told.append((share, text)))
    parts = [share for share, _ in told]
    assert parts == sorted(parts)
    assert told[0][0] == 0
    assert told[-1] == (1.0, "Done")
    assert all(text for _, text in told)


def test_the_same_rows_give_the_same_facts(worked_example: MeasurementFramework) -> None:
    rows = [lead(str(i), channel=f"c{i % 7}", at_mqls=MARCH) for i in range(500)]
    first, second = (of_leads(rows, worked_example) for _ in range(2))
    pd.testing.assert_frame_equal(first.facts, second.facts)
    pd.testing.assert_frame_equal(first.cohorts, second.cohorts)


def test_the_database_reads_no_files_and_no_network() -> None:
    with embedded() as connection:
        for statement in ("SELECT * FROM read_csv('x.csv')", "INSTALL httpfs", "SET threads = 1"):
            with pytest.raises(Exception, match=r"disabled|locked|Permission"):
                connection.con.execute(statement)


def test_importing_the_module_loads_no_database() -> None:
    code = (
        "import sys, kpi_core.actuals.measures, kpi_core.actuals.keep\n"
        "print([m for m in ('ibis', 'duckdb') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
