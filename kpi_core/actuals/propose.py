"""A first mapping for an uploaded file, which the user then corrects."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi_core.actuals.funnel_steps import AT, Steps, funnel_steps
from kpi_core.actuals.propose_columns import (
    MISSING,
    Columns,
    FieldSpec,
    Match,
    columns_of,
    fields,
    match_shape,
)
from kpi_core.actuals.propose_values import channel_names, distinct, meanings, metric_meanings
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.words import words
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

__all__ = ["FieldSpec", "fields", "propose"]

_MOST_STAGES, _MOST_CHANNELS, _MOST_METRICS = 500, 2000, 500
_NAMED = 0.8
_FILE_WORDS = {
    Shape.LEADS: ("lead", "contact", "mql", "sign up", "signup", "リード", "kontakt"),
    Shape.OPPORTUNITIES: ("deal", "opportunit", "pipeline", "商談", "verkaufschance"),
    Shape.TOUCHES: ("touch", "campaign member", "interaction"),
}
_SHAPE_NAMES = {
    Shape.LEADS: "leads",
    Shape.OPPORTUNITIES: "opportunities",
    Shape.TOUCHES: "touches",
    Shape.VALUES_LONG: "values",
    Shape.VALUES_WIDE: "values",
}
_ROW_WORDS = (("mqls", "mql"), ("sqls", "sql"), ("pqls", "pql"), ("sign_ups", "sign up"),
              ("sign_ups", "signup"), ("leads", "lead"))  # fmt: skip


def propose(
    table: TableRead,
    framework: MeasurementFramework,
    catalog: Catalog,
    saved: Sequence[ImportMapping] = (),
) -> ImportMapping:
    """What the file seems to be: shape, columns, and the meaning of its values. Never raises.

    A saved mapping whose columns are all there wins (the one with the most columns); meanings of
    values that are new in this file are added to it. Where nothing fits, the mapping has no columns.
    """
    known = _fitting(table, saved)
    if known is not None:
        return _with_values(known, table, framework, catalog)
    columns = columns_of(table)
    match = _best(columns, framework, catalog)
    steps = funnel_steps(framework, catalog)
    mapping = ImportMapping(
        id=f"{match.system or 'file'}_{_SHAPE_NAMES[match.shape]}",
        name=_name(match, table, catalog),
        shape=match.shape,
        system=match.system,
        columns={k: v for k, v in match.columns.items() if v},
        row_is=_row_is(match, table, framework, steps),
    )
    mapping = _changed(mapping, columns=_without_own_step(mapping))
    return _with_values(mapping, table, framework, catalog)


def _changed(mapping: ImportMapping, **changes: object) -> ImportMapping:
    return ImportMapping.model_validate({**dict(mapping), **changes})


def _fitting(table: TableRead, saved: Sequence[ImportMapping]) -> ImportMapping | None:
    present = set(table.cells.column_names)
    fitting = [m for m in saved if m.columns and _needed(m) <= present]
    return max(fitting, key=lambda m: len(_needed(m)), default=None)


def _needed(mapping: ImportMapping) -> set[str]:
    """The columns a mapping reads; the names in a long table's metric column are no columns."""
    wide = mapping.shape is Shape.VALUES_WIDE
    return {*mapping.columns.values(), *(mapping.metric_columns if wide else ())}


def _best(columns: Columns, framework: MeasurementFramework, catalog: Catalog) -> Match:
    """The shape that explains the most columns; leads when nothing does."""
    file_words = words(columns.table.name)
    matches = []
    for shape in (Shape.LEADS, Shape.OPPORTUNITIES, Shape.TOUCHES, Shape.VALUES_LONG):
        match = match_shape(shape, columns, fields(shape, framework, catalog), catalog)
        named = any(word in file_words for word in _FILE_WORDS.get(shape, ()))
        bonus = _NAMED if named else 0.0
        if shape is Shape.LEADS:
            match = _dated_by_first_step(match, funnel_steps(framework, catalog))
        if shape is Shape.OPPORTUNITIES:
            bonus -= _doubt(match.columns)
        matches.append(replace(match, score=match.score + bonus))
    matches.append(_match_wide(columns, framework, catalog))
    best = max(matches, key=lambda match: match.score)
    if best.score <= 0:
        found = _by_content(columns, matches, file_words)
        return found or Match(best.shape, {}, None, 0.0)
    return best


def _dated_by_first_step(match: Match, steps: Steps) -> Match:
    """Without a created date, the first step's date stands for it: a list of MQLs with an MQL date.

    A date of the win does not: a list of wins is one of deals.
    """
    wins = {chain[-1] for chain in steps.chains}
    first = next((s for s in steps.all if s not in wins and f"{AT}{s}" in match.columns), None)
    if "created" in match.columns or first is None:
        return match
    columns = {key: name for key, name in match.columns.items() if key != f"{AT}{first}"}
    columns["created"] = match.columns[f"{AT}{first}"]
    return replace(match, columns=columns, score=match.score + MISSING, row_is=first)


