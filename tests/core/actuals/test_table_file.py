"""Text files -> cells: encodings, delimiters, headers, and where every row goes."""

from __future__ import annotations

import codecs
import csv
import io
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_core.actuals.table_file import SetAside, TableRead, read_pasted, read_table
from kpi_core.models.base import Severity

LEADS = "Name,Créé,金額\nJosé,2026-01-05,1\nZoë,2026-01-06,2\n"


def cells(read: TableRead) -> list[list[str | None]]:
    """The rows as lists, in the order of the columns."""
    return [list(row.values()) for row in read.cells.to_pylist()]


def codes(read: TableRead) -> set[str]:
    return {finding.code for finding in read.findings}


def read_text(text: str, name: str = "leads.csv") -> TableRead:
    return read_table(text.encode(), name)


# ---- encodings ----


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (LEADS.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + LEADS.encode(), "UTF-8"),
        (codecs.BOM_UTF16_LE + LEADS.encode("utf-16-le"), "UTF-16"),
        (codecs.BOM_UTF16_BE + LEADS.encode("utf-16-be"), "UTF-16"),
        (LEADS.replace("金額", "Sum").encode("utf-16-le"), "UTF-16"),
        (LEADS.replace("金額", "Sum").encode("utf-16-be"), "UTF-16"),
        (LEADS.replace("金額", "Sum").encode("cp1252"), "Windows-1252"),
    ],
)
def test_encodings(content: bytes, encoding: str) -> None:
    read = read_table(content, "leads.csv")
    assert read.encoding == encoding
    assert cells(read) == [["José", "2026-01-05", "1"], ["Zoë", "2026-01-06", "2"]]
    assert read.cells.column_names[:2] == ["Name", "Créé"]
    assert ("encoding_guessed" in codes(read)) == (encoding == "Windows-1252")


def test_shift_jis() -> None:
    text = "会社名,流入元\n株式会社山田,検索\nテスト商事,広告\n"
    read = read_table(text.encode("shift_jis"), "leads.csv")
    assert read.encoding == "Shift_JIS"
    assert read.cells.to_pylist()[0] == {"会社名": "株式会社山田", "流入元": "検索"}


def test_letters_that_appear_only_far_down_still_decide_the_encoding() -> None:
    text = "id,city\n" + "1,Bonn\n" * 50_000 + "2,Köln\n"
    read = read_table(text.encode("cp1252"), "leads.csv")
    assert read.encoding == "Windows-1252"
    assert cells(read)[-1] == ["2", "Köln"]


def test_a_damaged_character_is_counted_and_does_not_change_the_encoding() -> None:
    content = b"a,b\n" + "é,ü\nö,ä\n".encode() * 20 + b"\xff,1\n"
    read = read_table(content, "leads.csv")
    assert read.encoding == "UTF-8"
    assert cells(read)[-1] == ["\ufffd", "1"]
    (finding,) = read.findings
    assert (finding.code, finding.severity) == ("characters_damaged", Severity.WARNING)
    assert "1 character" in finding.message


# ---- delimiters and line ends ----


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, newline: str) -> None:
    rows = [["Name", "Note", "Sum"], ["A", "x y", "1"], ["B", "", "2"]]
    text = newline.join(delimiter.join(row) for row in rows) + newline
    read = read_text(text)
    assert read.delimiter == delimiter
    assert read.kind == ("tsv" if delimiter == "\t" else "csv")
    assert read.cells.column_names == ["Name", "Note", "Sum"]
    assert cells(read) == [["A", "x y", "1"], ["B", None, "2"]]
    assert read.rows.to_pylist() == [2, 3]


def test_decimal_commas_do_not_cut_a_semicolon_table() -> None:
    read = read_text("Name;Betrag;Rate\nA;1,5;2,5\nB;3,5;4,5\n")
    assert read.delimiter == ";"
    assert cells(read) == [["A", "1,5", "2,5"], ["B", "3,5", "4,5"]]


def test_the_separator_line_of_excel_is_obeyed() -> None:
    read = read_text("sep=;\nName;Sum\nA,B;1\n")
    assert read.delimiter == ";"
    assert (cells(read), read.rows.to_pylist()) == ([["A,B", "1"]], [3])


