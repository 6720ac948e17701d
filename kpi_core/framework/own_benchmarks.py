"""Benchmarks the user adds: as typed, read with findings, and back to answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from kpi_core.formats import editable, value_text
from kpi_core.models.base import Motion, Segment, Unit
from kpi_core.models.benchmark import Benchmark, Confidence, Statistic
from kpi_core.models.framework import MOST_OWN_BENCHMARKS, OWN_PREFIX
from kpi_core.models.metric import MetricDefinition

if TYPE_CHECKING:
    from kpi_core.framework.reading import Reader

STEP = "targets"
NOT_STATED = "not stated"
FIRST_YEAR, LAST_YEAR = 1990, 2100
_ENDS = ("low", "typical", "high")
_CUTS = ("segment", "motion", "industry", "channel", "region")
_ANYWHERE = ("any", "global")
_ID = re.compile(rf"{re.escape(OWN_PREFIX)}[a-z0-9_.]{{1,76}}")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f]{1,490}")
_FIELDS = {"source_title": "source", "source_publisher": "source", "source_year": "year"}


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("true and false are not numbers")
    return value


_Typed = Annotated[str | int | float | None, BeforeValidator(_no_truth_value)]


class OwnBenchmarkAnswers(BaseModel):
    """One figure as the user typed it: rates in percent, money in the framework's currency."""

    model_config = ConfigDict(
        extra="forbid", coerce_numbers_to_str=True, use_attribute_docstrings=True
    )

    id: str | None = None
    """Starts with `own.`; left out: `own.` and the next free number. KPIs name a figure by it."""
    metric: str | None = None
    low: _Typed = None
    typical: _Typed = None
    high: _Typed = None
    """At least one of low, typical and high; a lone low means "at least", a lone high "at most"."""
    source: str | None = None
    """Who published it. Needed."""
    year: _Typed = None
    """Year of publication or of the data. Needed."""
    sample: str | None = None
    definition: str | None = None
    url: str | None = None
    segment: str | None = None
    motion: str | None = None
    industry: str | None = None
    channel: str | None = None
    region: str | None = None
    """Whom it describes, by the catalog's ids; left out: anybody."""


def read_own_benchmarks(
    answers: Sequence[OwnBenchmarkAnswers],
    currency: str,
    reader: Reader,
    latest_year: int = LAST_YEAR,
) -> tuple[Benchmark, ...]:
    """The user's figures in the metrics' units, ratios in shares.

    A figure with a mistake is left out and the mistake named in a finding, at the path
    `own_benchmarks.1.low` for the first one. Years run from 1990 to `latest_year`. At most 200.
    """
    if len(answers) > MOST_OWN_BENCHMARKS:
        reader.problem(
            "own_benchmarks",
            STEP,
            f"There are {len(answers):,} own figures; {MOST_OWN_BENCHMARKS} is the limit.",
            "Remove those that are not needed.",
        )
    ids = _ids(answers[:MOST_OWN_BENCHMARKS], reader)
    read = (
        _benchmark(answer, ids[number], f"own_benchmarks.{number}", currency, reader, latest_year)
        for number, answer in enumerate(answers[:MOST_OWN_BENCHMARKS], start=1)
    )
    return tuple(figure for figure in read if figure)


def own_benchmark_answers(figure: Benchmark) -> dict[str, Any]:
    """The answers that read back as the figure; for figures that were read from answers."""
    unit = Unit.RATIO if figure.unit == Unit.RATIO else Unit.COUNT

    def text(value: float | None) -> str | None:
        return None if value is None else editable(value, unit)

    given = {
        "id": figure.id,
        "metric": figure.metric_id or figure.published_as,
        "low": text(figure.low),
        "typical": text(figure.typical),
        "high": text(figure.high),
        "source": figure.source_publisher,
        "year": None if figure.source_year is None else str(figure.source_year),
        "sample": None if figure.sample == NOT_STATED else figure.sample,
        "definition": None if figure.definition == NOT_STATED else figure.definition,
        "url": figure.source_url,
        **{cut: getattr(figure, cut) for cut in _CUTS if getattr(figure, cut) not in _ANYWHERE},
    }
    return {key: value for key, value in given.items() if value is not None}


def _ids(answers: Sequence[OwnBenchmarkAnswers], reader: Reader) -> dict[int, str | None]:
    """An id for each figure by its number; `None` for one that cannot be used."""
    ids: dict[int, str | None] = {}
    taken: set[str] = set()
    for number, answer in enumerate(answers, start=1):
        if answer.id:
            fits = _ID.fullmatch(answer.id) is not None and answer.id not in taken
            ids[number] = answer.id if fits else None
            taken.add(answer.id)
            if not fits:
                reader.problem(
                    f"own_benchmarks.{number}.id",
                    STEP,
                    f"'{answer.id[:60]}' cannot be the id of this figure.",
                    f"Leave it out, or use {OWN_PREFIX} and a number that no other figure has.",
                )
    free = (
        key for n in range(1, len(answers) + len(taken) + 1) if (key := f"own.{n}") not in taken
    )
    for number, answer in enumerate(answers, start=1):
        if not answer.id:
            ids[number] = next(free)
    return ids


