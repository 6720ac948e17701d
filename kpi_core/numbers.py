"""Reading numbers as people type them, and rounding numbers people commit to."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MULTIPLIERS = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "tsd": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mm": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "mrd": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "lakh": 10**5,
    "crore": 10**7,
    "千": 10**3,
    "万": 10**4,
    "億": 10**8,
}
_SHAPE = re.compile(
    r"^(?P<sign>[-+]?)(?P<before>[^\d.,+-]*)(?P<inner>[-+]?)(?P<digits>\d[\d.,' ]*|[.,]\d+)(?P<after>\D*)$"
)
_CHARACTERS = {"千", "万", "億"}
_LARGEST = Decimal(10) ** 15


class NumberError(ValueError):
    """The text is not a number; the message says how to type one."""


@dataclass(frozen=True)
class ParsedNumber:
    """What was understood. `unit_text` is what stood around the digits: a currency sign, a code, a word."""

    value: float
    is_percent: bool
    unit_text: str


_GROUPED = re.compile(r"^\D*([1-9]\d{0,2})\.(\d{3})\D*$")


def two_readings(text: str) -> tuple[float, float] | None:
    """What `50.000` can mean: 50, as `parse_number` has it, or 50,000, where dots group thousands.

    `None` where only one is likely: `0.125`, `12.5`, `1.250m`. Raises `NumberError` where there is none.
    """
    found = _GROUPED.match(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    decimal, grouped = float(f"{found[1]}.{found[2]}"), float(found[1] + found[2])
    return (decimal, grouped) if abs(parse_number(text).value) == decimal else None


def parse_number(text: str) -> ParsedNumber:
    """Read `1,234.5`, `1.234,5`, `23,4`, `5 000 000`, `5m`, `¥100M`, `25%` or `1億`.

    Where comma and dot both occur, the last one is the decimal sign. A lone comma followed by
    exactly three digits is a thousands sign (`1,234` is 1234), any other lone comma a decimal sign;
    a lone dot is a decimal sign. A percent sign is reported, not applied. Raises `NumberError`.
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("’", "'").strip()
    plain = re.sub(r"\s+", " ", plain)
    if not plain:
        raise NumberError("is empty: type a number, for example 1,234.5")
    if len(plain) > 60:
        raise NumberError("is too long for a number: type digits, for example 1,234.5")
    shape = _SHAPE.match(plain)
    if shape is None or (shape["sign"] and shape["inner"]):
        raise NumberError(f"'{plain}' is not a number: type digits, for example 1,234.5 or 5m")
    before, after = shape["before"].strip(), shape["after"].strip()
    percent = after.endswith("%") or before.endswith("%")
    multiplier, unit_text = _multiplier(before.strip("% "), after.strip("% "), plain)
    value = _digits(shape["digits"].strip(), plain) * multiplier
    if "-" in (shape["sign"], shape["inner"]):
        value = -value
    if abs(value) > _LARGEST:
        raise NumberError(f"'{plain}' is larger than 1,000,000,000,000,000: check the zeros")
    return ParsedNumber(float(value), percent, unit_text)


def _multiplier(before: str, after: str, plain: str) -> tuple[int, str]:
    """The scale a word after the digits means, and the text that is left: a unit or currency."""
    words = after.split()
    head = re.match(r"^[^\W\d_]+", after)
    first = (head.group() if head else "").casefold()
    if after[:1] in _CHARACTERS:
        first = after[0]
    if first in MULTIPLIERS and first:
        rest = after[len(first) :].strip()
        return MULTIPLIERS[first], " ".join(filter(None, (before, rest)))
    if len(words) > 2 or (before and after):
        raise NumberError(f"'{plain}' has too much text around the number: leave only the number")
    return 1, before or after


def _digits(digits: str, plain: str) -> Decimal:
    spaced = re.search(r"[ ']\d", digits) is not None
    if re.search(r"[.,].*[ ']\d", digits):
        raise NumberError(f"'{plain}' mixes kinds of groups: type it like 1,234.5 or 1.234,5")
    digits = digits.replace(" ", "").replace("'", "").rstrip(".,")
    if "," in digits and "." in digits:
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        grouping = "." if decimal == "," else ","
        if digits.count(decimal) > 1:
            raise NumberError(f"'{plain}' mixes commas and dots: type it like 1,234.5 or 1.234,5")
        whole, _, fraction = digits.partition(decimal)
        _check_groups(whole.split(grouping), plain)
        digits = f"{whole.replace(grouping, '')}.{fraction}"
    elif "," in digits or "." in digits:
        sign = "," if "," in digits else "."
        groups = digits.split(sign)
        if len(groups) > 2:
            _check_groups(groups, plain)
            digits = "".join(groups)
        elif sign == "," and len(groups[1]) == 3 and groups[0] not in ("", "0") and not spaced:
            digits = "".join(groups)
        else:
            digits = ".".join(groups)
    try:
        return Decimal(digits or "x")
    except InvalidOperation as error:
        raise NumberError(f"'{plain}' is not a number: type digits, for example 1,234.5") from error


def _check_groups(groups: list[str], plain: str) -> None:
    """Groups of three, or Indian ones: two digits each and three at the end."""
    first, *middle, last = groups
    widths = {len(group) for group in middle}
    even = len(last) == 3 and 1 <= len(first) <= 3
    if len(groups) > 1 and not (even and (widths <= {3} or (widths == {2} and len(first) <= 2))):
        raise NumberError(f"'{plain}' has uneven groups: type it like 1,234,567")


def round_significant(value: float, digits: int) -> float:
    """`value` with `digits` significant digits; 0 stays 0."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
