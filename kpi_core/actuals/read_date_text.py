"""One date or time of day as people and systems write it. Which of two numbers is the day is left open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale

FIRST_YEAR, LAST_YEAR = 1900, 2100
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
_SECOND = 1_000_000

_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年\s?(\d{1,2})月\s?(\d{1,2})日)")
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2})|年\s?(\d{1,2})月)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ]) ?(\d{1,2})\2 ?(\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_GAP = r"[-\s./]*"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|º|\.)?"
_NAME = r"([^\W\d_]+)\.?"
_YEAR = r"(\d{4}|'?\d{2})"
_DAY_NAME_YEAR = re.compile(rf"{_DAY}{_GAP}(?:(?:of|de|di)\s+)?{_NAME},?{_GAP}(?:de\s+)?{_YEAR}")
_NAME_DAY_YEAR = re.compile(rf"{_NAME}{_GAP}{_DAY},?[-\s./]+{_YEAR}")
_YEAR_NAME_DAY = re.compile(rf"(\d{{4}}){_GAP}{_NAME}{_GAP}{_DAY}")
_NAME_YEAR = re.compile(rf"{_NAME},?{_GAP}(\d{{4}})")
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,?\s+(?=\S)")
_TIME = re.compile(
    r"[T\s,]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?m\.?)?"
    r"\s*(z|[a-z]{2,5})?\s*((?:utc|gmt)?[-+]\d{1,2}(?::?\d{2})?)?\s*(?:\([\w\s+:-]{1,40}\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateText:
    """A date as far as its text says. Where `day` is `None`, `first` and `second` are day and month
    in an order that the text leaves open; `sign` stands between them."""

    year: int
    month: int | None = None
    day: int | None = None
    first: int = 0
    second: int = 0
    sign: str = ""
    seconds: int = 0
    """Seconds since midnight, of compact forms such as 20180226195854."""
    short_year: bool = False
    whole_month: bool = False
    """Only year and month are said; the day is the first."""


def read_date_text(text: str) -> DateText | None:
    """Read the part of a cell before the time of day; `None` where it is no date.

    Month names in English, German, French, Spanish, Italian, Portuguese and Dutch. Two-digit years
    from 70 are of the last century.
    """
    plain = text.strip(" ,T").casefold()
    return (
        _digits(plain)
        or _named(plain)
        or (_named(_WEEKDAY.sub("", plain, count=1)) if _WEEKDAY.match(plain) else None)
        or (_digits(_WEEKDAY.sub("", plain, count=1)) if _WEEKDAY.match(plain) else None)
    )


def read_time_text(text: str) -> tuple[int, bool] | None:
    """Microseconds since midnight, and whether a time zone was named; `None` where it is no time."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[5] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((found[4] or "").ljust(6, "0")[:6])
    named = found[6] is not None or found[7] is not None
    return ((hour * 60 + minute) * 60 + second) * _SECOND + fraction, named


def day_number(year: int, month: int, day: int) -> int | None:
    """Days since 1 January 1970; `None` for a day that does not exist or lies outside 1900 to 2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None


def _digits(text: str) -> DateText | None:
    if found := _YEAR_FIRST.fullmatch(text):
        month, day = (found[3], found[4]) if found[3] else (found[5], found[6])
        return DateText(int(found[1]), int(month), int(day))
    if found := _YEAR_LAST.fullmatch(text):
        year, short = _full_year(found[4])
        return DateText(
            year, first=int(found[1]), second=int(found[3]), sign=found[2], short_year=short
        )
    if found := _COMPACT.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in found.groups()[3:])
        if hour > 23 or minute > 59 or second > 59:
            return None
        seconds = (hour * 60 + minute) * 60 + second
        return DateText(int(found[1]), int(found[2]), int(found[3]), seconds=seconds)
    if found := _YEAR_MONTH.fullmatch(text):
        return DateText(int(found[1]), int(found[2] or found[3]), 1, whole_month=True)
    return None


def _named(text: str) -> DateText | None:
    """Dates with the month's name."""
    for pattern, day, name, year in (
        (_DAY_NAME_YEAR, 1, 2, 3),
        (_NAME_DAY_YEAR, 2, 1, 3),
        (_YEAR_NAME_DAY, 3, 2, 1),
    ):
        found = pattern.fullmatch(text)
        if found and (month := _months().get(found[name])):
            full, short = _full_year(found[year])
            return DateText(full, month, int(found[day]), short_year=short)
    found = _NAME_YEAR.fullmatch(text)
    if found and (month := _months().get(found[1])):
        return DateText(int(found[2]), month, 1, whole_month=True)
    return None


def _full_year(text: str) -> tuple[int, bool]:
    digits = text.lstrip("'")
    if len(digits) == 4:
        return int(digits), False
    return int(digits) + (1900 if int(digits) >= 70 else 2000), True


@cache
def _months() -> dict[str, int]:
    """Month of each name and abbreviation, in lower case without a dot. English wins."""
    names: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        forms = Locale.parse(language).months
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in forms[context][width].items():
                    names.setdefault(name.casefold().rstrip("."), month)
    return names