def test_a_single_column_has_no_delimiter() -> None:
    read = read_text("name\nAnna\nBob\n")
    assert (read.delimiter, read.kind, cells(read)) == (None, "csv", [["Anna"], ["Bob"]])


def test_quoted_line_breaks_quotes_and_delimiters() -> None:
    read = read_text('id,note\n1,"two\nlines, and ""quotes"""\n2,x\n')
    assert cells(read) == [["1", 'two\nlines, and "quotes"'], ["2", "x"]]
    assert read.rows.to_pylist() == [2, 3]


def test_formulas_and_html_stay_text() -> None:
    read = read_text('a,b\n=1+1,<script>alert(1)</script>\n@SUM(A1),"=HYPERLINK(""x"")"\n')
    assert cells(read) == [["=1+1", "<script>alert(1)</script>"], ["@SUM(A1)", '=HYPERLINK("x")']]


def test_white_space_around_cells_is_taken_off() -> None:
    read = read_text(" a ,b\n  x , y\u3000\n   ,1\n")
    assert read.cells.column_names == ["a", "b"]
    assert cells(read) == [["x", "y"], [None, "1"]]


# ---- rows ----


def test_every_row_is_kept_set_aside_or_counted() -> None:
    """Row numbers by counting the lines below: 1 header, 3 and 8 blank, 5 too long, 7 the header again."""
    read = read_text("a,b\n1,2\n\n3\n4,5,6\n7,8,\na,b\n ,\n9,x\n")
    assert cells(read) == [["1", "2"], ["3", None], ["7", "8"], ["9", "x"]]
    assert read.rows.to_pylist() == [2, 4, 6, 9]
    assert read.set_aside == (
        SetAside(5, "The row has 3 cells, the header 2.", "4,5,6"),
        SetAside(7, "The row repeats the header.", "a,b"),
    )
    assert (read.blank_rows, read.rows_read) == (2, 6)
    assert "2 blank rows" in next(f.message for f in read.findings if f.code == "blank_rows")


def test_the_text_of_a_row_set_aside_is_cut() -> None:
    read = read_text(f"a,b\n1,2\n3,4,{'x' * 500}\n")
    assert len(read.set_aside[0].text) == 200


def test_totals_at_the_end_are_rows_like_others() -> None:
    read = read_text('Name,Sum\nA,1\nB,2\nTotal,3\n"Grand Totals (2 records)"\n')
    assert cells(read)[-2:] == [["Total", "3"], ["Grand Totals (2 records)", None]]


@pytest.mark.parametrize(
    ("above", "header_row"),
    [
        ("Leads by source\nAs of 2026-01-05, 10:00\n\n", 4),
        ("# ----\n# All web site data\n# 20260101-20260131\n# ----\n\n", 6),
        ("Report,,\n", 2),
    ],
)
def test_report_titles_above_the_header_are_left_out_and_quoted(
    above: str, header_row: int
) -> None:
    read = read_text(f"{above}Name,Created,Channel\nA,2026-01-01,paid\nB,2026-01-02,email\n")
    assert read.cells.column_names == ["Name", "Created", "Channel"]
    assert (len(cells(read)), read.header_row) == (2, header_row)
    assert read.rows.to_pylist() == [header_row + 1, header_row + 2]
    (finding,) = read.findings
    assert above.split("\n")[0].strip(",") in finding.message


def test_rows_that_are_longer_only_by_blanks_are_kept() -> None:
    read = read_text("a,b\n1,2,,\n3,4,\n")
    assert (cells(read), read.set_aside) == ([["1", "2"], ["3", "4"]], ())


def test_500_columns() -> None:
    header = ",".join(f"c{n}" for n in range(500))
    read = read_text(f"{header}\n{','.join(map(str, range(500)))}\n")
    assert cells(read) == [[str(n) for n in range(500)]]


# ---- headers ----


