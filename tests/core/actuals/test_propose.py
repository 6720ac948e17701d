"""What a file seems to be, from the exports of several systems."""

# ruff: noqa: E501  (exports are quoted as the systems write them)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.prepare_template import template
from kpi_core.actuals.propose import fields, propose
from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework


def table(text: str, name: str = "export.csv") -> TableRead:
    """The text as an uploaded file."""
    return read_table(text.encode(), name)


SALESFORCE_LEADS = """Lead ID,Company / Account,Lead Source,Lead Status,Created Date,Converted Date
00Q1,Acme,Webinar,Closed - Converted,2026-01-05,2026-02-01
00Q2,Beta,Organic Search,Open - Not Contacted,2026-01-06,
"""
SALESFORCE_DEALS = """Opportunity ID,Opportunity Name,Stage,Close Date,Created Date,Amount,Lead Source
006A,One,Closed Won,2026-02-05,2026-01-05,1000,Webinar
006B,Two,Prospecting,2026-09-05,2026-01-09,2000,Partner Referral
"""
HUBSPOT_CONTACTS = """Record ID,First Name,Create Date,Lifecycle Stage,Original Source,Became a Lead Date,Became a Marketing Qualified Lead Date,Became a Customer Date
1,Ann,2026-01-05 10:00,Customer,Organic Search,2026-01-05 10:00,2026-01-09 10:00,2026-03-01 10:00
2,Bob,2026-01-06 10:00,Marketing Qualified Lead,Paid Search,2026-01-06 10:00,2026-01-19 10:00,
"""
HUBSPOT_DEALS = """Record ID,Deal Name,Deal Stage,Close Date,Create Date,Amount in company currency,Associated Contact IDs
9,One,closedwon,2026-02-05 10:00,2026-01-05 10:00,1000,1
8,Two,appointmentscheduled,,2026-01-05 10:00,500,2
"""
DYNAMICS_DEALS = """(Do Not Modify) Opportunity,Topic,Status,Created On,Actual Close Date,Actual Revenue,Originating Lead
a-1,One,Won,2026-01-05 10:00,2026-02-05 10:00,1000,l-1
a-2,Two,Open,2026-01-06 10:00,,,l-2
"""
ZOHO_DEALS = """Record Id,Deal Name,Stage,Closing Date,Created Time,Amount,Lead Source,Campaign Source
zcrm_1,One,Closed Won,2026-02-05,2026-01-05 10:00:00,1000,Cold Call,Spring
zcrm_2,Two,Closed Lost,2026-02-06,2026-01-06 10:00:00,2000,Advertisement,Spring
"""
PIPEDRIVE_DEALS = """Deal - ID,Deal - Title,Deal - Status,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Value,Deal - Currency of Value
1,One,Won,2026-01-05 10:00:00,2026-02-05 10:00:00,,1000,EUR
2,Two,Lost,2026-01-06 10:00:00,,2026-02-06 10:00:00,900,EUR
"""
JAPANESE_DEALS = """商談ID,フェーズ,作成日,完了日,金額,流入元
1,受注,2026/01/05,2026/02/05,"1,000,000",展示会
2,失注,2026/01/06,2026/02/06,"2,000,000",広告
"""
GERMAN_LEADS = """Lead-ID;Erstellt am;Quelle;Status
1;05.01.2026;Messe;Offen
2;16.01.2026;Organische Suche;Gewonnen
"""


