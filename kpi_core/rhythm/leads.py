"""Leads of the test bench: a few rows of a table, read as people type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpi_core.models.base import Finding, Severity
from kpi_core.models.lead_rules import Action
from kpi_core.numbers import NumberError, parse_number

MOST_LEADS = 1000
LONGEST_CELL = 300
TEXT_COLUMNS = ("name", "email", "company", "industry", "job_title", "region", "country")
COLUMNS = (
    *TEXT_COLUMNS,
    "company_size",
    "flags",
    "days_since_activity",
    *(action.value for action in Action),
)
"""Columns that are read. Each action may have a second one, `<action>_within_days`."""
_OTHER_NAMES = {
    "title": "job_title",
    "job": "job_title",
    "role": "job_title",
    "employees": "company_size",
    "size": "company_size",
    "mail": "email",
    "email_address": "email",
    "e_mail": "email",
    "lead": "name",
    "full_name": "name",
    "account": "company",
    "company_name": "company",
    "page_views": "pages_viewed",
    "pages": "pages_viewed",
    "visits": "repeat_visits",
    "webinars": "webinar",
    "demo": "demo_request",
    "demo_requests": "demo_request",
    "number_of_employees": "company_size",
    "no_of_employees": "company_size",
    "company_employees": "company_size",
    "employee_count": "company_size",
    "lead_name": "name",
    "account_name": "company",
    "email_domain": "email",
    "country_region": "country",
    "state_region": "region",
    "number_of_pageviews": "pages_viewed",
    "number_of_sessions": "repeat_visits",
}
_YES = {"yes", "y", "true", "x", "ja", "oui", "はい"}
_NO = {"no", "n", "false", "-", "nein", "non", "いいえ"}


@dataclass(frozen=True)
class Activity:
    """`count` times an action, all in the last `within_days` days; `None` when nobody said when."""

    count: int
    within_days: int | None = None


@dataclass(frozen=True)
class Lead:
    """A lead to score. `None` and missing actions mean not known."""

    name: str
    email: str | None = None
    company: str | None = None
    company_size: int | None = None
    """Employees."""
    industry: str | None = None
    job_title: str | None = None
    region: str | None = None
    country: str | None = None
    flags: tuple[str, ...] = ()
    days_since_activity: int | None = None
    activity: Mapping[Action, tuple[Activity, ...]] = field(default_factory=dict)
    """What is known of each action; several entries where several spans are known."""


@dataclass(frozen=True)
class LeadsRead:
    """What was read, and what could not be."""

    leads: tuple[Lead, ...]
    findings: tuple[Finding, ...] = ()


def folded(text: str) -> str:
    """Text as it is compared: width, case, underscores and repeated spaces do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return " ".join(plain.split())


def _column(header: str) -> str:
    key = re.sub(r"[^a-z0-9]+", "_", folded(header)).strip("_")
    return _OTHER_NAMES.get(key, key)


def _problem(code: str, severity: Severity, where: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def read_leads(rows: Sequence[Mapping[str, str]]) -> LeadsRead:
    """Leads from the rows of an uploaded table; cells that cannot be read are findings.

    Columns: `name`, `email`, `company`, `industry`, `job_title`, `region`, `country`,
    `company_size`, `flags` (several parted by `;`), `days_since_activity`, and one for each action
    with its count (`pages_viewed`; yes and no are 1 and 0). `<action>_within_days` says in how many
    days all of them happened. An empty cell means not known. At most 1,000 rows are read.
    """
    findings = list(_check_columns(rows))
    if len(rows) > MOST_LEADS:
        findings.append(
            _problem(
                "too_many_leads",
                Severity.WARNING,
                "Test leads",
                f"The table has {len(rows):,} rows; the first {MOST_LEADS:,} are scored.",
                "Upload a shorter table; whole exports belong on the actuals page.",
            )
        )
    leads = [_lead(row, number, findings) for number, row in enumerate(rows[:MOST_LEADS], start=1)]
    return LeadsRead(tuple(lead for lead in leads if lead), tuple(findings))


def _check_columns(rows: Sequence[Mapping[str, str]]) -> list[Finding]:
    if not rows:
        return [
            _problem(
                "no_leads",
                Severity.WARNING,
                "Test leads",
                "The table has no row.",
                "Add at least one lead below the header.",
            )
        ]
    known = {*COLUMNS, *(f"{action.value}_within_days" for action in Action)}
    headers = [str(header) for header in rows[0] if header is not None]
    unknown = [header for header in headers if _column(header) not in known]
    if not unknown:
        return []
    shown = ", ".join(repr(header[:40]) for header in unknown[:8])
    return [
        _problem(
            "unknown_columns",
            Severity.WARNING if len(unknown) < len(headers) else Severity.ERROR,
            "Test leads, header",
            f"{len(unknown)} of {len(headers)} columns are not understood and left out: {shown}.",
            "Name the columns as in the example table.",
        )
    ]


def _lead(row: Mapping[str, str], number: int, findings: list[Finding]) -> Lead | None:
    cells = {
        _column(str(header)): str(value).strip()[:LONGEST_CELL]
        for header, value in row.items()
        if header is not None and value is not None and str(value).strip()
    }
    if not cells:
        return None

    def whole(column: str) -> int | None:
        return _whole(cells.get(column), column, number, findings)

    activity: dict[Action, tuple[Activity, ...]] = {}
    for action in Action:
        if (count := whole(action.value)) is not None:
            activity[action] = (Activity(count, whole(f"{action.value}_within_days")),)
    flags = tuple(flag.strip() for flag in cells.get("flags", "").split(";") if flag.strip())
    texts = {column: cells.get(column) for column in TEXT_COLUMNS if column != "name"}
    return Lead(
        name=cells.get("name") or cells.get("email") or f"Lead {number}",
        company_size=whole("company_size"),
        flags=flags,
        days_since_activity=whole("days_since_activity"),
        activity=activity,
        **texts,
    )


def _whole(text: str | None, column: str, number: int, findings: list[Finding]) -> int | None:
    """A whole number from 0, or `None` with a finding where the cell is something else."""
    if not text:
        return None
    if folded(text) in _YES | _NO:
        return int(folded(text) in _YES)
    try:
        return _checked(text)
    except NumberError as error:
        findings.append(
            _problem(
                "lead_cell_not_read",
                Severity.WARNING,
                f"Test leads, row {number}, {column}",
                f"'{text[:60]}' is left out: {error}.",
                "Type a whole number from 0, or leave the cell empty.",
            )
        )
        return None


def _checked(text: str) -> int:
    read = parse_number(text)
    if read.value < 0 or read.value != int(read.value) or read.is_percent or read.unit_text:
        raise NumberError("it is not a whole number from 0")
    return int(read.value)
