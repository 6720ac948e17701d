"""Leads, deals and touches from files as systems export them, with every row accounted for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from kpi_core.actuals.prepare import Prepared, prepare
from kpi_core.actuals.propose import propose
from kpi_core.actuals.report import set_aside_csv
from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.base import Severity
from kpi_core.models.framework import MeasurementFramework

TODAY = date(2026, 4, 1)
Prepare = Callable[..., Prepared]


def table(text: str, name: str = "leads.csv") -> TableRead:
    """The text as an uploaded file."""
    return read_table(text.encode(), name)


def mapping(shape: Shape = Shape.LEADS, **given: Any) -> ImportMapping:
    """A mapping of one file."""
    return ImportMapping(id="m", name="Ours", shape=shape, **given)


@pytest.fixture
def prepared(worked_example: MeasurementFramework, catalog: Catalog) -> Prepare:
    """Files with mappings, or alone with the mapping proposed for them -> canonical tables."""

    def run(*files: Any, today: date = TODAY) -> Prepared:
        pairs = [
            f if isinstance(f, tuple) else (f, propose(f, worked_example, catalog)) for f in files
        ]
        return prepare(pairs, worked_example, catalog, today)

    return run


def leads_of(result: Prepared) -> dict[str, dict[str, Any]]:
    """Canonical leads by key."""
    assert result.canonical.leads is not None
    return {row["key"]: row for row in result.canonical.leads.to_pylist()}


def deals_of(result: Prepared) -> dict[str, dict[str, Any]]:
    """Canonical opportunities by key."""
    assert result.canonical.opportunities is not None
    return {row["key"]: row for row in result.canonical.opportunities.to_pylist()}


def aside(result: Prepared) -> list[tuple[int, str]]:
    """Row number and reason of what was set aside."""
    return [(row.row, row.reason) for row in result.report.set_aside]


def codes(result: Prepared) -> set[str]:
    """Codes of all findings."""
    return {finding.code for finding in result.report.warnings}


# ---- leads ----


def test_leads_with_a_date_for_each_step(prepared: Prepare) -> None:
    result = prepared(
        table(
            "Lead ID,Created Date,Lead Source,Segment,Campaign,MQL Date,Won Date,Amount\n"
            "a,2026-01-05,Webinar,Bank,Spring,2026-01-09,2026-03-01,1000\n"
            "b,2026-01-06,,,,,,\n"
        )
    )
    leads = leads_of(result)
    assert leads["a"]["entered"] == datetime(2026, 1, 5)
    assert leads["a"]["at_leads"] == datetime(2026, 1, 5)
    assert leads["a"]["at_mqls"] == datetime(2026, 1, 9)
    assert leads["a"]["at_deals"] == datetime(2026, 3, 1)
    assert (leads["a"]["channel"], leads["a"]["segment"]) == ("events", "Bank")
    assert (leads["a"]["campaign"], leads["a"]["amount"]) == ("Spring", 1000)
    assert (leads["b"]["channel"], leads["b"]["segment"]) == ("unknown", "unknown")
    assert (leads["b"]["campaign"], leads["b"]["at_mqls"], leads["b"]["amount"]) == ("", None, None)
    report = result.report
    assert (report.rows_read, report.rows_used, report.rows_set_aside) == (2, 2, 0)
    assert (report.first_day, report.last_day) == (date(2026, 1, 5), date(2026, 3, 1))
    assert codes(result) == set()


def test_leads_without_a_channel_column_are_not_split(prepared: Prepare) -> None:
    result = prepared(table("Lead ID,Created Date\na,2026-01-05\n"))
    assert leads_of(result)["a"]["channel"] == ""


def test_steps_are_in_the_order_of_the_funnel(prepared: Prepare) -> None:
    result = prepared(
        table("Lead ID,Created Date,Won Date,Opportunity Date,MQL Date\na,2026-01-05,,,\n")
    )
    assert result.canonical.leads is not None
    dated = [n for n in result.canonical.leads.column_names if n.startswith("at_")]
    assert dated == ["at_leads", "at_mqls", "at_opportunities", "at_deals"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("b,someday", "Created Date is no date that can be read"),
        ("b,", "Created Date is empty"),
        ("b,2026-04-02", "Created Date is in the future"),
        (",2026-01-05", "Lead ID is empty, so the row cannot be told from others"),
        ("a,2026-01-06", "Lead ID stands in an earlier row too; the earliest is used"),
    ],
)
def test_leads_that_cannot_be_counted_are_set_aside(
    prepared: Prepare, row: str, reason: str
) -> None:
    text = f"Lead ID,Created Date\na,2026-01-05\n{row}\nc,2026-01-07\nd,2026-04-01\n"
    result = prepared(table(text))
    assert aside(result) == [(3, reason)]
    assert set(leads_of(result)) == {"a", "c", "d"}
    assert (result.report.rows_read, result.report.rows_used) == (4, 3)


def test_of_repeated_keys_the_earliest_row_is_used(prepared: Prepare) -> None:
    text = "Lead ID,Created Date\na,2026-01-07\na,2026-01-05\na,2026-01-05\nb,2026-01-01\n"
    result = prepared(table(text), table("Lead ID,Created Date\na,2026-01-06\n", "more leads.csv"))
    assert leads_of(result)["a"]["entered"] == datetime(2026, 1, 5)
    found = [(row.file, row.row) for row in result.report.set_aside]
    assert found == [("leads.csv", 2), ("leads.csv", 4), ("more leads.csv", 2)]


def test_without_a_key_column_rows_number_themselves(prepared: Prepare) -> None:
    found = prepared(
        (table("When\n2026-01-05\n2026-01-05\n"), mapping(columns={"created": "When"}))
    )
    assert set(leads_of(found)) == {"leads.csv, row 2", "leads.csv, row 3"}


def test_files_of_one_name_keep_their_rows_apart_but_the_same_file_counts_once(
    prepared: Prepare,
) -> None:
    first, second = table("Created\n2026-01-05\n"), table("Created\n2026-01-06\n")
    given = mapping(columns={"created": "Created"})
    result = prepared((first, given), (second, given), (first, given))
    assert len(leads_of(result)) == 2
    assert aside(result) == [(2, "another file of this import holds the same rows")]


def test_without_a_created_column_everything_is_set_aside(prepared: Prepare) -> None:
    found = prepared((table("a,b\n1,2\n3,4\n"), mapping(columns={"key": "a"})))
    assert aside(found) == [(n, "no column is chosen for created") for n in (2, 3)]
    assert {f.code for f in found.report.warnings if f.severity is Severity.ERROR} == {
        "column_not_chosen"
    }


def test_a_step_before_the_lead_counts_on_its_created_date(prepared: Prepare) -> None:
    text = "Lead ID,Created Date,MQL Date\na,2026-01-05 15:00,2026-01-03\nb,2026-01-05 15:00,2026-01-05\n"
    result = prepared(table(text))
    assert leads_of(result)["a"]["at_mqls"] == datetime(2026, 1, 5, 15)
    assert leads_of(result)["b"]["at_mqls"] == datetime(2026, 1, 5, 15)
    listed = [(row.row, row.text) for row in result.report.corrected]
    assert listed == [(2, "2026-01-03")]
    assert "step_before_created" in codes(result)


def test_a_step_in_the_future_or_unreadable_is_left_out_and_listed(prepared: Prepare) -> None:
    text = (
        "Lead ID,Created Date,MQL Date\na,2026-01-05,2026-04-02\n"
        "b,2026-01-05,soon\nc,2026-01-05,2026-01-06\nd,2026-01-05,2026-01-07\n"
    )
    result = prepared(table(text))
    dates = {key: row["at_mqls"] for key, row in leads_of(result).items()}
    assert (dates["a"], dates["b"]) == (None, None)
    assert dates["c"] == datetime(2026, 1, 6)
    assert {"step_in_future", "step_unreadable"} <= codes(result)
    assert result.report.rows_set_aside == 0


def test_a_status_without_dates_counts_on_the_created_date_and_says_so(prepared: Prepare) -> None:
    text = (
        "Lead ID,Created Date,Lifecycle Stage\na,2026-01-05,Opportunity\nb,2026-01-06,Lead\n"
        "c,2026-01-07,Customer\nd,2026-01-08,Unqualified\ne,2026-01-09,Dreaming\n"
        "f,2026-01-10,MQL\n"
    )
    result = prepared(table(text))
    leads = leads_of(result)
    assert leads["a"]["at_mqls"] == leads["a"]["at_opportunities"] == datetime(2026, 1, 5)
    assert leads["a"]["at_deals"] is None
    assert leads["b"]["at_mqls"] is None
    assert leads["c"]["at_deals"] == datetime(2026, 1, 7)
    assert (leads["d"]["lost"], leads["d"]["at_mqls"]) == (datetime(2026, 1, 8), None)
    assert leads["e"]["at_mqls"] is None
    assert {"steps_without_dates", "stage_unknown"} == codes(result)


def test_a_step_that_no_status_names_is_not_made_up(prepared: Prepare) -> None:
    text = "Lead ID,Created Date,Lead Status\na,2026-01-05,Closed - Converted\nb,2026-01-05,New\n"
    result = prepared(table(text))
    assert result.canonical.leads is not None
    dated = [n for n in result.canonical.leads.column_names if n.startswith("at_")]
    assert dated == ["at_leads", "at_opportunities"]


def test_a_status_counts_on_its_own_date_where_there_is_one(prepared: Prepare) -> None:
    text = (
        "Lead ID,Created Date,Status,Status Date\na,2026-01-05,MQL,2026-02-01\nb,2026-01-05,MQL,\n"
    )
    leads = leads_of(prepared(table(text)))
    assert leads["a"]["at_mqls"] == datetime(2026, 2, 1)
    assert leads["b"]["at_mqls"] == datetime(2026, 1, 5)


def test_yes_and_no_for_a_step(prepared: Prepare) -> None:
    text = "Lead ID,Created Date,MQL\na,2026-01-05,yes\nb,2026-01-06,no\n"
    result = prepared(table(text))
    assert leads_of(result)["a"]["at_mqls"] == datetime(2026, 1, 5)
    assert leads_of(result)["b"]["at_mqls"] is None
    assert codes(result) == {"steps_without_dates"}


def test_responses(prepared: Prepare) -> None:
    text = (
        "Lead ID,Created Date,First Response\na,2026-01-05 10:00:00,2026-01-05 12:30:00\n"
        "b,2026-01-05 10:00:00,2026-01-04 12:30:00\nc,2026-01-05 10:00:00,2026-01-05 09:59:00\n"
    )
    result = prepared(table(text))
    found = {key: row["responded"] for key, row in leads_of(result).items()}
    assert found == {
        "a": datetime(2026, 1, 5, 12, 30),
        "b": None,
        "c": datetime(2026, 1, 5, 10),
    }
    assert codes(result) == {"response_before_created"}


def test_one_column_decides_the_order_of_day_and_month_for_all(prepared: Prepare) -> None:
    text = "Lead ID,Created Date,MQL Date\na,03/04/2025,13/05/2025\nb,04/05/2025,06/05/2025\n"
    result = prepared(table(text))
    assert leads_of(result)["a"]["entered"] == datetime(2025, 4, 3)
    assert any("Row 2 says so: 13/05/2025" in said for said in result.report.understood)


def test_half_of_the_dates_unreadable_is_an_error_with_a_way_out(prepared: Prepare) -> None:
    text = "Lead ID,Made,Created\na,13/01/2026,x\nb,14/01/2026,y\nc,15/02/2026,2026-01-05\n"
    wrong_order = prepared(
        (table(text), mapping(columns={"key": "Lead ID", "created": "Made"}, day_first=False))
    )
    found = [f for f in wrong_order.report.warnings if f.code == "dates_unreadable"]
    assert [f.severity for f in found] == [Severity.ERROR]
    assert found[0].message == "3 of 3 dates cannot be read."
    assert found[0].fix.startswith("Say that the day stands before the month")
    wrong_column = prepared(
        (table(text), mapping(columns={"key": "Lead ID", "created": "Created"}))
    )
    fix = next(f.fix for f in wrong_column.report.warnings if f.code == "dates_unreadable")
    assert fix == "Choose another column: Made holds dates."


def test_own_channels_keep_their_own_id(prepared: Prepare) -> None:
    text = "Lead ID,Created Date,Lead Source\na,2026-01-05,Sky Writing\nb,2026-01-05,飛行船\nc,2026-01-05,!!\n"
    leads = leads_of(prepared(table(text)))
    assert [leads[k]["channel"] for k in "abc"] == ["sky_writing", "飛行船", "unknown"]


def test_too_many_channels_become_other(prepared: Prepare) -> None:
    rows = "".join(f"{n},2026-01-05,source {n}\n" for n in range(300))
    result = prepared(table("Lead ID,Created Date,Lead Source\nx,2026-01-05,source 7\n" + rows))
    channels = [row["channel"] for row in leads_of(result).values()]
    assert len(set(channels)) == 201
    assert channels.count("other") == 100
    assert channels.count("source_7") == 2
    assert codes(result) == {"too_many_values"}


# ---- money ----


def test_amounts_in_two_currencies(prepared: Prepare) -> None:
    text = (
        'Lead ID,Created Date,Won Date,Amount\na,2026-01-05,2026-02-01,"¥5,000,000"\n'
        'b,2026-01-05,2026-02-01,"€1,000"\nc,2026-01-05,2026-02-01,"¥1,000"\nd,2026-01-05,,\n'
    )
    result = prepared(table(text))
    assert aside(result) == [(3, "the amount is in EUR while most are in JPY")]
    assert leads_of(result)["a"]["amount"] == 5_000_000


def test_a_currency_column_decides(prepared: Prepare) -> None:
    text = (
        "Deal ID,Created Date,Stage,Close Date,Amount,Currency\n"
        "a,2026-01-05,Won,2026-02-01,10,US Dollar\nb,2026-01-05,Won,2026-02-01,20,USD\n"
        "c,2026-01-05,Won,2026-02-01,30,EUR\n"
    )
    result = prepared(table(text, "deals.csv"))
    assert [reason for _, reason in aside(result)] == ["the amount is in EUR while most are in USD"]
    assert "currency_differs" in codes(result)  # the framework counts in yen


def test_negative_and_unreadable_amounts(prepared: Prepare) -> None:
    text = (
        "Lead ID,Created Date,Won Date,Amount\na,2026-01-05,2026-02-01,(500.00)\n"
        "b,2026-01-05,2026-02-01,tbd\nc,2026-01-05,2026-02-01,100.50\n"
        "d,2026-01-05,2026-02-01,1\ne,2026-01-05,2026-02-01,2\nf,2026-01-05,2026-02-01,3\n"
        "g,2026-01-05,2026-02-01,4\nh,2026-01-05,2026-02-01,5\n"
    )
    result = prepared(table(text))
    assert aside(result) == [(2, "the amount is negative")]
    assert leads_of(result)["b"]["amount"] is None
    assert [(row.row, row.text) for row in result.report.corrected] == [(3, "tbd")]


# ---- opportunities ----


def test_opportunities(prepared: Prepare) -> None:
    result = prepared(
        table(
            "Opportunity ID,Created Date,Stage,Close Date,Amount,Lead Source,Sourced By\n"
            "a,2026-01-05,Closed Won,2026-02-01,1000,Webinar,Marketing\n"
            "b,2026-01-05,closedlost,2026-02-01,1000,Cold Call,SDR\n"
            "c,2026-01-05,Proposal,2026-12-01,1000,,\n"
            "d,2026-01-05,Dreaming,2026-02-01,1000,,\n",
            "opportunities.csv",
        )
    )
    deals = deals_of(result)
    outcomes = {key: (row["outcome"], row["closed"]) for key, row in deals.items()}
    closed = datetime(2026, 2, 1)
    assert outcomes == {
        "a": ("won", closed),
        "b": ("lost", closed),
        "c": ("open", None),  # the close date of an open one is only expected
        "d": ("open", None),
    }
    assert [deals[k]["sourced_by"] for k in "abc"] == ["marketing", "sales", ""]
    assert [deals[k]["channel"] for k in "abc"] == ["events", "outbound", "unknown"]
    assert codes(result) == {"stage_unknown"}


def test_wins_without_or_with_a_future_close_date_are_set_aside(prepared: Prepare) -> None:
    text = (
        "Opportunity ID,Created Date,Stage,Close Date\na,2026-01-05,Won,\n"
        "b,2026-01-05,Won,2026-05-01\nc,2026-01-05,Won,2026-02-01\n"
    )
    result = prepared(table(text, "deals.csv"))
    assert aside(result) == [
        (2, "it is won or lost, but Close Date is empty or no date"),
        (3, "Close Date is in the future"),
    ]


def test_a_deal_closed_before_it_was_created_keeps_its_close_date(prepared: Prepare) -> None:
    text = "Opportunity ID,Created Date,Stage,Close Date\na,2026-02-05,Won,2026-01-01\n"
    result = prepared(table(text, "deals.csv"))
    deal = deals_of(result)["a"]
    assert deal["created"] == deal["closed"] == datetime(2026, 1, 1)
    assert codes(result) == {"closed_before_created"}


def test_won_and_lost_dates_decide_where_there_is_no_stage(prepared: Prepare) -> None:
    text = (
        "Deal ID,Created,Won Date,Lost Date\na,2026-01-05,2026-02-01,\n"
        "b,2026-01-05,,2026-03-01\nc,2026-01-05,,\n"
    )
    deals = deals_of(prepared(table(text, "deals.csv")))
    assert [deals[k]["outcome"] for k in "abc"] == ["won", "lost", "open"]
    assert deals["b"]["closed"] == datetime(2026, 3, 1)


# ---- joined ----

LEADS = (
    "Lead ID,Created Date,Lead Source,Segment\nl1,2026-01-05,Webinar,Bank\n"
    "l2,2026-01-06,Organic Search,Auto\nl3,2026-01-20,Referral,Auto\n"
)


def test_deals_and_leads_tell_each_other(prepared: Prepare) -> None:
    deals = (
        "Deal ID,Lead ID,Created Date,Stage,Close Date,Amount,Lead Source\n"
        "d1,l1,2026-01-10,Won,2026-02-01,100,\nd2,l1,2026-01-08,Won,2026-03-01,50,Cold Call\n"
        "d3,l2,2026-01-15,Open,,70,\nd4,nobody,2026-01-15,Won,2026-02-02,30,\n"
    )
    result = prepared(table(LEADS), table(deals, "deals.csv"))
    leads, found = leads_of(result), deals_of(result)
    assert leads["l1"]["at_opportunities"] == datetime(2026, 1, 8)
    assert leads["l1"]["at_deals"] == datetime(2026, 2, 1)
    assert leads["l1"]["amount"] == 150
    assert leads["l2"]["at_opportunities"] == datetime(2026, 1, 15)
    assert (leads["l2"]["at_deals"], leads["l2"]["amount"]) == (None, None)
    assert [found[k]["channel"] for k in ("d1", "d2", "d3", "d4")] == [
        "events",
        "outbound",
        "seo",
        "unknown",
    ]
    assert found["d1"]["segment"] == "Bank"
    assert codes(result) == {"lead_not_found"}
    assert "deals.csv: Lead ID: 3 of 4 rows joined to their lead" in result.report.understood


def test_a_list_of_wins_dates_its_leads(prepared: Prepare) -> None:
    """The form of a public data set: MQLs in one file, won deals in another."""
    mqls = "mql_id,first_contact_date,origin\nm1,2018-02-01,social\nm2,2018-02-02,\nm3,2018-02-03,email\n"
    wins = (
        "mql_id,seller_id,won_date,business_segment\nm1,s1,2018-02-26 19:58:54,pet\n"
        "m3,s2,2018-02-01 10:00:00,toys\n"
    )
    result = prepared(table(mqls, "mqls.csv"), table(wins, "closed_deals.csv"))
    leads = leads_of(result)
    assert leads["m1"]["at_mqls"] == datetime(2018, 2, 1)
    assert leads["m1"]["at_deals"] == datetime(2018, 2, 26, 19, 58, 54)
    assert leads["m2"]["channel"] == "unknown"
    assert leads["m2"]["at_deals"] is None
    # Won before the first contact: the win is kept, in cohorts on the day of the first contact.
    assert leads["m3"]["at_deals"] == datetime(2018, 2, 3)
    assert [row.text for row in result.report.corrected] == ["2018-02-01 10:00:00"]
    deals = list(deals_of(result).values())
    assert [deal["closed"] for deal in deals] == [
        datetime(2018, 2, 26, 19, 58, 54),
        datetime(2018, 2, 1, 10),
    ]
    assert {deal["created"] for deal in deals} == {None}
    assert [deal["channel"] for deal in deals] == ["social", "email"]


def test_a_join_that_finds_nothing_is_an_error(prepared: Prepare) -> None:
    deals = "Deal ID,Lead ID,Created Date,Stage,Close Date\nd1,x,2026-01-10,Won,2026-02-01\n"
    result = prepared(table(LEADS), table(deals, "deals.csv"))
    found = next(f for f in result.report.warnings if f.code == "lead_not_found")
    assert found.severity is Severity.ERROR
    assert leads_of(result)["l1"].get("at_deals") is None


def test_the_first_of_several_leads_is_taken(prepared: Prepare) -> None:
    deals = "Deal ID,Lead ID,Created Date,Stage,Close Date\nd1,l2;l1,2026-01-10,Won,2026-02-01\n"
    assert deals_of(prepared(table(LEADS), table(deals, "deals.csv")))["d1"]["channel"] == "seo"


def test_touches(prepared: Prepare) -> None:
    text = (
        "Lead ID,Touch Date,Channel,Campaign\nl1,2026-01-01,Email,Spring\n"
        "l1,2026-12-01,Email,\n,2026-01-01,Email,\n"
    )
    result = prepared(table(text, "touches.csv"))
    assert result.canonical.touches is not None
    assert result.canonical.touches.to_pylist() == [
        {"key": "l1", "at": datetime(2026, 1, 1), "channel": "email", "campaign": "Spring"}
    ]
    assert [row for row, _ in aside(result)] == [3, 4]


# ---- the report ----


def test_rows_the_reader_could_not_place_are_in_the_report(prepared: Prepare) -> None:
    result = prepared(table("Lead ID,Created Date\na,2026-01-05\nb,2026-01-05,surplus\n"))
    assert (result.report.rows_read, result.report.rows_used) == (2, 1)
    assert result.report.rows_set_aside == len(result.report.set_aside) == 1
    assert result.report.set_aside[0].row == 3


def test_an_empty_or_foreign_file_gives_a_report(prepared: Prepare) -> None:
    for content in (b"", b"\x89PNG\r\n\x1a\n\x00", b"Lead ID,Created Date\n"):
        read = read_table(content, "leads.csv")
        report = prepared((read, mapping(columns={"created": "Created Date"}))).report
        assert (report.rows_read, report.rows_used) == (0, 0)
        assert any(f.severity is Severity.ERROR for f in report.warnings)


def test_set_aside_rows_can_be_downloaded_safely(prepared: Prepare) -> None:
    text = "Lead ID,Created Date\n=HYPERLINK(1),never\n<b>x</b>,2026-01-05\ny,2026-01-06\nz,2026-01-06\n"
    content = set_aside_csv(prepared(table(text)).report).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows == [
        ["file", "row", "what", "reason", "text"],
        [
            "leads.csv",
            "2",
            "row set aside",
            "Created Date is no date that can be read",
            "'=HYPERLINK(1) | never",
        ],
    ]


def test_findings_name_the_first_rows(prepared: Prepare) -> None:
    rows = "".join(f"k{n},never\n" for n in range(8))
    good = "".join(f"g{n},2026-01-05\n" for n in range(20))
    result = prepared(table(f"Lead ID,Created Date\n{rows}{good}"))
    found = next(f for f in result.report.warnings if f.code == "date_unreadable")
    assert found.where == "leads.csv, rows 2, 3, 4, 5, 6 and 3 more"
    assert found.message == "8 rows set aside: Created Date is no date that can be read."


# ---- other funnels ----


def test_sign_ups_of_a_product_led_company(
    catalog: Catalog, build: Callable[..., MeasurementFramework]
) -> None:
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    read = table(
        "User ID,Signed up at,Activated at,PQL Date,First Payment Date,Channel\n"
        "u1,2026-01-05,2026-01-06,2026-01-20,2026-02-01,Google\nu2,2026-01-06,,,,Direct\n",
        "users.csv",
    )
    found = propose(read, framework, catalog)
    assert (found.shape, found.row_is) == (Shape.LEADS, "sign_ups")
    leads = leads_of(prepare([(read, found)], framework, catalog, TODAY))
    assert leads["u1"]["at_sign_ups"] == leads["u1"]["entered"] == datetime(2026, 1, 5)
    assert leads["u1"]["at_paying_customers"] == datetime(2026, 2, 1)
    assert list(leads["u1"])[-4:] == [
        "at_sign_ups",
        "at_activated",
        "at_pqls",
        "at_paying_customers",
    ]
    assert (leads["u2"]["channel"], leads["u2"]["at_activated"]) == ("direct", None)


def test_wins_of_sign_ups_are_their_funnels_last_step(
    catalog: Catalog, build: Callable[..., MeasurementFramework]
) -> None:
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    users = table("User ID,Signed up at\nu1,2026-01-05\n", "users.csv")
    deals = table("Deal ID,Lead ID,Created Date,Stage,Close Date\nd,u1,2026-01-06,Won,2026-02-01\n",
                  "deals.csv")  # fmt: skip
    pairs = [(read, propose(read, framework, catalog)) for read in (users, deals)]
    leads = leads_of(prepare(pairs, framework, catalog, TODAY))
    assert leads["u1"]["at_paying_customers"] == datetime(2026, 2, 1)
    assert "at_opportunities" not in leads["u1"]