@pytest.mark.parametrize(
    ("text", "shape", "system", "columns"),
    [
        (
            SALESFORCE_LEADS,
            Shape.LEADS,
            "salesforce",
            {
                "key": "Lead ID",
                "created": "Created Date",
                "channel": "Lead Source",
                "stage": "Lead Status",
                "at_opportunities": "Converted Date",
            },
        ),
        (
            SALESFORCE_DEALS,
            Shape.OPPORTUNITIES,
            "salesforce",
            {
                "key": "Opportunity ID",
                "created": "Created Date",
                "closed": "Close Date",
                "stage": "Stage",
                "amount": "Amount",
                "channel": "Lead Source",
            },
        ),
        (
            HUBSPOT_CONTACTS,
            Shape.LEADS,
            "hubspot",
            {
                "key": "Record ID",
                "created": "Create Date",
                "channel": "Original Source",
                "stage": "Lifecycle Stage",
                "at_mqls": "Became a Marketing Qualified Lead Date",
                "at_deals": "Became a Customer Date",
            },
        ),
        (
            HUBSPOT_DEALS,
            Shape.OPPORTUNITIES,
            "hubspot",
            {
                "key": "Record ID",
                "lead_key": "Associated Contact IDs",
                "created": "Create Date",
                "closed": "Close Date",
                "stage": "Deal Stage",
                "amount": "Amount in company currency",
            },
        ),
        (
            DYNAMICS_DEALS,
            Shape.OPPORTUNITIES,
            "dynamics",
            {
                "key": "(Do Not Modify) Opportunity",
                "lead_key": "Originating Lead",
                "created": "Created On",
                "closed": "Actual Close Date",
                "stage": "Status",
                "amount": "Actual Revenue",
            },
        ),
        (
            ZOHO_DEALS,
            Shape.OPPORTUNITIES,
            "zoho",
            {
                "key": "Record Id",
                "created": "Created Time",
                "closed": "Closing Date",
                "stage": "Stage",
                "amount": "Amount",
                "channel": "Lead Source",
                "campaign": "Campaign Source",
            },
        ),
        (
            PIPEDRIVE_DEALS,
            Shape.OPPORTUNITIES,
            "pipedrive",
            {
                "key": "Deal - ID",
                "created": "Deal - Deal created",
                "won": "Deal - Won time",
                "lost": "Deal - Lost time",
                "stage": "Deal - Status",
                "amount": "Deal - Value",
                "currency": "Deal - Currency of Value",
            },
        ),
        (
            JAPANESE_DEALS,
            Shape.OPPORTUNITIES,
            None,
            {
                "key": "商談ID",
                "created": "作成日",
                "closed": "完了日",
                "stage": "フェーズ",
                "amount": "金額",
                "channel": "流入元",
            },
        ),
        (
            GERMAN_LEADS,
            Shape.LEADS,
            None,
            {"key": "Lead-ID", "created": "Erstellt am", "channel": "Quelle", "stage": "Status"},
        ),
    ],
)
def test_exports_are_recognised(
    text: str,
    shape: Shape,
    system: str | None,
    columns: dict[str, str],
    worked_example: MeasurementFramework,
    catalog: Catalog,
) -> None:
    found = propose(table(text), worked_example, catalog)
    assert (found.shape, found.system) == (shape, system)
    assert dict(found.columns) == columns


