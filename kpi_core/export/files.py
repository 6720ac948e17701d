"""Framework -> files. Pure: same framework, same bytes; no disk, no clock."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpi_core.export.tables import Table, kpi_table, tables
from kpi_core.models.base import Finding
from kpi_core.models.framework import MeasurementFramework
from kpi_core.rhythm.calendar_file import MEDIA_TYPE, calendar_file
from kpi_core.rhythm.series import occurrences

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Export:
    """A file to hand over. `losses` names what this format cannot hold."""

    filename: str
    mime: str
    content: bytes
    losses: tuple[str, ...] = ()


def to_json(framework: MeasurementFramework) -> Export:
    """The whole document, loss-free; the only format that opens again."""
    text = framework.model_dump_json(indent=2) + "\n"
    return Export(f"{file_stem(framework)}.json", "application/json", text.encode("utf-8"))


def to_csv(framework: MeasurementFramework) -> Export:
    """One row per KPI: UTF-8 with BOM, dot decimals, ISO dates, safe against formula injection."""
    return Export(
        f"{file_stem(framework)}_kpis.csv",
        "text/csv",
        csv_bytes(kpi_table(framework)),
        (
            "Dashboards, reviews, agreement and the metrics that are not KPIs are in the ZIP and JSON.",
        ),
    )


def to_zip(framework: MeasurementFramework) -> Export:
    """A ZIP of CSV tables: every one of `tables`, from KPIs to the instrumentation plan."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables(framework):
            entry = zipfile.ZipInfo(f"{table.name}.csv", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, csv_bytes(table))
    return Export(
        f"{file_stem(framework)}_tables.zip",
        "application/zip",
        buffer.getvalue(),
        ("The tables do not open again in this tool; keep the JSON for that.",),
    )


def calendar_end(today: date) -> date:
    """Last day of a calendar that covers a year from `today`, both included."""
    return today + timedelta(days=364)


def to_calendar(
    framework: MeasurementFramework, today: date, last: date, findings: Iterable[Finding] = ()
) -> Export:
    """The reviews' series from `today` to `last` as an iCalendar file, agendas as of `today`.

    `findings` are what agendas quote. A review without a day in the span is left out and named.
    """
    content = calendar_file(framework, today, last, today, findings)
    held = framework.operating_rhythm.reviews
    empty = [r.name for r in held if not occurrences(framework, r, today, last)]
    losses = (f"Without a day until {last.isoformat()}: {', '.join(empty)}.",) if empty else ()
    return Export(f"{file_stem(framework)}_reviews.ics", MEDIA_TYPE, content, losses)


def file_stem(framework: MeasurementFramework) -> str:
    """A file name made of the framework's name: ASCII letters and digits, at most 60 characters."""
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in framework.name.casefold())
    stem = "_".join(filter(None, kept.split("_")))[:60].strip("_")
    return stem or "measurement_framework"


def csv_bytes(table: Table) -> bytes:
    """The table as UTF-8 with BOM; text that a spreadsheet would run starts with an apostrophe."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = "; ".join(str(item) for item in value)
    text = str(value).replace("\r", " ").replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