def _benchmark(
    answer: OwnBenchmarkAnswers,
    figure_id: str | None,
    path: str,
    currency: str,
    reader: Reader,
    latest_year: int,
) -> Benchmark | None:
    """The figure, or `None` with at least one finding."""
    before = len(reader.findings)
    metric = _metric(answer.metric, path, reader)
    figures = _figures(answer, metric, path, currency, reader) if metric else {}
    record = {
        **figures,
        "id": figure_id,
        "source_title": _source(answer, path, reader),
        "source_publisher": (answer.source or "").strip(),
        "source_year": _year(answer.year, path, reader, latest_year),
        "source_url": _address(answer.url, path, reader),
        "sample": (answer.sample or "").strip() or NOT_STATED,
        "definition": (answer.definition or "").strip() or NOT_STATED,
        "stage": "any",
        **_cuts(answer, path, reader),
    }
    if metric is None or figure_id is None or len(reader.findings) > before:
        return None
    return _validated({**_fixed(metric, currency), **record}, path, reader)


def _fixed(metric: MetricDefinition, currency: str) -> dict[str, object]:
    """What is the same for every figure of the user's."""
    return {
        "metric_id": metric.id,
        "published_as": metric.id,
        "published_name": metric.name,
        "same_definition": True,
        "unit": metric.unit.value,
        "currency": currency if metric.unit is Unit.MONEY else None,
        "statistic": Statistic.RANGE,
        "confidence": Confidence.MEDIUM,
    }


def _validated(record: dict[str, object], path: str, reader: Reader) -> Benchmark | None:
    try:
        return Benchmark.model_validate(record)
    except ValidationError as error:
        places: dict[str, str] = {}
        for problem in error.errors(include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else "typical"
            places.setdefault(_FIELDS.get(name, name), problem["msg"].removeprefix("Value error, "))
        for place, why in places.items():
            fix = "Type it again."
            reader.problem(f"{path}.{place}", STEP, f"This cannot be used: {why}.", fix)
        return None


def _metric(metric_id: str | None, path: str, reader: Reader) -> MetricDefinition | None:
    if not metric_id:
        reader.problem(f"{path}.metric", STEP, "No metric is named.", "Choose one.")
        return None
    if not reader.known_metric(f"{path}.metric", metric_id, STEP):
        return None
    return reader.catalog.metrics[metric_id]


def _figures(
    answer: OwnBenchmarkAnswers, metric: MetricDefinition, path: str, currency: str, reader: Reader
) -> dict[str, float | None]:
    """Low, typical and high, none of them beyond what is possible for the metric."""
    # imported late: these modules read the answers, which hold the model above
    from kpi_core.framework.interpret_kpis import metric_bounds

    bounds, before = metric_bounds(metric), len(reader.findings)
    read = {
        end: reader.number(
            f"{path}.{end}", getattr(answer, end), metric.unit, currency, bounds, STEP
        )
        for end in _ENDS
    }
    given = [(end, value) for end, value in read.items() if value is not None]
    if not given and len(reader.findings) == before:
        message = "There is no figure."
        reader.problem(f"{path}.typical", STEP, message, "Type a low, a typical or a high value.")
    for (end, value), (next_end, next_value) in pairwise(given):
        if value > next_value:
            shown = [value_text(v, metric.unit, currency) for v in (value, next_value)]
            reader.problem(
                f"{path}.{end}",
                STEP,
                f"The {end} value, {shown[0]}, is above the {next_end} one, {shown[1]}.",
                "Swap them, or type one again.",
            )
    return read


def _source(answer: OwnBenchmarkAnswers, path: str, reader: Reader) -> str:
    source = (answer.source or "").strip()
    if not source:
        fix = "Say who published it, for example the report's name."
        reader.problem(f"{path}.source", STEP, "There is no source.", fix)
    return source


def _year(typed: str | int | float | None, path: str, reader: Reader, latest: int) -> int | None:
    text = unicodedata.normalize("NFKC", "" if typed is None else str(typed)).strip()
    text = text.removesuffix(".0")
    if not text:
        fix = "Type the year of publication or of the data."
        reader.problem(f"{path}.year", STEP, "There is no year.", fix)
        return None
    year = int(text) if re.fullmatch(r"[0-9]{4}", text) else 0
    if not FIRST_YEAR <= year <= latest:
        fix = f"Type a year from {FIRST_YEAR} to {latest}."
        reader.problem(f"{path}.year", STEP, f"'{text[:30]}' is not a possible year.", fix)
        return None
    return year


def _address(typed: str | None, path: str, reader: Reader) -> str | None:
    text = (typed or "").strip()
    if text and not _ADDRESS.fullmatch(text):
        fix = "Type an address that starts with https://, without spaces, or leave it empty."
        reader.problem(f"{path}.url", STEP, f"'{text[:60]}' is not a web address.", fix)
        return None
    return text or None


def _cuts(answer: OwnBenchmarkAnswers, path: str, reader: Reader) -> dict[str, str]:
    """Whom the figure describes, by the catalog's ids; `any` where nothing was said."""
    catalog = reader.catalog
    known: dict[str, Iterable[str]] = {
        "segment": list(Segment),
        "motion": list(Motion),
        "industry": catalog.industries,
        "channel": catalog.channels,
        "region": catalog.regions,
    }
    chosen = {}
    for cut, options in known.items():
        value = getattr(answer, cut)
        if not value or value in _ANYWHERE:
            chosen[cut] = "any"
        else:
            chosen[cut] = reader.choice(f"{path}.{cut}", value, options, "any", STEP)
    return chosen
