"""The actuals page: files in, mapped, checked, used, removed; and everything that can be wrong with a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.models.actuals import MOST_MAPPINGS, ImportMapping, Shape
from kpi_ui.actuals import mapping
from kpi_ui.actuals.desk import Desk, Held, make_room

LEADS = """Lead ID,Created Date,Lead Source,MQL Date
L1,2024-01-05,Organic Search,2024-01-10
L2,2024-01-20,Organic Search,
L3,2024-02-02,Email,2024-02-10
L4,2024-02-11,Email,2024-02-20
L5,2024-02-12,Pigeon post,
"""
DEALS = """Deal ID,Lead ID,Created,Stage,Close Date,Amount
D1,L1,2024-01-15,Closed Won,2024-03-01,"5,000,000"
D2,L3,2024-02-15,Closed Lost,2024-03-05,"4,000,000"
D3,L4,2024-02-25,Proposal,,"6,000,000"
"""
HOSTILE = "![x](https://evil.example/a.png)"


@pytest.fixture
def page(app: Any) -> Any:
    return app.sample("manufacturer_jpy").open("actuals")


def upload(page: Any, *files: tuple[str, str | bytes]) -> Any:
    """Choose files on the page."""
    given = [
        (name, content.encode() if isinstance(content, str) else content, "text/csv")
        for name, content in files
    ]
    page.at.file_uploader[0].set_value(given)
    return page.run()


def read(page: Any) -> Any:
    return page.send("actuals.read", "press", True)


def accept(page: Any) -> Any:
    return page.send("actuals.accept", "press", True)


def uploaded(page: Any, *files: tuple[str, str | bytes]) -> Any:
    """Files read and taken over."""
    return accept(read(upload(page, *files)))


def frames(page: Any) -> Iterator[list[dict[str, Any]]]:
    for frame in page.at.dataframe:
        yield frame.value.to_dict("records")


def metrics(page: Any) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.at.metric}


def select(page: Any, suffix: str) -> Any:
    """The select box of the first file whose key ends so."""
    found = [box for box in page.at.selectbox if box.key.endswith(suffix)]
    assert found, [box.key for box in page.at.selectbox]
    return found[0]


def actuals(page: Any) -> Any:
    return page.at.session_state["kpi.actuals"]


# ---- the way through ----


def test_empty_it_says_what_will_be_here(page: Any) -> None:
    words = page.words()
    assert "What your CRM and analytics tools measured will be here" in words
    assert "200 MB" in page.at.file_uploader[0].label
    page.press("actuals.sample")
    assert page.at.title[0].value == "Executive dashboard"


def test_two_files_are_joined_checked_and_used(page: Any) -> None:
    upload(page, ("leads.csv", LEADS), ("deals.csv", DEALS))
    assert "CSV, 5 rows, 4 columns, UTF-8, split by commas." in page.words()
    read(page)
    assert metrics(page) == {"Leads": "5", "MQLs": "3", "Opportunities": "3", "Won deals": "1"}
    by_channel, totals = list(frames(page))[:2]
    assert by_channel[-1] == {
        "Channel": "All channels",
        "Leads": "5",
        "MQLs": "3",
        "Opportunities": "3",
        "Won deals": "1",
        "Overall": "20.0%",
    }
    assert {"Measure": "Won revenue", "Value": "¥5,000,000", "What": "total"} in totals
    assert "8 rows read, 8 used, 0 set aside. 5 Jan 2024 to 5 Mar 2024." in page.words()
    assert "3 of 3 rows joined to their lead" in page.words()
    assert "kpi.actuals" not in page.at.session_state or actuals(page) is None
    accept(page)
    assert "8 rows of leads.csv and 1 more are in use." in page.words()
    assert [record.files for record in actuals(page).imports] == [("leads.csv", "deals.csv")]
    saved = page.framework()["import_mappings"]
    assert {one["shape"] for one in saved} == {"leads", "opportunities"}


def test_with_actuals_it_says_what_they_are_good_for(page: Any) -> None:
    uploaded(page, ("leads.csv", LEADS), ("deals.csv", DEALS))
    rows = {row["KPI"]: row for row in next(frames(page))}
    mqls = rows["Marketing qualified leads"]
    assert (mqls["Measured"], mqls["Latest month"]) == ("Yes", "2 in Feb 2024")
    missing = [row for row in rows.values() if row["Measured"] == "No"]
    assert missing
    assert all(row["Still needs"] for row in missing)
    page.send("actuals.dashboards", "press", True)
    assert page.at.title[0].value == "Executive dashboard"
    assert "Sample data" not in page.words()


def test_undo_brings_back_what_was_before(page: Any) -> None:
    uploaded(page, ("leads.csv", LEADS))
    page.press("actuals.undo")
    assert actuals(page) is None
    assert "Nothing was uploaded yet" in page.words()
    page.press("actuals.undo.redo")
    assert actuals(page).imports[0].rows_used == 5


def test_any_import_can_be_removed_and_brought_back(page: Any) -> None:
    uploaded(page, ("leads.csv", LEADS))
    uploaded(page, ("deals.csv", DEALS))
    rows = page.data("actuals.imports")["rows"]
    assert [row["title"] for row in rows] == ["deals.csv", "leads.csv"]
    page.send("actuals.imports", "act", {"row": "import_1", "action": "remove"})
    assert [record.id for record in actuals(page).imports] == ["import_2"]
    page.press("actuals.undo")
    assert [record.id for record in actuals(page).imports] == ["import_1", "import_2"]


def test_earlier_actuals_stay_until_the_new_ones_are_accepted(page: Any) -> None:
    uploaded(page, ("leads.csv", LEADS))
    before = actuals(page)
    read(upload(page, ("deals.csv", DEALS)))
    assert "Replaces what earlier imports hold" in page.words()
    assert actuals(page) is before
    page.press("actuals.discard")
    assert actuals(page) is before
    assert "Which KPIs are measured" in page.words()


def test_the_mapping_is_found_again(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    select(page, ".row_is").set_value("mqls")
    accept(read(page.run()))
    assert [one["row_is"] for one in page.framework()["import_mappings"]] == ["mqls"]
    upload(page, ("newer.csv", LEADS.replace("2024-02", "2024-03")))
    assert "Read as last time." in page.words()
    assert select(page, ".row_is").value == "mqls"


def test_work_on_the_desk_outlives_the_page(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    page.open("benchmarks").open("actuals")
    assert "leads.csv" in page.words()
    read(page)
    page.open("benchmarks").open("actuals")
    assert metrics(page)["Leads"] == "5"
    page.press("actuals.back")
    assert "Each row is" in [box.label for box in page.at.selectbox]


def test_a_pasted_table(page: Any) -> None:
    page.at.text_area(key="actuals.paste.0").set_value(LEADS.replace(",", "\t"))
    page.at.button(key="FormSubmitter:actuals.paste.0.form-Read it").click()
    page.run()
    assert "Pasted, 5 rows, 4 columns, split by tabs." in page.words()
    read(page)
    assert metrics(page)["Leads"] == "5"


def test_without_a_framework_it_works_on_the_defaults(app: Any) -> None:
    app.open("actuals")
    uploaded(app, ("leads.csv", LEADS))
    assert actuals(app).imports[0].rows_used == 5


# ---- correcting the mapping ----


def test_another_kind_of_row_asks_for_other_fields(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    labels = {box.label for box in page.at.selectbox}
    assert "All rows count as" in labels
    select(page, ".shape").set_value("touches")
    page.run()
    labels = {box.label for box in page.at.selectbox}
    assert "All rows count as" not in labels
    assert "Date (needed)" in labels


def test_a_needed_column_must_be_chosen(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    select(page, ".leads.created").set_value("")
    page.run()
    assert page.data("actuals.read")["disabled"]
    assert "First correct what is marked red above." in page.words()
    assert "No column is chosen for Created." in page.words()
    select(page, ".leads.created").set_value("Created Date")
    page.run()
    assert not page.data("actuals.read")["disabled"]


def test_order_of_day_and_month_can_be_said(page: Any) -> None:
    upload(page, ("leads.csv", "Lead ID,Created\nL1,03/04/2024\nL2,05/06/2024\n"))
    assert "No date says whether the day or the month comes first" in page.words()
    assert next(frames(page))[0]["Created"] == "2024-03-04"
    select(page, ".day_first").set_value("day")
    page.run()
    assert next(frames(page))[0]["Created"] == "2024-04-03"


def test_channels_can_be_given_a_meaning(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    held = page.at.session_state["actuals.desk"].files[0]
    assert "Channels: 2 of 3 recognised" in [box.label for box in page.at.expander]
    page.at.session_state[f"actuals.meanings.{held.id}.channel"] = True
    page.run()
    grid = f"actuals.grid.{held.id}.channel"
    shown = [row["cells"]["value"]["value"] for row in page.data(grid)["rows"]]
    assert shown == ["Email", "Organic Search", "Pigeon post"]
    page.edit(grid, "v2", "means", "referral")
    assert held.mapping.channels["Pigeon post"] == "referral"
    read(page)
    assert "Referrals" in [row["Channel"] for row in next(frames(page))]


def workbook(**sheets: str) -> bytes:
    """A workbook of text cells, a sheet for each CSV text."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    named = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{named}</sheets></workbook>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="1"><xf numFmtId="0"/>'
        "</cellXfs></styleSheet>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
    }
    for n, text in enumerate(sheets.values(), start=1):
        rows = "".join(
            f'<row r="{at}">'
            + "".join(
                f'<c r="{chr(65 + place)}{at}" t="inlineStr"><is><t>{cell}</t></is></c>'
                for place, cell in enumerate(line.split(","))
            )
            + "</row>"
            for at, line in enumerate(text.splitlines(), start=1)
        )
        sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        parts[f"xl/worksheets/s{n}.xml"] = sheet
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def test_another_sheet_of_a_workbook(page: Any) -> None:
    deals = "Deal ID,Stage,Close Date\nD1,Closed Won,2024-03-01\n"
    upload(page, ("book.xlsx", workbook(Leads=LEADS, Deals=deals, Empty="Deal ID,Stage")))
    assert "sheet Leads" in page.words()
    select(page, ".sheet").set_value("Deals")
    page.run()
    assert "XLSX, 1 row, 3 columns, sheet Deals." in page.words()
    assert select(page, ".shape").value == "opportunities"
    select(page, ".sheet").set_value("Empty")
    assert "Not read." in page.run().words()
    select(page, ".sheet").set_value("Leads")
    assert "sheet Leads" in page.run().words()


