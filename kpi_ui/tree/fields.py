"""Typed fields of the scenario: text in, a checked change out, or the reason beside the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic import ValidationError

from kpi_core.formats import currency_symbol, editable, symbol_fits, value_text
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario
from kpi_core.numbers import NumberError, parse_number, two_readings
from kpi_ui import inputs, scenarios, state
from kpi_ui.tree.work import Work

Apply = Callable[[Scenario, float | None], Scenario]
_TYPED, _TRIALS = "tree_typed", "tree_trials"
LANES_TYPED, STEPS_TYPED = "lanes_typed", "steps_typed"
TYPED = (_TYPED, _TRIALS, LANES_TYPED, STEPS_TYPED)
"""View settings that hold what was typed and could not be used, or was only tried."""


@dataclass(frozen=True)
class Field:
    """A number of the scenario that can be typed."""

    name: str
    label: str
    value: float | None
    unit: Unit
    apply: Apply
    note: str = ""
    help: str = ""


def number(field: Field, currency: str) -> None:
    """The field; what cannot be used stays as typed, with the reason below it."""
    with st.container(gap="xsmall"):
        error = _input(field, currency)
        inputs.remark(error, None, field.note)


def _input(field: Field, currency: str) -> str | None:
    """The text input alone; returns what is wrong with the text typed last."""
    typed = (state.view(_TYPED) or {}).get(field.name)
    shown = editable(field.value, field.unit) if field.value is not None else ""
    key = state.bind(f"tree.{field.name}", typed["text"] if typed else shown)

    def save() -> None:
        _take(field, str(state.widget_value(key) or ""), currency)

    st.text_input(field.label, key=key, on_change=save, help=field.help or None)
    return typed["error"] if typed else None


def row(shown: Sequence[Field], currency: str, *, stacked: bool = False) -> None:
    """Fields side by side, or `stacked` one below the other, and one line below them for all.

    The line is always there, so that a reason moves nothing.

    One line and no columns, because every element is sent again with each slider step.
    """
    names = [field.label.removesuffix(", %") for field in shown]
    with st.container(horizontal=not stacked):
        errors = [_input(field, currency) for field in shown]
    wrong = (f"{name}: {error}" for name, error in zip(names, errors, strict=True) if error)
    notes = (f"{name}: {x.note}" for name, x in zip(names, shown, strict=True) if x.note)
    inputs.remark(" ".join(wrong) or None, None, " ".join(notes))


def _take(field: Field, text: str, currency: str) -> None:
    kept = dict(state.view(_TYPED) or {})
    kept.pop(field.name, None)
    try:
        value = read(text, field.unit, currency)
        scenarios.change(lambda now: field.apply(now, value))
    except (NumberError, ValueError) as error:
        kept[field.name] = {"text": text, "error": reason(error, field.unit, currency)}
    state.set_view(**{_TYPED: kept})


def read(text: str, unit: Unit, currency: str) -> float | None:
    """A typed number in its unit, percent for ratios; `None` for empty text.

    Raises `NumberError`, also where a dot may divide decimals or thousands: no line below the field
    says how it was understood.
    """
    if not text.strip():
        return None
    readings = None if unit is Unit.RATIO else two_readings(text)
    if readings:
        decimal, grouped = (editable(value, unit) for value in readings)
        plain = f"{decimal}0" if two_readings(decimal) else decimal
        raise NumberError(f"could be {decimal} or {grouped}: type {plain} or {grouped}")
    parsed = parse_number(text)
    if unit is Unit.MONEY and parsed.unit_text and not symbol_fits(parsed.unit_text, currency):
        raise NumberError(f"is not an amount in {currency}: type only the number")
    return float(f"{parsed.value / 100:.12g}") if unit is Unit.RATIO else parsed.value


def reason(error: Exception, unit: Unit, currency: str) -> str:
    """Why a typed value cannot be used, for the line under its field."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        limit = first.get("ctx", {})
        for word, key in (("at least", "ge"), ("above", "gt"), ("at most", "le")):
            if key in limit:
                return f"Must be {word} {_limit(float(limit[key]), unit, currency)}."
        return str(first["msg"]).removeprefix("Value error, ") + "."
    return f"This {error}."


def _limit(value: float, unit: Unit, currency: str) -> str:
    if unit is Unit.RATIO:
        return f"{editable(value, unit)}%"
    if unit is Unit.MONEY and 0 < value < 1:
        return f"{currency_symbol(currency)}{value}"
    return value_text(value, unit, currency)


@dataclass(frozen=True)
class NumberList:
    """Several numbers in one field, divided by spaces or semicolons."""

    name: str
    label: str
    values: tuple[float, ...]
    apply: Callable[[Scenario, tuple[float, ...]], Scenario]
    placeholder: str = ""
    length: int | None = None
    """How many are needed; `None` for any number."""
    unit: Unit = Unit.COUNT
    """Of the limits in messages."""


def number_list(field: NumberList) -> None:
    """The field; empty for none."""
    typed = (state.view(_TYPED) or {}).get(field.name)
    shown = " ".join(editable(value, Unit.COUNT) for value in field.values)
    key = state.bind(f"tree.{field.name}", typed["text"] if typed else shown)

    def save() -> None:
        text, kept = str(state.widget_value(key) or ""), dict(state.view(_TYPED) or {})
        kept.pop(field.name, None)
        try:
            values = read_list(text, field.length)
            scenarios.change(lambda now: field.apply(now, values))
        except (NumberError, ValueError) as error:
            kept[field.name] = {"text": text, "error": reason(error, field.unit, "USD")}
        state.set_view(**{_TYPED: kept})

    with st.container(gap="xsmall"):
        st.text_input(field.label, key=key, on_change=save, placeholder=field.placeholder or None)
        inputs.remark(typed["error"] if typed else None, None, "")


def read_list(text: str, length: int | None) -> tuple[float, ...]:
    """Numbers divided by spaces or semicolons; raises `NumberError` for a wrong one or a wrong count."""
    values = tuple(parse_number(part).value for part in text.replace(";", " ").split())
    if length is not None and values and len(values) != length:
        raise NumberError(f"has {len(values)} numbers; {length} are needed")
    return values


def trial(work: Work, step_id: str) -> float | None:
    """A volume tried for a step; `None` when there is none."""
    typed = (state.view(_TRIALS) or {}).get(f"{work.lane.id}.{step_id}")
    return typed["value"] if typed else None


def trial_number(work: Work, step_id: str) -> None:
    """Try a volume without changing the scenario."""
    name = f"{work.lane.id}.{step_id}"
    typed = (state.view(_TRIALS) or {}).get(name) or {}
    key = state.bind(f"tree.trial.{name}", typed.get("text", ""))

    def save() -> None:
        text, kept = str(state.widget_value(key) or ""), dict(state.view(_TRIALS) or {})
        entry: dict[str, Any] = {"text": text, "value": None, "error": None}
        try:
            entry["value"] = read(text, Unit.COUNT, work.currency)
            if entry["value"] is not None and entry["value"] < 0:
                raise NumberError("must be 0 or more")
        except NumberError as error:
            entry.update(value=None, error=f"This {error}.")
        state.set_view(**{_TRIALS: {**kept, name: entry}})

    with st.container(gap="xsmall"):
        st.text_input("Try a volume", key=key, on_change=save, placeholder="e.g. 300")
        inputs.remark(typed.get("error"), None, "")
