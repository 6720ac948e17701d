"""Excel workbooks -> cells, and workbooks that must not be opened."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.read_sheet_xml import MOST_CELLS, check_sheet, text_lengths
from kpi_core.actuals.read_text import Unreadable
from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.models.base import Severity

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


def workbook(*sheets: str, strings: str = "", more: dict[str, str] | None = None) -> bytes:
    """A workbook with these `sheetData` contents, written part by part."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in numbers
        )
        + "</Relationships>",
        "xl/styles.xml": STYLES,
        **{
            f"xl/worksheets/s{n}.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            for n, rows in enumerate(sheets, start=1)
        },
        **({"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>'} if strings else {}),
        **(more or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return buffer.getvalue()


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


HEADER = row(1, text("A1", "Name"), text("B1", "Sum"))
TABLE = HEADER + row(2, text("A2", "A"), '<c r="B2"><v>1</v></c>')


def refused(content: bytes, **options: str) -> str:
    """Code of the one finding of a workbook that was not read."""
    read = read_table(content, "leads.xlsx", **options)
    assert read.cells.num_rows == 0
    (finding,) = read.findings
    assert finding.severity is Severity.ERROR
    return finding.code


def values(read: TableRead) -> list[list[str | None]]:
    return [list(found.values()) for found in read.cells.to_pylist()]


def test_cells_become_text_as_csv_would_have_it() -> None:
    """45762 is 15 April 2025 in Excel's count: 45658 is 1 January, and 104 days follow."""
    columns = row(1, *(text(f"{letter}1", f"c{letter}") for letter in "ABCDEFGH"))
    cells = (
        text("A2", " a &lt;b&gt; "),
        '<c r="B2"><v>12.50</v></c>',
        '<c r="C2"><v>1200000</v></c>',
        '<c r="D2" t="b"><v>1</v></c>',
        '<c r="E2" s="1"><v>45762</v></c>',
        '<c r="F2" s="2"><v>45762.5</v></c>',
        '<c r="G2"><f>1+1</f><v>2</v></c>',
        text("H2", "=1+1"),
    )
    read = read_table(workbook(columns + row(2, *cells)), "leads.xlsx")
    assert (read.kind, read.sheet, read.delimiter, read.findings) == ("xlsx", "Sheet 1", None, ())
    (found,) = values(read)
    assert found[:4] == ["a <b>", "12.5", "1200000", "TRUE"]
    assert [str(found[4])[:10], found[5]] == ["2025-04-15", "2025-04-15 12:00:00"]
    assert found[6:] == ["2", "=1+1"]


def test_rows_keep_the_numbers_they_have_in_excel() -> None:
    """A title in row 2, the header in row 4, data in 5 and 8, header again in 9; column A is empty."""
    sheet = (
        row(2, text("B2", "Leads 2026"))
        + row(4, text("B4", "Name"), text("C4", "Sum"), text("D4", "Owner"))
        + row(5, text("B5", "A"), text("C5", "1"), text("D5", "Kim"))
        + row(8, text("B8", "B"), text("C8", "2"), text("D8", "Lee"))
        + row(9, text("B9", "Name"), text("C9", "Sum"), text("D9", "Owner"))
    )
    read = read_table(workbook(sheet), "leads.xlsx")
    assert read.rows.to_pylist() == [5, 8]
    assert values(read) == [["A", "1", "Kim"], ["B", "2", "Lee"]]
    assert [aside.row for aside in read.set_aside] == [9]
    assert (read.header_row, read.blank_rows) == (4, 2)
    assert "Leads 2026" in read.findings[0].message


def test_a_sheet_is_chosen_by_name_and_the_first_filled_one_without() -> None:
    second = TABLE.replace("<t>A</t>", "<t>B</t>")
    content = workbook("", TABLE, second)
    read = read_table(content, "leads.xlsx")
    assert (read.sheet, read.sheets) == ("Sheet 2", ("Sheet 1", "Sheet 2", "Sheet 3"))
    assert read.findings[0].code == "sheet_chosen"
    assert values(read_table(content, "leads.xlsx", sheet="Sheet 3")) == [["B", "1"]]
    assert refused(content, sheet="Sheet 9") == "unknown_sheet"
    assert refused(content, sheet="Sheet 1") == "empty_file"


def test_content_counts_not_the_name() -> None:
    read = read_table(workbook(TABLE), "leads.csv")
    assert (read.kind, read.findings[0].code) == ("xlsx", "name_does_not_fit")
    read = read_table(b"a,b\n1,2\n", "leads.xlsx")
    assert (read.kind, read.findings[0].code) == ("csv", "name_does_not_fit")


def test_empty_workbooks() -> None:
    assert refused(workbook("")) == "empty_file"
    assert refused(workbook(HEADER)) == "no_rows"


def test_a_password() -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refused(encrypted) == "file_protected"


def test_a_wide_or_damaged_sheet() -> None:
    wide = row(1, text("A1", "a"), text("CXY1", "b")) + row(2, text("A2", "1"))
    assert refused(workbook(wide)) == "too_many_columns"
    assert refused(workbook('<row r="1"><c r="A1"><v>1</v')) == "workbook_damaged"
    assert refused(workbook(TABLE)[:-40]) == "workbook_damaged"


# ---- workbooks made to explode ----


@pytest.mark.parametrize(
    "sheet",
    [
        # two cells far apart: the reader would make room for all between them
        row(1, '<c r="A1"><v>1</v></c>') + row(1_000_000, '<c r="XFD1000000"><v>2</v></c>'),
        row(1, '<c r="A1"><v>1</v></c>')
        + "<row r='1000000'><c s='1' r='xfd1000000'><v>2</v></c></row>",
        # a row that lies about its number
        row(1, '<c r="A1"><v>1</v></c>', '<c r="XFD1000000"><v>2</v></c>'),
        # cells that do not say where they are
        row(1, "<c><v>1</v></c>" * 16_000) + row(1_000_000, "<c><v>1</v></c>"),
    ],
)
def test_a_sheet_that_asks_for_too_much_room(sheet: str) -> None:
    assert refused(workbook(sheet)) == "workbook_unsafe"


def test_a_large_sheet_within_bounds_is_not_refused() -> None:
    """A million rows of eight columns, by its first and last cell."""
    sheet = row(1, '<c r="A1"><v>1</v></c>') + row(1_000_000, '<c r="H1000000"><v>2</v></c>')
    assert MOST_CELLS > 8 * 1_000_000
    check_sheet([sheet.encode()], text_lengths([]))


def test_one_long_text_in_very_many_cells() -> None:
    """30,000 characters in 60,000 cells are 1.8 GB, out of a file of some kilobytes."""
    rows = "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(1, 60_001))
    strings = f"<si><t>{'x' * 30_000}</t></si>"
    assert refused(workbook(rows, strings=strings)) == "workbook_unsafe"
    fewer = "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(2, 50))
    content = workbook(HEADER + fewer, strings=strings)
    assert read_table(content, "leads.xlsx").cells.num_rows == 48


def test_a_part_of_spaces_is_refused_by_its_stated_size() -> None:
    assert refused(workbook(TABLE + " " * 30_000_000)) == "workbook_unsafe"


def test_a_part_that_states_too_small_a_size_is_refused() -> None:
    content = workbook(TABLE + " " * 3_000_000)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        size = file.getinfo("xl/worksheets/s1.xml").file_size
    assert (
        refused(content.replace(struct.pack("<I", size), struct.pack("<I", 900)))
        == "workbook_unsafe"
    )


@pytest.mark.parametrize(
    "content",
    [
        workbook(TABLE, more={f"x/{n}": "" for n in range(5_001)}),
        workbook(TABLE, more={"XL/Worksheets/S1.xml": "<a/>"}),
        workbook(TABLE, more={"other/sharedStrings.xml": "<a/>"}, strings="<si/>"),
        workbook(TABLE, more={"xl/other.xml": "<sst><si><t>x</t></si></sst>"}),
        b"PK\x03\x04" + workbook(TABLE),
    ],
    ids=[
        "many parts",
        "two of a name",
        "two lists of texts",
        "texts elsewhere",
        "something before",
    ],
)
def test_unusual_workbooks_are_refused(content: bytes) -> None:
    assert refused(content) == "workbook_unsafe"


@given(cut=st.integers(1, 3_000), byte=st.integers(0, 255), at=st.integers(0, 3_000))
def test_damaged_workbooks_never_raise(cut: int, byte: int, at: int) -> None:
    content = bytearray(workbook(TABLE))
    content[at % len(content)] = byte
    for damaged in (bytes(content), bytes(content[:-cut])):
        read = read_table(damaged, "leads.xlsx")
        assert (read.cells.num_rows > 0) != any(
            finding.severity is Severity.ERROR for finding in read.findings
        )


def test_the_scan_is_the_same_however_the_sheet_is_cut() -> None:
    sheet = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 900))
    for size in (7, 64, 1_000, len(sheet)):
        pieces = [sheet[n : n + size] for n in range(0, len(sheet), size)]
        with pytest.raises(Unreadable) as caught:
            check_sheet(pieces, text_lengths([]))
        assert caught.value.code == "workbook_unsafe"
