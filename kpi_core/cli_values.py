"""Numbers on the command line. What cannot be meant is refused with the reason, never guessed at."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from decimal import Decimal

from kpi_core.models.base import SMALLEST_RATE
from kpi_core.numbers import NumberError, ParsedNumber, parse_number

LARGEST_MONEY, SMALLEST_DEAL = 1e15, 0.01
WRONG = argparse.ArgumentTypeError


def _parsed(typed: str) -> ParsedNumber:
    try:
        return parse_number(typed)
    except NumberError as error:
        raise WRONG(str(error)) from error


def ratio(typed: str) -> float:
    """`2%`, `2,5%` or `0.02` as a ratio; a bare number above 1 is refused, not guessed at."""
    number = _parsed(typed)
    if number.unit_text:
        raise WRONG(f"'{typed}' is not a rate: write 25% or 0.25")
    if not number.is_percent and number.value > 1:
        percent = f"{number.value:.12g}%"
        raise WRONG(f"'{typed}' is above 1: write {percent} if that is meant, else a ratio up to 1")
    value = float(Decimal(repr(number.value)) / (100 if number.is_percent else 1))
    if not SMALLEST_RATE <= value <= 1:
        raise WRONG(f"'{typed}' is not between 0.0001% and 100%")
    return value


def confidence(typed: str) -> float:
    """A ratio below 1."""
    value = ratio(typed)
    if value == 1:
        raise WRONG("no number of draws proves 100%: write less")
    return value


def named_rate(typed: str) -> tuple[str, float]:
    """`METRIC=RATE`."""
    name, sign, value = typed.partition("=")
    if not sign:
        raise WRONG(f"'{typed}' is not METRIC=RATE, for example win_rate=25%")
    return name.strip(), ratio(value)


def money(typed: str) -> float:
    """An amount from 0 to 1e15, without a currency."""
    number = _parsed(typed)
    if number.is_percent or number.unit_text or not 0 <= number.value <= LARGEST_MONEY:
        raise WRONG(
            f"'{typed}' is not an amount from 0 to 1e15: write digits only, for example 5,000,000 or 5m"
        )
    return number.value


def deal_size(typed: str) -> float:
    """An amount of at least 0.01."""
    value = money(typed)
    if value < SMALLEST_DEAL:
        raise WRONG(f"'{typed}' is less than 0.01")
    return value


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(typed: str) -> int:
        digits = typed.replace(",", "").replace("_", "")
        if not (digits.isascii() and digits.isdigit() and least <= int(digits) <= most):
            raise WRONG(f"'{typed}' is not a whole number from {least:,} to {most:,}")
        return int(digits)

    return read
