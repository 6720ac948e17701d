"""Files that are no tables: each gives one finding of severity error, and no cells."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest

from kpi_core.actuals.read_csv import LONGEST_CELL
from kpi_core.actuals.table_file import LARGEST_UPLOAD, read_table
from kpi_core.models.base import Finding, Severity


def refusal(content: bytes, name: str = "leads.csv") -> Finding:
    """The one finding of a file that was refused."""
    read = read_table(content, name)
    assert (read.cells.num_rows, read.cells.num_columns, len(read.rows)) == (0, 0, 0)
    (finding,) = read.findings
    assert finding.severity is Severity.ERROR
    assert name in finding.where
    return finding


def archive(**entries: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, text in entries.items():
            file.writestr(name, text)
    return buffer.getvalue()


NOISE = bytes(random.Random(1).choices(range(1, 256), k=4_000))


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty_file", "empty"),
        (b" \r\n\t\n", "empty_file", "empty"),
        (b"\xef\xbb\xbf", "empty_file", "no text"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "wrong_file_type", "PNG"),
        (b"%PDF-1.7\n", "wrong_file_type", "PDF"),
        (b"\x1f\x8b\x08\0", "wrong_file_type", "gzip"),
        (b"PAR1....PAR1", "wrong_file_type", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "wrong_file_type", "old Office file"),
        (archive(**{"a.csv": "a,b"}), "wrong_file_type", "ZIP archive"),
        (archive(**{"content.xml": ""}), "wrong_file_type", "OpenDocument"),
        (archive(**{"word/document.xml": ""}), "wrong_file_type", "Word"),
        (archive(**{"xl/workbook.bin": ""}), "wrong_file_type", "xlsb"),
        (b"PK\x03\x04 and then nothing", "workbook_damaged", "damaged"),
        (b'{"leads": [1, 2]}', "wrong_file_type", "JSON"),
        (b'[{"a": 1},\n {"a": 2}]', "wrong_file_type", "JSON"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "wrong_file_type", "web page"),
        (b"<table><tr><td>1</td></tr></table>", "wrong_file_type", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "wrong_file_type", "XML"),
        (b"a,b\n1,2\n3,\x004\n", "binary_file", "line 3"),
        (NOISE, "binary_file", "binary"),
        (b"a,b\n", "no_rows", "no rows"),
        (b"a,b\n,\n\n", "no_rows", "no rows"),
        (b"a,b\n1,2,3\n4,5,6\n", "no_rows", "Row 2"),
        (b'a,b\n1,2\n3,"open\n5,6\n', "quote_never_closed", "Row 3"),
        (b'a,b\n1,2\n"open\n5,6\n', "quote_never_closed", "Row 3"),
        (b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n", "cell_too_long", "Row 3, column 'b'"),
        (b",".join(b"c%d" % n for n in range(100_000)) + b"\n1\n", "too_many_columns", "2,000"),
        (b"x" * 200_000, "row_too_long", "first row"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_files_are_refused(content: bytes, code: str, said: str, name: str) -> None:
    finding = refusal(content, name)
    assert finding.code == code
    assert said in finding.message


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    finding = refusal(b"a" * (LARGEST_UPLOAD + 1))
    assert (finding.code, "201 MB" in finding.message) == ("file_too_large", True)


@pytest.mark.parametrize(("size", "fits"), [(LONGEST_CELL, True), (LONGEST_CELL + 1, False)])
def test_the_longest_cell(size: int, fits: bool) -> None:
    read = read_table(b"a,b\n1," + b"x" * size + b"\n", "leads.csv")
    assert (read.cells.num_rows == 1) == fits


@pytest.mark.parametrize(
    "text",
    [
        "[id],name\n1,A\n",
        '["x"],name\n1,A\n',
        "{id},name\n1,A\n",
        "<name>,city\nA,B\n",
        "PK,name\n1,A\n",
    ],
)
def test_tables_that_only_begin_like_other_files_are_read(text: str) -> None:
    assert read_table(text.encode(), "leads.csv").cells.num_rows == 1


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_cut_text_files_never_raise(cut: int, make: Callable[[str], bytes]) -> None:
    content = make('Name,"Créé le",Sum\n"A, B",2026-01-05,"1\n2"\n')
    read = read_table(content[:cut], "leads.csv")
    assert (read.cells.num_rows > 0) != any(f.severity is Severity.ERROR for f in read.findings)


@pytest.fixture(params=["utf-8", "utf-16", "cp1252"])
def make(request: pytest.FixtureRequest) -> Callable[[str], bytes]:
    return lambda text: text.encode(request.param)