def test_blank_and_repeated_headers_get_their_own_names() -> None:
    read = read_text("a,a,,a (2)\n1,2,3,4\n")
    assert read.cells.to_pylist() == [{"a": "1", "a (3)": "2", "Column 3": "3", "a (2)": "4"}]
    (finding,) = read.findings
    assert finding.code == "columns_renamed"
    assert "'a (3)', 'Column 3'" in finding.message


def test_columns_without_name_and_value_are_left_out_and_counted() -> None:
    read = read_text("a,b,,\n1,2,,\n3,4,,5\n")
    assert read.cells.column_names == ["a", "b", "Column 4"]
    assert "blank_columns" in codes(read)


def test_headers_are_cut_and_cleaned() -> None:
    read = read_text(f'"two\nlines",{"x" * 300}\n1,2\n')
    assert read.cells.column_names == ["two lines", "x" * 200]


# ---- pasted, names ----


def test_a_pasted_table() -> None:
    read = read_pasted("Name\tSum\nA\t1,5\n")
    assert (read.kind, read.name, cells(read)) == ("pasted", "Pasted table", [["A", "1,5"]])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/pass\x00wd.csv", "passwd.csv"),
        ("C:\\exports\\leads.csv", "leads.csv"),
        ("", "table"),
        ("x" * 300, "x" * 120),
    ],
)
def test_the_name_is_made_fit_to_show(name: str, shown: str) -> None:
    assert read_text("a,b\n1,2\n", name).name == shown


# ---- properties ----

WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=8).map(str.strip)
NAMES = st.text(string.ascii_letters, min_size=1, max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(2, 5))
    header = draw(st.lists(NAMES, min_size=width, max_size=width, unique=True))
    row = st.lists(
        st.one_of(WORDS, st.just("two\nlines"), st.just('a,b;c\t"d"')),
        min_size=width,
        max_size=width,
    )
    return header, draw(st.lists(row, min_size=1, max_size=12))


@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(("\n", "\r\n")),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16")),
)
def test_what_was_written_is_read(
    table: tuple[list[str], list[list[str]]],
    delimiter: str,
    newline: str,
    quoting: int,
    encoding: str,
) -> None:
    header, rows = table
    assume(header not in rows)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([header, *rows])
    read = read_table(stream.getvalue().encode(encoding), "t.csv")
    filled = [(n, row) for n, row in enumerate(rows, start=2) if any(row)]
    if not filled:
        assert {f.code for f in read.findings} == {"no_rows"}
        return
    assert read.delimiter == delimiter
    assert read.cells.column_names == header
    assert cells(read) == [[cell or None for cell in row] for _, row in filled]
    assert read.rows.to_pylist() == [number for number, _ in filled]
    assert read.blank_rows == len(rows) - len(filled)
    assert not read.set_aside


@given(
    rows=st.lists(st.lists(st.sampled_from(("1", "x", "")), max_size=5), min_size=1, max_size=15),
)
def test_no_row_is_lost(rows: list[list[str]]) -> None:
    """Each line below the header is in the cells, set aside, or counted as blank; numbers never repeat."""
    text = "alpha,beta,gamma\n1,2,3\n" + "".join(",".join(row) + "\n" for row in rows)
    read = read_text(text)
    assert read.rows_read + read.blank_rows == len(rows) + 1
    numbers = [*read.rows.to_pylist(), *(row.row for row in read.set_aside)]
    assert len(set(numbers)) == len(numbers) == read.rows_read
    lines = text.split("\n")
    for number, row in zip(read.rows.to_pylist(), cells(read), strict=True):
        wanted = (lines[number - 1].split(",") + [""] * 3)[:3]
        assert row == [cell or None for cell in wanted]


@given(st.binary(max_size=400))
def test_noise_never_raises(content: bytes) -> None:
    read = read_table(content, "noise.csv")
    refused = any(finding.severity is Severity.ERROR for finding in read.findings)
    assert refused == (read.cells.num_rows == 0)


@given(st.text(max_size=200))
def test_pasted_noise_never_raises(text: str) -> None:
    read = read_pasted(text)
    refused = any(finding.severity is Severity.ERROR for finding in read.findings)
    assert refused == (read.cells.num_rows == 0)
