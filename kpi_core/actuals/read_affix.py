"""What stands around the digits of a number: sign, currency, scale, percent sign, a unit of time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from babel.numbers import get_currency_symbol, list_currencies

from kpi_core.numbers import MULTIPLIERS

_WORDS = {
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hours"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("month", "months"), "months"),
}
_CURRENCY_WORDS = frozenset(
    ("kr", "zł", "rs", "rp", "fr", "sfr", "kč", "ft", "lei", "руб", "р", "元", "円", "원")
)
_SCALE_SIGNS = frozenset("千万億")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Affix:
    """The meaning of the text around the digits. The scale is ten to the power of `exponent`."""

    negative: bool = False
    percent: bool = False
    exponent: int = 0
    currency: str = ""
    unit: str = ""


def read_affix(lead: str, trail: str) -> Affix | None:
    """What `lead` and `trail` mean; `None` where one of them is not known to belong to a number."""
    before, signs_before = _without_signs(lead, "(")
    after, signs_after = _without_signs(trail, ")")
    signs = signs_before + signs_after
    if len(signs) > 1 and sorted(signs) != ["(", ")"]:
        return None
    if signs in ("(", ")"):
        return None
    percents = before.count("%") + after.count("%")
    before, after = before.replace("%", "").strip(), after.replace("%", "").strip()
    exponent, after = _scale(after)
    money = [_currency(text) for text in (before, after) if text]
    negative = signs not in ("", "+")
    if percents > 1 or (percents and (money or exponent)):
        return None
    if money and all(money) and len(set(money)) == 1:
        return Affix(negative, False, exponent, currency=money[0] or "")
    unit = _WORDS.get(after.casefold().rstrip("."), "")
    if (before or after) and (before or not unit or exponent):
        return None
    return Affix(negative, percents == 1, exponent, unit=unit)


def _without_signs(text: str, bracket: str) -> tuple[str, str]:
    signs = "".join(c for c in text if c in f"-+{bracket}")
    return "".join(c for c in text if c not in f"-+{bracket}").strip(), signs


def _scale(after: str) -> tuple[int, str]:
    """The power of ten that a word such as `K`, `Mio.` or `億` means, and what is left."""
    head = _LETTERS.match(after)
    word = after[0] if after[:1] in _SCALE_SIGNS else head.group() if head else ""
    scale = MULTIPLIERS.get(word.casefold(), 1)
    if scale == 1:
        return 0, after
    return len(str(scale)) - 1, after[len(word) :].lstrip(".").strip()


def _currency(text: str) -> str | None:
    """An ISO code, or the sign as written; `None` for what is no currency."""
    if text.upper() in _codes():
        return text.upper()
    sign = text.rstrip(".")
    known = sign.casefold() in _CURRENCY_WORDS or sign in _signs()
    letters = "".join(c for c in sign if unicodedata.category(c) != "Sc")
    drawn = len(letters) == len(sign) - 1 and len(letters) <= 3 and (letters + "x").isalpha()
    return sign if known or drawn else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _signs() -> frozenset[str]:
    return frozenset(get_currency_symbol(code, locale="en") for code in list_currencies())
