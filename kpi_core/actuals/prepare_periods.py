"""Cells that name a period, in the ways people and systems write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.columns import read_dates
from kpi_core.models.actuals import Grain

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_FISCAL = r"(?:fy|fiscal year|gj)\s*(?P<fiscal>(?:19|20|21)?\d\d)(?:\s*[/-]\s*(?:19|20|21)?\d\d)?"
_QUARTER = r"q(?P<quarter>[1-4])"
_MONTH_NAME = r"(?P<name>[a-zä]{3,9})\.?"
_SHAPES = [
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}\s*[-/.]?\s*(?P<month>0?[1-9]|1[0-2])",
        rf"(?P<month>0?[1-9]|1[0-2])\s*[-/.]\s*{_YEAR}",
        rf"{_YEAR}年\s*(?P<month>\d\d?)月(?:度)?",
        rf"{_YEAR}年(?:度)?",
        rf"{_MONTH_NAME}[\s,-]*{_YEAR}",
        rf"{_YEAR}[\s,-]*{_MONTH_NAME}",
        rf"{_MONTH_NAME}[\s-]*'?(?P<short>\d\d)",
        rf"{_QUARTER}[\s/-]*{_YEAR}",
        rf"{_YEAR}[\s/-]*{_QUARTER}",
        rf"{_QUARTER}[\s/-]*{_FISCAL}",
        rf"{_FISCAL}[\s,/-]*{_QUARTER}",
        _FISCAL,
        rf"{_YEAR}\s*-?\s*(?:w|kw)\s*(?P<week>\d\d?)",
        rf"(?:w|kw|week)\s*(?P<week>\d\d?)[\s,/-]*{_YEAR}",
        _YEAR,
    )
]
_NEVER = np.datetime64("NaT")
_WEEK, _MONTH, _QUARTER_DAYS, _YEAR_DAYS = 7, 28, 89, 365


@dataclass(frozen=True)
class Periods:
    """First day and grain of each cell's period; NaT and "" where blank or unreadable."""

    days: np.ndarray
    grains: np.ndarray
    note: str


def read_periods(
    cells: pa.Array, grain: Grain | None, day_first: bool | None, fiscal_start: int
) -> Periods:
    """Read dates and names such as `2026-03`, `Mar 2026`, `Q3 2026`, `FY2026 Q3` or `2026-W12`.

    `FY2026` begins in calendar year 2026 and quarters named with it are fiscal; a quarter or year
    without `FY` is of the calendar. Dates are of `grain`; without one it is decided from all dates:
    first days of months are months, Mondays only are weeks, anything else is days.
    """
    coded = cells.dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    found = [_named(text, fiscal_start) for text in texts]
    left = [place for place, period in enumerate(found) if period is None]
    dates = read_dates(pa.array([_bare_date(texts[p]) for p in left], pa.string()), day_first)
    read: list[datetime | None] = dates.values.to_pylist()
    known = [moment.date() for moment in read if moment is not None]
    of_dates = grain or grain_of(known)
    for place, moment in zip(left, read, strict=True):
        if moment is not None:
            weekly = texts[place].casefold().startswith("week of")
            used = Grain.WEEK if weekly else of_dates
            found[place] = (period_of(moment.date(), used, fiscal_start).start, used)
    order = {True: ", the day first", False: ", the month first", None: ""}[dates.day_first]
    note = f"Dates are read as {of_dates.value}s{order}." if known else ""
    return _aligned(found, coded.indices, note)


def _aligned(found: Sequence[tuple[date, Grain] | None], indices: pa.Array, note: str) -> Periods:
    days = np.array([_NEVER if p is None else np.datetime64(p[0]) for p in found], "M8[D]")
    grains = np.array(["" if p is None else p[1].value for p in found], dtype=object)
    at = indices.fill_null(len(found)).to_numpy(zero_copy_only=False)
    days = np.append(days, _NEVER)
    return Periods(days[at].astype("datetime64[us]"), np.append(grains, "")[at], note)


def grain_of(days: Sequence[date]) -> Grain:
    """The grain that a column of dates has, when each is the first day of its period."""
    distinct = sorted(set(days))
    gaps = [(b - a).days for a, b in pairwise(distinct)]
    nearest = min(gaps, default=0)
    if all(day.day == 1 for day in distinct) and distinct:
        if nearest >= _YEAR_DAYS:
            return Grain.YEAR
        return Grain.QUARTER if nearest >= _QUARTER_DAYS else Grain.MONTH
    weekly = nearest >= _WEEK and all(gap % _WEEK == 0 for gap in gaps)
    if weekly and all(day.weekday() in (0, 6) for day in distinct):
        return Grain.WEEK
    return Grain.MONTH if nearest >= _MONTH and _are_month_ends(distinct) else Grain.DAY


def _are_month_ends(days: Sequence[date]) -> bool:
    return all(period_of(day, Grain.MONTH).end == day for day in days)


def _bare_date(text: str) -> str:
    """The date in `Week of 14 Sep 2026`, else the text itself."""
    return re.sub(r"^week (?:of|beginning|starting)\s+", "", text, flags=re.IGNORECASE)


def _named(text: str, fiscal_start: int) -> tuple[date, Grain] | None:
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if len(plain) > 40:
        return None
    for shape in _SHAPES:
        match = shape.fullmatch(plain)
        period = _built(match.groupdict(), fiscal_start) if match else None
        if period:
            return period
    return None


def _built(parts: dict[str, str | None], fiscal_start: int) -> tuple[date, Grain] | None:
    """The period of matched parts; `None` where they name none, as `foo 2026` or week 60."""
    text: Callable[[str], str] = lambda name: parts.get(name) or ""  # noqa: E731
    said = text("year") or text("fiscal") or text("short") or "2000"
    year = int(said) if len(said) == 4 else 2000 + int(said)
    if text("week"):
        try:
            return date.fromisocalendar(year, int(text("week")), 1), Grain.WEEK
        except ValueError:
            return None
    if text("fiscal"):
        first = 3 * (int(text("quarter") or 1) - 1) + fiscal_start - 1
        grain = Grain.QUARTER if text("quarter") else Grain.YEAR
        return date(year + first // 12, first % 12 + 1, 1), grain
    if text("quarter"):
        return date(year, 3 * int(text("quarter")) - 2, 1), Grain.QUARTER
    month = int(text("month") or _MONTHS.get(text("name")[:3], 0))
    if month or text("name"):
        return (date(year, month, 1), Grain.MONTH) if 1 <= month <= 12 else None
    return date(year, 1, 1), Grain.YEAR