def _doubt(found: Mapping[str, str]) -> float:
    """How much speaks against opportunities: nothing that leads lack, or only the lead's id as key."""
    needed = ({"stage", "won"}, {"created", "closed", "won"}, {"key", "closed", "won", "amount"})
    tells = all(some & found.keys() for some in needed)
    return (0.0 if tells else 2.0) + (0.5 if "lead_key" in found and "key" not in found else 0.0)


def _match_wide(columns: Columns, framework: MeasurementFramework, catalog: Catalog) -> Match:
    """A period and columns named like metrics; one metric weighs like one field."""
    asked = fields(Shape.VALUES_WIDE, framework, catalog)
    match = match_shape(Shape.VALUES_WIDE, columns, asked, catalog)
    metrics = _metric_columns(columns, match.columns, framework, catalog)
    score = match.score + len(metrics) if metrics else -2.0
    return replace(match, score=score)


def _metric_columns(
    columns: Columns,
    taken: Mapping[str, str],
    framework: MeasurementFramework,
    catalog: Catalog,
) -> dict[str, str]:
    """Columns of numbers that bear the name of a metric or measure."""
    free = [name for name in columns.words if name not in taken.values()]
    found = metric_meanings(free, framework, catalog)
    numbers = {n: key for n, key in found.items() if columns.kind(n) in ("number", "empty")}
    return dict(list(numbers.items())[:_MOST_METRICS])


def _by_content(columns: Columns, matches: Sequence[Match], file_words: str) -> Match | None:
    """For a file whose name says what it holds: its first column of dates is when rows were created."""
    for match in matches:
        required = {"leads": "created", "touches": "at"}.get(match.shape.value)
        named = any(word in file_words for word in _FILE_WORDS.get(match.shape, ()))
        if not named or required is None or required in match.columns:
            continue
        free = (n for n in columns.words if n not in match.columns.values())
        dates = next((name for name in free if columns.kind(name) == "date"), None)
        if dates:
            return replace(match, columns={**match.columns, required: dates}, score=1.0)
    return None


def _row_is(match: Match, table: TableRead, framework: MeasurementFramework, steps: Steps) -> str:
    """The step all rows have reached: as key column or file say, else the funnel's first after visits."""
    if match.shape is not Shape.LEADS or match.row_is:
        return match.row_is or "leads"
    said = f"{words(match.columns.get('key', ''))} {words(table.name)}"
    named = next((step for step, word in _ROW_WORDS if word in said and step in steps.all), None)
    if named == "leads" or named is None:
        return "leads" if "leads" in steps.own else steps.own[0]
    return named


def _without_own_step(mapping: ImportMapping) -> dict[str, str]:
    """The columns without the date of the step that all rows have at `created` anyway."""
    own = f"{AT}{mapping.row_is}"
    return {k: v for k, v in mapping.columns.items() if k != own}


def _name(match: Match, table: TableRead, catalog: Catalog) -> str:
    system = next((s.name for s in catalog.imports.systems if s.id == match.system), None)
    if system:
        return f"{system} {_SHAPE_NAMES[match.shape]}"
    stem = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in table.name)
    return stem.rpartition(".")[0].strip()[:120].strip() or stem.strip()[:120].strip() or "File"


def _with_values(
    mapping: ImportMapping,
    table: TableRead,
    framework: MeasurementFramework,
    catalog: Catalog,
) -> ImportMapping:
    """The mapping with meanings for the values the file holds; those it has already are kept."""

    def read(field: str, most: int) -> tuple[str, ...]:
        column = mapping.columns.get(field)
        has = column is not None and column in table.cells.column_names
        return distinct(table, str(column), most) if has else ()

    imports = catalog.imports
    said = {str(source): names for source, names in imports.sources.items()}
    stages = {**meanings(read("stage", _MOST_STAGES), imports.stages), **mapping.stages}
    channels = meanings(read("channel", _MOST_CHANNELS), channel_names(catalog))
    channels |= mapping.channels
    sources = meanings(read("source", _MOST_CHANNELS), said) | mapping.sources
    return _changed(
        mapping,
        stages=dict(list(stages.items())[-_MOST_STAGES:]),
        channels=dict(list(channels.items())[-_MOST_CHANNELS:]),
        sources=dict(list(sources.items())[-_MOST_CHANNELS:]),
        metric_columns=_metrics(mapping, table, framework, catalog),
    )


def _metrics(
    mapping: ImportMapping,
    table: TableRead,
    framework: MeasurementFramework,
    catalog: Catalog,
) -> dict[str, str]:
    if mapping.shape is Shape.VALUES_LONG:
        column = mapping.columns.get("metric")
        if column not in table.cells.column_names:
            return mapping.metric_columns
        names = distinct(table, str(column), _MOST_METRICS)
        found = metric_meanings(names, framework, catalog) | mapping.metric_columns
        return dict(list(found.items())[-_MOST_METRICS:])
    if mapping.shape is Shape.VALUES_WIDE and not mapping.metric_columns:
        return _metric_columns(columns_of(table), mapping.columns, framework, catalog)
    return mapping.metric_columns
