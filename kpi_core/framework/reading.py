"""Reading single answers: each either a valid value or a finding and the default."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from kpi_core.catalog.loader import Catalog
from kpi_core.formats import editable, symbol_fits, value_text
from kpi_core.framework.answers import DefinitionAnswers, Typed
from kpi_core.framework.selection import DefinitionEdit
from kpi_core.models.base import Finding, LongText, Name, Severity, Unit
from kpi_core.numbers import NumberError, parse_number

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_LONG_TEXT: TypeAdapter[str] = TypeAdapter(LongText)


@dataclass(frozen=True)
class Bounds:
    """Allowed values of a typed number, in its unit; `above` excludes the minimum itself."""

    minimum: float = 0
    maximum: float | None = 1e15
    above: bool = False


@dataclass
class Reader:
    """Collects findings, echoes and field errors while answers are read."""

    catalog: Catalog
    findings: list[Finding] = field(default_factory=list)
    echoes: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def problem(self, path: str, step: str, message: str, fix: str) -> None:
        """Record that the answer at `path` cannot be used."""
        self.errors[path] = f"{message} {fix}"
        kpi = path.split(".")[1] if path.startswith(("kpis.", "definitions.", "rates.")) else None
        known = kpi in self.catalog.metrics
        self.findings.append(
            Finding(
                code="invalid_answer",
                severity=Severity.ERROR,
                where=self.label(path),
                message=message[:4000],
                fix=fix,
                step=step,
                metric_id=kpi if known else None,
            )
        )

    def label(self, path: str) -> str:
        """An answer path in the user's words: `Win rate, target` for `kpis.win_rate.target`."""
        words = path.split(".")
        if words[0] in ("kpis", "definitions", "rates", "stages") and len(words) > 1:
            metric = self.catalog.metrics.get(words[1])
            words = [metric.name if metric else words[1], *words[2:]]
        elif words[0] == "company" and len(words) > 1:
            words = words[1:]
        text = ", ".join(word.replace("_", " ") for word in words)
        return (text[:1].upper() + text[1:])[:400] or "Answer"

    def choice(
        self, path: str, value: str | None, known: Iterable[str], default: str, step: str
    ) -> str:
        """An id from `known`; `default` when nothing was answered."""
        options = list(known)
        if value is None:
            return default
        if value in options:
            return value
        near = difflib.get_close_matches(value, options, n=3) or options[:5]
        self.problem(
            path,
            step,
            f"'{value[:60]}' is not one of the choices.",
            f"Choose for example {', '.join(near)}." if near else "Remove it.",
        )
        return default

    def ids(
        self,
        path: str,
        values: Iterable[str] | None,
        known: Iterable[str],
        default: Iterable[str],
        step: str,
    ) -> tuple[str, ...]:
        """Ids from `known`, each once; unknown ones are named in a finding."""
        if values is None:
            return tuple(default)
        options = list(known)
        kept: dict[str, None] = {}
        for value in values:
            if value in options:
                kept[value] = None
            else:
                self.problem(
                    path, step, f"'{value[:60]}' is not known.", "Remove it or choose another."
                )
        return tuple(kept)

    def name(self, path: str, value: str | None, default: str | None, step: str) -> str | None:
        """A short label; `default` when nothing was answered, and a finding when it cannot be used."""
        if value is None:
            return default
        cleaned = unicodedata.normalize("NFC", " ".join(value.split()))
        try:
            return _NAME.validate_python(cleaned)
        except ValidationError as error:
            self._text_problem(path, cleaned, 120, error, step)
            return default

    def definitions(self, edits: Mapping[str, DefinitionAnswers]) -> dict[str, DefinitionEdit]:
        """Edited names and definitions of known metrics."""
        read: dict[str, DefinitionEdit] = {}
        for metric_id, edit in edits.items():
            path = f"definitions.{metric_id}"
            if not self.known_metric(path, metric_id, "metrics"):
                continue
            name = self.name(f"{path}.name", edit.name, None, "metrics")
            text = self.long_text(f"{path}.definition", edit.definition, "metrics")
            read[metric_id] = DefinitionEdit(name, text)
        return read

    def long_text(self, path: str, value: str | None, step: str) -> str | None:
        """A paragraph; `None` when nothing was answered or it cannot be used."""
        if value is None:
            return None
        try:
            return _LONG_TEXT.validate_python(unicodedata.normalize("NFC", value))
        except ValidationError as error:
            self._text_problem(path, value.strip(), 4000, error, step)
            return None

    def _text_problem(
        self, path: str, text: str, limit: int, error: ValidationError, step: str
    ) -> None:
        if not text:
            self.problem(path, step, "This must not be empty.", "Type a text.")
        elif len(text) > limit:
            self.problem(
                path,
                step,
                f"This has {len(text):,} characters; {limit:,} is the limit.",
                "Shorten it.",
            )
        else:
            reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            self.problem(path, step, f"This {reason}.", "Type it again without it.")

    def known_metric(self, path: str, metric_id: str, step: str) -> bool:
        """Whether the catalog has the metric; a finding names near matches when not."""
        if metric_id in self.catalog.metrics:
            return True
        near = difflib.get_close_matches(metric_id, list(self.catalog.metrics), n=3)
        hint = f"Did you mean {', '.join(near)}?" if near else "See docs/glossary.md for all ids."
        self.problem(path, step, f"'{metric_id[:60]}' is not a metric of the catalog.", hint)
        return False

    def number(
        self, path: str, value: Typed, unit: Unit, currency: str, bounds: Bounds, step: str
    ) -> float | None:
        """A typed number in `unit` (percent for ratios); `None` when empty or unusable.

        Records the echo of what was understood, or a finding.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            text = value if isinstance(value, str) else _digits(value)
            parsed = parse_number(_without_unit(text, unit))
        except NumberError as error:
            self.problem(path, step, f"This {error}."[:600], "Type it again.")
            return None
        number = parsed.value
        if unit is Unit.RATIO:
            number = float(f"{number / 100:.12g}")
        if parsed.is_percent and unit is not Unit.RATIO:
            self.problem(
                path, step, "This is a percentage, but an amount is needed.", "Type it without %."
            )
            return None
        if not self._unit_fits(path, parsed.unit_text, unit, currency, step):
            return None
        shown = value_text(number, unit, currency)
        if bounds.above and number <= bounds.minimum:
            least = value_text(bounds.minimum, unit, currency)
            self.problem(path, step, f"{shown} is not possible.", f"Type a number above {least}.")
            return None
        if number < bounds.minimum:
            least = value_text(bounds.minimum, unit, currency)
            self.problem(path, step, f"{shown} is not possible.", f"Type {least} or more.")
            return None
        if bounds.maximum is not None and number > bounds.maximum:
            most = value_text(bounds.maximum, unit, currency)
            self.problem(path, step, f"{shown} is not possible.", f"Type {most} or less.")
            return None
        self.echoes[path] = shown
        return number

    def _unit_fits(self, path: str, text: str, unit: Unit, currency: str, step: str) -> bool:
        if not text:
            return True
        if unit is Unit.MONEY and symbol_fits(text, currency):
            return True
        if unit is Unit.MULTIPLE and text.casefold() in ("x", "×", ":1"):
            return True
        if text.casefold().rstrip(".") in (unit.value, unit.value.rstrip("s"), unit.value[0]):
            return True
        wanted = f"an amount in {currency}" if unit is Unit.MONEY else f"a value in {unit.value}"
        wanted = {Unit.COUNT: "a plain number", Unit.RATIO: "a percentage"}.get(unit, wanted)
        self.problem(
            path,
            step,
            f"'{text[:30]}' does not fit here: {wanted} is needed.",
            f"Type only the number; {currency} is the currency of the framework."
            if unit is Unit.MONEY
            else "Type only the number.",
        )
        return False


def _without_unit(text: str, unit: Unit) -> str:
    """Where minutes or months are asked for, `5m` and `5 m` are five of them, not five million."""
    if unit not in (Unit.MINUTES, Unit.MONTHS):
        return text
    return re.sub(r"(?<=[\d\s])m\s*$", "", text, flags=re.IGNORECASE)


def _digits(value: int | float) -> str:
    """A number without exponent: programs write 0.00005 as 5e-05."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return f"{exact:f}"


def typed(value: float, unit: Unit) -> str:
    """A value as an answer that reads back as the same value."""
    return editable(value, unit)
