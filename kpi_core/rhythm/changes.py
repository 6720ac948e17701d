"""What differs between two frameworks, in words: the change log, and comparing snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MOST_CHANGES, OperatingRhythm
from kpi_core.models.rhythm import ChangeEntry, ChangeLine
from kpi_core.rhythm import change_agreement, change_kpis, change_use
from kpi_core.rhythm.change_facts import Fact
from kpi_core.rhythm.versions import cut

_SOURCES = (
    change_use.company_facts,
    change_kpis.kpi_facts,
    change_kpis.definition_facts,
    change_kpis.plan_facts,
    change_use.use_facts,
    change_agreement.agreement_facts,
)
AREAS = (
    "Framework", "Company", "Tools", "North star", "KPIs", "Targets", "Owners", "Definitions",
    "Funnel plan", "Scenarios", "Benchmarks", "Dashboards", "Reviews",
    "Lead definitions", "Agreement",
)  # fmt: skip
"""Areas of change lines, in the order they are listed."""
MOST_LINES = 500


def changes(before: MeasurementFramework, after: MeasurementFramework) -> tuple[ChangeLine, ...]:
    """Every difference that a reader of the framework would see, by area, () for equal documents.

    Compares what each document says in words, with numbers as they are shown in its own currency.
    Something added or removed is one line, not one for each of its fields. Dates of saving, catalog
    version, the action log and the change log itself are left out.
    """
    one, other = _facts(before), _facts(after)
    lines = [
        _line(one.get(key), other.get(key))
        for key in _merged(one, other)
        if _differs(one.get(key), other.get(key), one, other)
    ]
    return tuple(sorted(lines, key=lambda line: AREAS.index(line.area)))


def _facts(framework: MeasurementFramework) -> dict[str, Fact]:
    """Facts by key; what shares a key with an earlier fact, such as a second promise, is numbered."""
    found: dict[str, Fact] = {}
    for fact in (fact for source in _SOURCES for fact in source(framework)):
        key, number = fact.key, 2
        while key in found:
            key, number = f"{fact.key} {number}", number + 1
        found[key] = fact
    return found


def _merged(one: dict[str, Fact], other: dict[str, Fact]) -> tuple[str, ...]:
    """Keys of both, in the order of the later document, removed ones at the end."""
    return tuple(dict.fromkeys((*other, *one)))


def _differs(
    old: Fact | None, new: Fact | None, one: dict[str, Fact], other: dict[str, Fact]
) -> bool:
    """Whether the texts differ; fields of what only one document has are told by its head."""
    known = new or old
    if known is None or (old and new and (old.text, old.exact) == (new.text, new.exact)):
        return False
    head = known.part_of
    if head is not None and ((head in one) != (head in other)):
        return False
    if old and new:
        return known.compared
    return not known.silent


def _line(old: Fact | None, new: Fact | None) -> ChangeLine:
    named = new or old
    assert named is not None
    in_full = old is not None and new is not None and old.text == new.text
    return ChangeLine(
        area=named.area,
        what=named.what[:500],
        before=_text(old, in_full),
        after=_text(new, in_full),
        metric_id=named.metric_id,
    )


def _text(fact: Fact | None, in_full: bool) -> str | None:
    if fact is None:
        return None
    return cut(f"{fact.text} ({fact.exact})" if in_full else fact.text)


def change_entry(
    lines: Iterable[ChangeLine], changed_on: date, role: str, why: str
) -> ChangeEntry | None:
    """An entry for the kept log; `None` when nothing changed. More than 500 lines are counted."""
    found = tuple(lines)
    if len(found) > MOST_LINES:
        rest = len(found) - MOST_LINES + 1
        more = ChangeLine(area="Framework", what="Further changes", before=None, after=f"{rest:,}")
        found = (*found[: MOST_LINES - 1], more)
    if not found:
        return None
    return ChangeEntry(changed_on=changed_on, role=role, why=why, lines=found)


def with_entry(rhythm: OperatingRhythm, entry: ChangeEntry) -> OperatingRhythm:
    """The rhythm with `entry` at the end of its log; the oldest go when there are over 500."""
    log = (*rhythm.change_log, entry)[-MOST_CHANGES:]
    return OperatingRhythm.model_validate({**dict(rhythm), "change_log": log})


def change_words(line: ChangeLine) -> str:
    """`Win rate, target: 22.0% became 25.0%`."""
    if line.before is None:
        return f"{line.what}: added, {line.after}"
    if line.after is None:
        return f"{line.what}: removed, was {line.before}"
    return f"{line.what}: {line.before} became {line.after}"