def test_values_get_their_meanings(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    found = propose(table(SALESFORCE_DEALS), worked_example, catalog)
    assert found.stages == {"Closed Won": "won", "Prospecting": "open"}
    assert found.channels == {"Webinar": "events", "Partner Referral": "partner"}
    japanese = propose(table(JAPANESE_DEALS), worked_example, catalog)
    assert japanese.stages == {"受注": "won", "失注": "lost"}
    assert japanese.channels == {"展示会": "events", "広告": "paid"}


def test_lifecycle_stages_are_funnel_steps(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    found = propose(table(HUBSPOT_CONTACTS), worked_example, catalog)
    assert found.stages == {"Customer": "won", "Marketing Qualified Lead": "mqls"}


def test_a_list_of_mqls_says_so_in_its_key(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    text = "mql_id,first_contact_date,landing_page_id,origin\nm1,2018-02-01,p,social\n"
    found = propose(table(text), worked_example, catalog)
    assert found.row_is == "mqls"
    assert found.columns == {
        "key": "mql_id",
        "created": "first_contact_date",
        "channel": "origin",
    }


def test_the_first_steps_date_stands_for_a_missing_created_date(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    found = propose(table("Email,MQL Date,SQL Date\na@b,2026-01-05,\n"), worked_example, catalog)
    assert found.columns == {"created": "MQL Date", "at_sqls": "SQL Date"}
    assert found.row_is == "mqls"


def test_a_list_of_closed_deals_joins_by_the_lead(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    text = "mql_id,seller_id,won_date,business_segment\nm1,s1,2018-02-26 19:58:54,pet\n"
    found = propose(table(text, "closed_deals.csv"), worked_example, catalog)
    assert found.shape is Shape.OPPORTUNITIES
    assert found.columns == {"lead_key": "mql_id", "won": "won_date", "segment": "business_segment"}


def test_touches(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    text = "Lead ID,Touch Date,Channel,Campaign\n1,2026-01-05,Email,Spring\n"
    found = propose(table(text, "touches.csv"), worked_example, catalog)
    assert found.shape is Shape.TOUCHES
    assert set(found.columns) == {"key", "at", "channel", "campaign"}


def test_an_advertising_export_is_a_wide_table(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    text = "Day,Campaign,Cost,Clicks,Impr.\n2026-01-05,Spring,12.50,30,1000\n"
    found = propose(table(text), worked_example, catalog)
    assert found.shape is Shape.VALUES_WIDE
    assert found.columns["period"] == "Day"
    assert found.metric_columns == {
        "Cost": "marketing_spend",
        "Clicks": "ad_clicks",
        "Impr.": "ad_impressions",
    }


@pytest.mark.parametrize("wide", [False, True])
def test_the_template_is_recognised(
    framework: MeasurementFramework, catalog: Catalog, wide: bool
) -> None:
    found = propose(read_table(template(framework, wide), "t.csv"), framework, catalog)
    assert found.shape is (Shape.VALUES_WIDE if wide else Shape.VALUES_LONG)
    assert {kpi.metric_id for kpi in framework.kpis} <= set(found.metric_columns.values())


def test_a_saved_mapping_wins_and_learns_new_values(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    saved = ImportMapping(
        id="mine",
        name="Ours",
        shape=Shape.OPPORTUNITIES,
        columns={"created": "Close Date", "stage": "Stage", "channel": "Lead Source"},
        stages={"Prospecting": "lost"},
        channels={"Webinar": "content"},
    )
    foreign = ImportMapping(id="other", name="X", shape=Shape.LEADS, columns={"created": "Nope"})
    found = propose(table(SALESFORCE_DEALS), worked_example, catalog, [foreign, saved])
    assert (found.id, found.columns) == ("mine", saved.columns)
    assert found.stages == {"Prospecting": "lost", "Closed Won": "won"}
    assert found.channels == {"Webinar": "content", "Partner Referral": "partner"}


def test_a_saved_mapping_without_columns_is_not_taken(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    empty = ImportMapping(id="empty", name="Empty", shape=Shape.TOUCHES)
    assert propose(table(SALESFORCE_DEALS), worked_example, catalog, [empty]).id != "empty"


def test_a_file_that_names_itself_is_read_by_its_dates(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    found = propose(table("nr,wann,wer\n1,2026-01-05,x\n", "leads.csv"), worked_example, catalog)
    assert (found.shape, found.columns["created"]) == (Shape.LEADS, "wann")


def test_nothing_fits(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    found = propose(table("colour,taste\nred,sweet\n"), worked_example, catalog)
    assert found.columns == {}


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"a,b\n"])
def test_a_file_without_rows_proposes_without_error(
    content: bytes, worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    read = read_table(content, "x.csv")
    assert isinstance(propose(read, worked_example, catalog), ImportMapping)


cells = st.text(max_size=12) | st.sampled_from(
    ["2026-01-05", "12%", "Closed Won", "=1+1", "<b>x</b>", "1,5", "Webinar", "won"]
)
headers = st.sampled_from(
    ["Created Date", "Stage", "Lead Source", "MQL ID", "Amount", "Period", "Metric", "Value", "Won"]
) | st.text(min_size=1, max_size=260)


@given(
    st.lists(headers, min_size=1, max_size=6).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=5),
        )
    )
)
def test_propose_never_raises(
    worked_example: MeasurementFramework,
    catalog: Catalog,
    grid: tuple[list[str], list[list[str]]],
) -> None:
    lines = ["\t".join(c.replace("\t", " ") for c in row) for row in (grid[0], *grid[1])]
    read = read_table("\n".join(lines).encode("utf-8", "replace"), "any.tsv")
    found = propose(read, worked_example, catalog)
    assert set(found.columns.values()) <= set(read.cells.column_names)


def test_fields_mark_what_is_required(framework: MeasurementFramework, catalog: Catalog) -> None:
    asked = {spec.id: spec for spec in fields(Shape.LEADS, framework, catalog)}
    assert [spec.id for spec in asked.values() if spec.required] == ["created"]
    steps = [f"at_{step.id}" for step in framework.funnel_plan.steps[1:]]
    dated = [key for key in asked if key.startswith("at_")]
    assert dated[: len(steps)] == steps
    assert {"at_mqls", "at_pqls", "at_paying_customers", "at_deals"} <= set(dated)
    assert "at_sessions" not in asked
    for shape in Shape:
        specs = fields(shape, framework, catalog)
        assert len({spec.id for spec in specs}) == len(specs)