# ---- bad input ----


def bomb() -> bytes:
    """A small file that unpacks to a gigabyte."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2**30)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        ("empty.csv", b"", "It is empty."),
        ("header.csv", b"Lead ID,Created\n", "a header but no rows"),
        ("damaged.xlsx", b"PK\x03\x04" + bytes(100), ""),
    ],
)
def test_files_that_cannot_be_read_say_why(page: Any, name: str, content: bytes, said: str) -> None:
    upload(page, (name, content))
    words = page.words()
    assert name in words
    assert "Not read." in words
    assert said in words
    assert ":red[:material/error:]" in "".join(page.prose())
    assert page.data("actuals.read")["disabled"]
    remove = next(b.key for b in page.at.button if (b.key or "").startswith("actuals.remove"))
    page.press(remove)
    assert "Nothing was uploaded yet" in page.words()


def test_a_zip_bomb_is_refused(page: Any) -> None:
    upload(page, ("bomb.xlsx", bomb()))
    assert "Not read." in page.words()
    assert page.data("actuals.read")["disabled"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leads.csv", LEADS + "L1,2024-03-01,Email,\n", "stands in an earlier row too"),
        ("leads.csv", LEADS + "L9,2099-01-01,Email,\n", "Created Date is in the future"),
        ("leads.csv", LEADS + "L9,2024-03-09,Email,2024-01-01\n", "before the row was created"),
        ("leads.csv", LEADS + "L9,soon,Email,\n", "Created Date is no date that can be read"),
        (
            "deals.csv",
            DEALS + 'D9,L9,2024-01-02,Closed Won,2024-02-01,"$1,000"\n'
            'D8,L8,2024-01-02,Closed Won,2024-02-01,"€1,000"\n',
            "is in USD while most are in EUR",
        ),
    ],
)
def test_rows_that_cannot_count_are_reported(page: Any, name: str, content: str, said: str) -> None:
    read(upload(page, (name, content)))
    listed = [row["Reason"] for rows in frames(page) for row in rows if "Reason" in row]
    assert any(said in reason for reason in listed), (listed, page.words())
    assert said in page.words()


def test_half_of_the_dates_unreadable_is_an_error(page: Any) -> None:
    text = "Lead ID,Created\nL1,2024-01-01\nL2,2024-01-02\nL3,x\nL4,y\nL5,z\n"
    upload(page, ("leads.csv", text))
    select(page, ".leads.created").set_value("Created")
    read(page.run())
    assert "3 of 5 dates cannot be read" in page.words()


def test_no_usable_row_cannot_be_accepted(page: Any) -> None:
    upload(page, ("leads.csv", "Lead ID,Created Date\nL1,soon\nL2,later\n"))
    select(page, ".leads.created").set_value("Created Date")
    read(page.run())
    assert "No row can be used." in page.words()
    assert page.data("actuals.accept")["disabled"]
    accept(page)
    assert "kpi.actuals" not in page.at.session_state or actuals(page) is None


def test_hostile_text_is_shown_as_text(page: Any) -> None:
    text = f"Lead ID,Created Date,Lead Source,{HOSTILE}\n=1+1,2024-01-05,<b>{HOSTILE}</b>,x\n"
    upload(page, (f"{HOSTILE}.csv", text))
    read(page)
    accept(page)
    for step in (upload(page, (f"a{HOSTILE}.csv", text)), page):
        assert not [said for said in step.prose() if "![x](" in said or "<b>" in said]


def test_an_unknown_metric_is_not_read(page: Any) -> None:
    text = "Period,Metric,Value\n2024-01,Marketing qualified leads,5\n2024-01,no_such_metric,7\n"
    upload(page, ("values.csv", text))
    assert "Metrics: 1 of 2 recognised" in [box.label for box in page.at.expander]
    read(page)
    listed = [row for rows in frames(page) for row in rows if "Reason" in row]
    assert [row["Row"] for row in listed] == [3]


# ---- mappings and memory ----


def one(key: str, **given: Any) -> ImportMapping:
    return ImportMapping(id=key, name=key, shape=Shape.LEADS, **given)


def test_a_mapping_replaces_the_one_it_came_from() -> None:
    columns = frozenset({"A", "B"})
    old, new = one("file_leads", columns={"created": "A"}), one("file_leads", columns={"key": "B"})
    kept, settled = mapping.keep([old], [(new, columns)])
    assert kept == settled == [new]


def test_a_mapping_for_other_columns_gets_its_own_id() -> None:
    old, new = one("file_leads", columns={"created": "X"}), one("file_leads", columns={"key": "B"})
    kept, settled = mapping.keep([old], [(new, frozenset({"A", "B"}))])
    assert [saved.id for saved in kept] == ["file_leads", "file_leads_2"]
    assert settled[0].id == "file_leads_2"


def test_no_more_mappings_than_a_framework_keeps() -> None:
    saved = [one(f"m{n}") for n in range(MOST_MAPPINGS)]
    kept, _ = mapping.keep(saved, [(one("newest"), frozenset())])
    assert len(kept) == MOST_MAPPINGS
    assert (kept[0].id, kept[-1].id) == ("m1", "newest")


def table(rows: int) -> TableRead:
    return read_table(b"A,B\n" + b"1,2\n" * rows, "a.csv")


def test_memory_is_bounded_the_least_used_go_first() -> None:
    desk = Desk()
    files = [Held(f"f{n}", table(1_000), one("m")) for n in range(3)]
    desk.files = files
    size = files[0].size
    assert size == files[0].table.cells.nbytes > 0  # type: ignore[union-attr]
    desk.files[0].used = 10**9  # worked on last
    make_room(files[2], largest=2 * size)
    assert [held.table is None for held in files] == [False, True, False]
    assert not files[1].readable
    make_room(files[2], largest=1)
    assert files[2].table is not None, "what was just read stays, however large"
    assert isinstance(files[2].table.cells, pa.Table)


def test_a_file_let_go_says_so(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    page.at.session_state["actuals.desk"].files[0].table = None
    page.run()
    assert "had to make room" in page.words()
    assert page.data("actuals.read")["disabled"]


def test_other_work_does_not_get_the_files(page: Any) -> None:
    upload(page, ("leads.csv", LEADS))
    desk = page.at.session_state["actuals.desk"]
    framework = object()
    desk.belongs_to("one", framework)
    assert desk.files
    desk.belongs_to("another", framework)
    assert not desk.files
