"""Why rows are set aside and cells changed, in the user's words.

What is decided here, and why:

- A row without a readable date of its own cannot be counted in any period: it is set aside.
- A funnel step dated before the row was created is kept and counted on the created date. The step
  did happen; CRM records are often typed in late. Dropping it would lose wins.
- An opportunity closed before it was created is kept too: its close date is when the money came,
  so the created date is moved to it.
- Amounts are never converted: rows in the rarer currency are set aside.
"""

from __future__ import annotations

from kpi_core.actuals.report import Reason

_DATE = "Correct the date in the file, or choose another column or day/month order."


def no_column(field: str) -> Reason:
    """No column is chosen for a field that rows cannot do without."""
    return Reason(
        "no_column", f"no column is chosen for {field.replace('_', ' ')}", "Choose a column for it."
    )


def date_unreadable(column: str | None) -> Reason:
    """The row's own date is no date."""
    return Reason("date_unreadable", f"{column} is no date that can be read", _DATE)


def date_missing(column: str | None) -> Reason:
    """The row has no date of its own."""
    return Reason(
        "date_missing", f"{column} is empty", "Fill in the date, or choose another column."
    )


def date_in_future(column: str | None) -> Reason:
    """The row's own date is after the day of the import."""
    return Reason("date_in_future", f"{column} is in the future", _DATE)


def key_missing(column: str | None) -> Reason:
    """The id column is empty."""
    return Reason(
        "key_missing",
        f"{column} is empty, so the row cannot be told from others",
        "Fill in the id, or choose no id column.",
    )


def key_repeated(column: str | None) -> Reason:
    """Another row has the same id."""
    return Reason(
        "key_repeated",
        f"{column or 'the id'} stands in an earlier row too; the earliest is used",
        "Delete the repeated rows, or choose the column that differs for each row.",
    )


def step_unreadable(column: str | None) -> Reason:
    """The date of a step cannot be read."""
    return Reason(
        "step_unreadable", f"{column} is no date that can be read; counted as not reached", _DATE
    )


def step_in_future(column: str | None) -> Reason:
    """The date of a step is after the day of the import."""
    return Reason("step_in_future", f"{column} is in the future; counted as not reached", _DATE)


def step_before_created(column: str | None) -> Reason:
    """A step was reached before the row existed."""
    return Reason(
        "step_before_created",
        f"{column} is before the row was created; counted on the created date",
        _DATE,
    )


def response_before_created(column: str | None) -> Reason:
    """The lead was answered before it existed."""
    return Reason(
        "response_before_created", f"{column} is before the row was created; left out", _DATE
    )


def closed_before_created(column: str | None) -> Reason:
    """The opportunity was closed before it existed."""
    return Reason(
        "closed_before_created",
        f"{column} is before the created date; the opportunity counts as created on the day it closed",
        _DATE,
    )


def closed_without_date(column: str | None) -> Reason:
    """Won or lost, but nobody knows when."""
    return Reason(
        "closed_without_date",
        f"it is won or lost, but {column or 'the close date'} is empty or no date",
        "Fill in the close date, or choose another column.",
    )


OPEN_WITHOUT_DATE = Reason(
    "open_without_date",
    "it is neither won nor lost and has no created date, so there is nothing to count",
    "Choose the column with the created date.",
)
AMOUNT_UNREADABLE = Reason(
    "amount_unreadable",
    "the amount is no number; the row counts without money",
    "Correct the amount, or choose the decimal sign.",
)
AMOUNT_NEGATIVE = Reason(
    "amount_negative",
    "the amount is negative",
    "Correct the amount; credit notes and refunds are no deals.",
)


def other_currency(found: str, used: str) -> Reason:
    """The amount is in another currency than most."""
    return Reason(
        "other_currency",
        f"the amount is in {found} while most are in {used}",
        "Export the amounts in one currency; nothing is converted here.",
    )


def metric_unknown() -> Reason:
    """The metric's name means nothing here."""
    return Reason(
        "metric_unknown",
        "its metric is not known",
        "Choose the metric for this name, or take the names from the template.",
    )


SAME_FILE = Reason(
    "same_file", "another file of this import holds the same rows", "Remove one of the two files."
)
PERIOD_UNREADABLE = Reason(
    "period_unreadable",
    "its period cannot be read",
    "Write 2026-03-31, 2026-03, Q1 2026, FY2026 Q1 or 2026-W12.",
)
PERIOD_IN_FUTURE = Reason(
    "period_in_future", "its period begins in the future", "Give values of periods that have begun."
)
VALUE_MISSING = Reason("value_missing", "it holds no value", "Fill in a value, or delete the row.")
VALUE_UNREADABLE = Reason(
    "value_unreadable", "its value is no number", "Correct the value, or choose the decimal sign."
)
VALUE_IMPOSSIBLE = Reason(
    "value_impossible",
    "its value is outside what the metric can be",
    "Correct the value, or choose the metric it belongs to.",
)
VALUE_REPEATED = Reason(
    "value_repeated",
    "another row gives the same metric, period, channel and segment",
    "Delete one of them.",
)
TOTAL_REPEATED = Reason(
    "total_repeated",
    "it is a total, and the file gives the same metric and period by channel or segment too",
    "Delete the totals or the parts, so that nothing counts twice.",
)
