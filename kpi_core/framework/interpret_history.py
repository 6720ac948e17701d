"""Own history as typed: a value, counts (`186 of 838`), values by period."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from kpi_core.benchmarks.history import counts_text, latest, rate_of
from kpi_core.catalog.loader import Catalog
from kpi_core.formats import editable, percent, value_text
from kpi_core.framework.answers import KpiAnswers, Typed
from kpi_core.framework.reading import Bounds, Reader
from kpi_core.models.base import Unit
from kpi_core.models.kpi import LONGEST_SERIES, Baseline, PeriodValue
from kpi_core.models.metric import MetricDefinition, Quotient
from kpi_core.models.tree import Counts
from kpi_core.numbers import NumberError, parse_number

STEP = "targets"
MOST_EVENTS = 10**12
_BETWEEN = re.compile(r"\s*(?:/|\bout of\b|\bof\b)\s*", re.IGNORECASE)
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_QUARTER = re.compile(r"(\d{4})[- ]?q([1-4])", re.ASCII | re.IGNORECASE)


def metric_bounds(metric: MetricDefinition) -> Bounds:
    """The values a metric can take."""
    maximum = metric.maximum if metric.maximum is not None else 1e15
    return Bounds(minimum=metric.minimum, maximum=maximum)


def read_history(
    metric: MetricDefinition, answer: KpiAnswers, currency: str, reader: Reader
) -> Baseline | None:
    """Own history of a metric; `None` when none was given or none of it can be used.

    Without a value typed, the value is that of the counts, else the last year of the series (the last
    value where periods do not add up).
    """
    path, bounds = f"kpis.{metric.id}", metric_bounds(metric)
    value = reader.number(f"{path}.baseline", answer.baseline, metric.unit, currency, bounds, STEP)
    period = reader.name(f"{path}.baseline_period", answer.baseline_period or None, None, STEP)
    counts = _counts(f"{path}.counts", answer.counts, metric, reader)
    if counts and value is not None and not _agrees(value, counts):
        reader.problem(
            f"{path}.counts",
            STEP,
            f"{counts_text(counts)} is {percent(rate_of(counts))}, not {percent(value)}.",
            "Correct one of them, or leave the value out.",
        )
        counts = None
    series = _series(f"{path}.series", answer.series or {}, metric, currency, reader)
    if value is None:
        value = rate_of(counts) if counts else _latest(f"{path}.series", series, metric, reader)
    if value is None:
        return None
    return Baseline(value=value, period=period, counts=counts, series=series)


def typed_counts(counts: Counts | None) -> str | None:
    """Counts as an answer that reads back the same; `None` for none."""
    return counts_text(counts) if counts else None


def typed_period(period: date) -> str:
    """`2025-01` for the first of a month, else the whole date."""
    return period.isoformat()[:7] if period.day == 1 else period.isoformat()


def counts_fit(metric: MetricDefinition, catalog: Catalog) -> bool:
    """Whether the metric is a rate of things that can be counted, k of n."""
    formula = metric.formula
    if metric.unit is not Unit.RATIO or metric.maximum != 1 or not isinstance(formula, Quotient):
        return False
    units = {key: measure.unit for key, measure in catalog.measures.items()}
    units |= {key: known.unit for key, known in catalog.metrics.items()}
    return units.get(formula.numerator) is units.get(formula.denominator) is Unit.COUNT


def _counts(path: str, text: str | None, metric: MetricDefinition, reader: Reader) -> Counts | None:
    if text is None or not text.strip():
        return None
    if not counts_fit(metric, reader.catalog):
        reader.problem(
            path, STEP, "This metric is not a rate of things counted.", "Give its value instead."
        )
        return None
    parts = _BETWEEN.split(unicodedata.normalize("NFKC", text).strip())
    numbers = [number for part in parts if (number := _whole(part)) is not None]
    if len(parts) != 2 or len(numbers) != 2:
        reader.problem(
            path,
            STEP,
            f"'{text.strip()[:60]}' is not two whole numbers.",
            "Type for example 186 of 838.",
        )
        return None
    successes, trials = numbers
    told = f"{successes:,} of {trials:,}"
    if trials == 0:
        fix = "Leave it out until there is at least one case."
        reader.problem(path, STEP, f"{told} says nothing about the rate.", fix)
        return None
    if successes > trials:
        fix = "Type first how many succeeded, then how many there were."
        reader.problem(path, STEP, f"{told} is more than all of them.", fix)
        return None
    counts = Counts(successes=successes, trials=trials)
    reader.echoes[path] = f"{told}, {percent(rate_of(counts))}"
    return counts


def _whole(text: str) -> int | None:
    try:
        parsed = parse_number(text)
    except NumberError:
        return None
    plain = not parsed.is_percent and not parsed.unit_text
    fits = parsed.value.is_integer() and 0 <= parsed.value <= MOST_EVENTS
    return int(parsed.value) if plain and fits else None


def _agrees(value: float, counts: Counts) -> bool:
    """Whether a typed rate is that of the counts, to the digits typed (22% of 186 of 838)."""
    decimals = len(editable(value, Unit.RATIO).partition(".")[2])
    off = abs(value - counts.successes / counts.trials) * 100
    return off <= 10.0**-decimals + 1e-9


def _series(
    path: str,
    typed: Mapping[str, Typed],
    metric: MetricDefinition,
    currency: str,
    reader: Reader,
) -> tuple[PeriodValue, ...]:
    """The values by period, oldest first."""
    found: dict[date, float] = {}
    bounds = metric_bounds(metric)
    for key, answer in typed.items():
        value = reader.number(f"{path}.{key}", answer, metric.unit, currency, bounds, STEP)
        if value is None:
            continue
        period = read_period(key)
        if period is None:
            message = f"'{key[:60]}' is not a period."
            fix = "Name it by its first day or month, for example 2025-01, or 2025-Q1."
            reader.problem(f"{path}.{key}", STEP, message, fix)
        elif period in found:
            message = f"'{key[:60]}' starts on the day of another period."
            reader.problem(f"{path}.{key}", STEP, message, "Keep one of them.")
        else:
            found[period] = value
    if len(found) > LONGEST_SERIES:
        message = f"These are {len(found):,} periods; {LONGEST_SERIES} are kept."
        reader.problem(path, STEP, message, "Leave out the oldest ones.")
    kept = sorted(found.items())[-LONGEST_SERIES:]
    return tuple(PeriodValue(period=period, value=value) for period, value in kept)


def read_period(text: str) -> date | None:
    """First day of `2025-01`, `2025-01-06`, `2025-Q1` or `2025`; `None` when it is none of these."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if quarter := _QUARTER.fullmatch(plain):
        year, month, day = int(quarter[1]), 3 * int(quarter[2]) - 2, 1
    elif period := _PERIOD.fullmatch(plain):
        year, month, day = (int(part or 1) for part in period.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _latest(
    path: str, series: tuple[PeriodValue, ...], metric: MetricDefinition, reader: Reader
) -> float | None:
    """The value a series stands for; a finding when it cannot be said."""
    if not series:
        return None
    value, bounds = latest(series, metric), metric_bounds(metric)
    if value is None:
        message = "These periods do not add up to a year, so the year's value is not known."
        fix = "Type it as the baseline, or give the last twelve months or four quarters."
        reader.problem(path, STEP, message, fix)
    elif bounds.maximum is not None and value > bounds.maximum:
        shown = value_text(bounds.maximum, metric.unit, "USD")
        reader.problem(path, STEP, f"Their sum is above {shown}.", "Correct the values.")
        return None
    return value
