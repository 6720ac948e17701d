"""What to know about a published figure before trusting it, and which figures contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import Conflict
from kpi_core.models.benchmark import Benchmark, Confidence, Statistic

OLD_YEARS = 5
"""A figure is old when its year is more than this many years back."""
TINY_SAMPLE = 50
"""Fewer companies, campaigns or people than this is a tiny sample."""

MarkCode = Literal[
    "old",
    "year_unknown",
    "tiny_sample",
    "guideline",
    "low_confidence",
    "relabelled",
    "other_definition",
    "one_end_only",
]

_COUNTED = re.compile(
    r"(?:^|\bn\s?=\s?)[~<>≈]?\s?([0-9][0-9,]*)\+?(?=$|[\s;,.)])"
    r"(?!\s(?:thousand|million|billion|bn|years?|months?|weeks?|quarters?|editions?)\b)",
    re.IGNORECASE,
)
_GUIDELINE = re.compile(r"guideline|rule of thumb|vendor practice|practitioner compil", re.I)
_RELABELLED = re.compile(
    r"circulates under several names|may be mislabelled|looks relabelled", re.I
)


@dataclass(frozen=True)
class Mark:
    """One reason for care, with the sentence to show."""

    code: MarkCode
    text: str


def marks(benchmark: Benchmark, year: int) -> tuple[Mark, ...]:
    """Every reason to take the figure with care in the calendar year `year`; empty for none.

    Old: more than five years back. Tiny sample: fewer than 50, where the source states a number.
    Guideline: a rule of thumb, an investor's target or a vendor's or practitioner's guideline.
    Relabelled: the notes on the figure say that it is probably another one under a new name.
    """
    return tuple(_marks(benchmark, year))


def _marks(benchmark: Benchmark, year: int) -> Iterator[Mark]:
    if not benchmark.same_definition:
        note = benchmark.definition_note or "The source does not say how."
        yield Mark("other_definition", f"Counts something else than our metric: {note}")
    if _RELABELLED.search(benchmark.note):
        yield Mark("relabelled", f"Probably another figure under this name: {benchmark.note}")
    if benchmark.confidence is Confidence.LOW:
        yield Mark("low_confidence", "Low confidence: it could not be traced to its origin.")
    if benchmark.statistic is Statistic.TARGET:
        yield Mark("guideline", "A rule of thumb: nothing was measured.")
    elif _GUIDELINE.search(benchmark.sample) or _GUIDELINE.search(benchmark.note):
        yield Mark("guideline", "A guideline: no measured sample is stated.")
    size = sample_size(benchmark)
    if size is not None and size < TINY_SAMPLE:
        yield Mark("tiny_sample", f"A tiny sample: {benchmark.sample}.")
    if benchmark.source_year is None:
        yield Mark("year_unknown", "The source states no year.")
    elif year - benchmark.source_year > OLD_YEARS:
        age = year - benchmark.source_year
        yield Mark("old", f"From {benchmark.source_year}, {age} years ago.")
    if benchmark.typical is None and (benchmark.low is None) is not (benchmark.high is None):
        end = "an upper end: at most" if benchmark.low is None else "a lower end: at least"
        yield Mark("one_end_only", f"Only {end} this much.")


def sample_size(benchmark: Benchmark) -> int | None:
    """How many were measured, where the sample's text starts with a number or says n = 12."""
    found = _COUNTED.search(benchmark.sample)
    return int(found[1].replace(",", "")) if found else None


def conflicts(metric_id: str, catalog: Catalog) -> tuple[Conflict, ...]:
    """Where published figures for the metric contradict each other; empty where none are known."""
    return tuple(conflict for conflict in catalog.conflicts if conflict.metric_id == metric_id)
