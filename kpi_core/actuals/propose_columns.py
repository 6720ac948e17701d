"""Which column of a file holds which field of a shape, by name and by content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from kpi_core.actuals.columns import guess_kind
from kpi_core.actuals.funnel_steps import AT, funnel_steps
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.words import joined, words
from kpi_core.models.actuals import Shape
from kpi_core.models.framework import MeasurementFramework

MOST_COLUMNS = 500
MIXED = "value"
"""The field whose column mixes counts, money and percent, so that as a whole it may look like text."""
_SURE, _BY_SYSTEM, _ALIKE = 1.0, 1.1, 0.5
_ALIKE_FROM = 0.86
_SHORTEST_ALIKE = 5
MISSING = 2.0
"""What a required field without a column takes from the score of a shape."""
_SYSTEM_FROM = 3
"""Columns that must bear a system's names before it is recognised."""


@dataclass(frozen=True)
class FieldSpec:
    """Something the mapper asks for."""

    id: str
    name: str
    required: bool
    kind: str
    """What the cells hold: `text`, `date`, `number` or `period` (a date or a name such as `Q3 2026`)."""
    help: str


def fields(
    shape: Shape, framework: MeasurementFramework, catalog: Catalog
) -> tuple[FieldSpec, ...]:
    """What the mapper asks for in a file of this shape, in the order to show.

    Leads have a date (`at_mqls`, ...) for each funnel step: the framework's steps first, then those
    of other funnels. Opportunities also need a stage, or a won date: `check_mapping` says so.
    """
    asked = [
        FieldSpec(f.id, f.name, f.required, f.kind, f.help)
        for f in catalog.imports.fields
        if shape in f.shapes
    ]
    if shape is not Shape.LEADS:
        return tuple(asked)
    steps = funnel_steps(framework, catalog)
    dates = [
        FieldSpec(f"{AT}{s}", f"Date: {steps.names[s]}", False, "date", catalog.imports.step_help)
        for s in steps.all
    ]
    return (*asked, *dates)


@dataclass(frozen=True)
class Columns:
    """The columns of a file, with their words and kinds; kinds are looked up once, when asked for."""

    table: TableRead
    words: Mapping[str, str]
    _kinds: dict[str, str] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        """What the column's cells seem to be: date, number, boolean, text or empty."""
        if name not in self._kinds:
            self._kinds[name] = guess_kind(self.table.cells[name])
        return self._kinds[name]

    def fits(self, name: str, spec: FieldSpec) -> bool:
        """Whether the cells can be what a field wants; an empty column can be anything."""
        kind = self.kind(name)
        if kind == "empty":
            return True
        if spec.id == MIXED:
            return kind != "date"
        match spec.kind:
            case "date":
                return kind in {"date", "boolean"}
            case "number":
                return kind == "number"
            case "period":
                return kind in {"date", "text", "number"}
        return kind != "date"


def columns_of(table: TableRead) -> Columns:
    """The file's columns, the first 500."""
    names = table.cells.column_names[:MOST_COLUMNS]
    return Columns(table, {name: words(name) for name in names})


@dataclass(frozen=True)
class Match:
    """Columns found for the fields of one shape, and how well they fit together."""

    shape: Shape
    columns: Mapping[str, str]
    system: str | None
    score: float
    row_is: str | None = None
    """For leads: the funnel step whose date is the created date; `None` when the file has another."""


def match_shape(
    shape: Shape, columns: Columns, asked: Iterable[FieldSpec], catalog: Catalog
) -> Match:
    """The best column for each field: by the names systems use, then by similar names."""
    specs = {spec.id: spec for spec in asked}
    system = recognise_system(shape, columns, catalog)
    found: dict[str, str] = {}
    scores: dict[str, float] = {}
    ranked = sorted(
        _candidates(shape, columns, specs, catalog, system),
        key=lambda c: (-c[0], c[1]),
    )
    for score, _, key, name in ranked:
        if key not in found and name not in found.values() and columns.fits(name, specs[key]):
            found[key], scores[key] = name, score
    missing = sum(1 for spec in specs.values() if spec.required and spec.id not in found)
    return Match(shape, found, system, sum(scores.values()) - MISSING * missing)


def _candidates(
    shape: Shape,
    columns: Columns,
    specs: Mapping[str, FieldSpec],
    catalog: Catalog,
    system: str | None,
) -> Iterable[tuple[float, int, str, str]]:
    """Score, rank among the names, field and column of everything that could fit."""
    by_words: dict[str, list[str]] = {}
    for name, plain in columns.words.items():
        by_words.setdefault(plain.replace(" ", ""), []).append(name)
    for own, key, names in _aliases(shape, catalog, system):
        if key not in specs:
            continue
        for rank, alias in enumerate(names):
            for name in by_words.get(joined(alias), ()):
                yield (_BY_SYSTEM if own else _SURE) - rank / 1000, rank, key, name
            if own or len(joined(alias)) < _SHORTEST_ALIKE:
                continue
            for plain, alike in by_words.items():
                if _similar(plain, joined(alias)):
                    for name in alike:
                        yield _ALIKE - rank / 1000, rank, key, name


def _aliases(
    shape: Shape, catalog: Catalog, system: str | None
) -> Iterable[tuple[bool, str, tuple[str, ...]]]:
    for record in catalog.imports.columns:
        if record.shape is shape and record.system in (None, system):
            for key, names in record.names.items():
                yield record.system is not None, key, names


@lru_cache(maxsize=65536)
def _similar(one: str, other: str) -> bool:
    """Whether two names differ by a few letters only, as a plural or a misspelling."""
    if one == other or not one or abs(len(one) - len(other)) > 2 or one[0] != other[0]:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE_FROM and matcher.ratio() >= _ALIKE_FROM


def recognise_system(shape: Shape, columns: Columns, catalog: Catalog) -> str | None:
    """The system whose names the most columns bear, at least three; `None` when two are level."""
    present = {plain.replace(" ", "") for plain in columns.words.values()}
    counts = []
    for record in catalog.imports.columns:
        if record.system is not None and record.shape is shape:
            hit = sum(any(joined(n) in present for n in names) for names in record.names.values())
            counts.append((hit, record.system))
    counts.sort(reverse=True)
    if not counts or counts[0][0] < _SYSTEM_FROM:
        return None
    level = len(counts) > 1 and counts[1][0] == counts[0][0]
    return None if level else counts[0][1]
