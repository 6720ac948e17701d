"""A file of leads -> canonical columns, aligned to the file's rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.columns import guess_kind, read_booleans
from kpi_core.actuals.funnel_steps import AT, Steps
from kpi_core.actuals.prepare_money import amounts
from kpi_core.actuals.prepare_source import (
    Source,
    by_value,
    from_moments,
    from_numbers,
    to_mask,
)
from kpi_core.catalog.words import words

Moments = dict[str, np.ndarray]
"""Dates of funnel steps, NaT where not reached."""


def read_leads(source: Source, steps: Steps, currency: str) -> pa.Table:
    """The rows of the file as canonical leads, with `place`; rows set aside are still in it.

    A step without a date column is known by the status, if there is one: it counts on the date of
    the last status change, else on the created date, and a warning says so.
    """
    marked = _marked_steps(source, steps)
    dated = [s for s in steps.all if source.column(f"{AT}{s}") and s not in marked]
    source.read_all_dates(["created", "changed", "responded", "lost", *(f"{AT}{s}" for s in dated)])
    entered = source.required_moments("created")
    reached: Moments = {step: source.step_moments(f"{AT}{step}") for step in dated}
    lost = source.step_moments("lost")
    changed = _changed(source, entered)
    for step, mask in marked.items():
        reached[step] = np.where(mask, changed, np.datetime64("NaT"))
    lost = _by_status(source, steps, changed, reached, lost)
    _not_before(source, steps, entered, reached)
    reached[source.mapping.row_is] = entered
    lost = np.where(lost < entered, entered, lost)
    return pa.table(
        {
            "place": pa.array(np.arange(source.size)),
            "key": source.keys(),
            "entered": from_moments(entered),
            "channel": source.channels(),
            "segment": source.segments(),
            "campaign": source.texts("campaign"),
            "sourced_by": source.sourced_by(),
            "responded": from_moments(_responses(source, entered)),
            "lost": from_moments(lost),
            "amount": from_numbers(amounts(source, currency)),
            **{f"{AT}{s}": from_moments(reached[s]) for s in steps.ordered(set(reached))},
        }
    )


def _changed(source: Source, entered: np.ndarray) -> np.ndarray:
    """When the status became what it is: the last change where known, else the created date."""
    changed = source.step_moments("changed")
    return np.where(np.isnat(changed) | (changed < entered), entered, changed)


def _marked_steps(source: Source, steps: Steps) -> dict[str, np.ndarray]:
    """Steps whose column says yes or no instead of a date, and which rows say yes."""
    marked: dict[str, np.ndarray] = {}
    for step in steps.all:
        said = source.column(f"{AT}{step}")
        if said is None or guess_kind(source.table.cells[said]) != "boolean":
            continue
        column = read_booleans(source.table.cells[said])
        marked[step] = to_mask(column.values)
        source.correct(f"{AT}{step}", to_mask(column.unreadable), why.step_unreadable(said))
        _warn_undated(source, str(said))
    return marked


def _warn_undated(source: Source, column: str) -> None:
    date = "status change" if source.column("changed") else "created date"
    source.ledger.warn(
        "steps_without_dates",
        column,
        f"It says which steps were reached but not when; they are counted on the {date}.",
        "Choose a date column for each step, if the file has them.",
    )


def _by_status(
    source: Source, steps: Steps, changed: np.ndarray, reached: Moments, lost: np.ndarray
) -> np.ndarray:
    """Add to `reached` the steps only the status tells; the lost dates, with those it tells.

    A status means that the steps before it are reached too, of those that some value names.
    """
    cells = source.cells("stage")
    if cells is None:
        return lost
    known = {words(value): meaning for value, meaning in source.mapping.stages.items()}
    meanings = by_value(cells, lambda text: known.get(words(text), "?"))
    found = meanings.drop_null().unique().to_pylist()
    warn_unknown_stages(source, cells, meanings, "counted as not having reached a further step")
    undated = False
    said = np.asarray(meanings.to_numpy(zero_copy_only=False), dtype=object)
    own_columns = set(reached)
    named = set(source.mapping.stages.values())
    for meaning in found:
        passed = _passed(source.mapping.row_is, meaning, steps)
        for step in passed:
            # A step no value names is not tracked: counting only those beyond it would mislead.
            if step not in own_columns and (step in named or step == passed[-1]):
                before = reached.get(step, np.full(source.size, np.datetime64("NaT"), "M8[us]"))
                reached[step] = np.where(said == meaning, changed, before)
                undated = True
    if undated:
        _warn_undated(source, str(source.column("stage")))
    if source.column("lost"):
        return lost
    return np.where(said == "lost", changed, lost)


def _passed(row_is: str, meaning: str, steps: Steps) -> tuple[str, ...]:
    """The steps after `row_is` up to the one a status means; none for open, lost and unknown."""
    if meaning == "won":
        chain = steps.chain(row_is)
        target = chain[-1]
    elif meaning in steps.all:
        chain, target = steps.chain(row_is, meaning), meaning
    else:
        return ()
    if target not in chain:
        return (target,)
    start = chain.index(row_is) + 1 if row_is in chain else 0
    return chain[start : chain.index(target) + 1]


def warn_unknown_stages(source: Source, cells: pa.Array, meanings: pa.Array, how: str) -> None:
    """One warning naming the stage values without a meaning (`?`), most frequent first."""
    unknown = cells.filter(pa.array(to_mask(pc.equal(meanings, "?"))))
    if not len(unknown):
        return
    counts = sorted(unknown.value_counts().to_pylist(), key=lambda c: (-c["counts"], c["values"]))
    shown = ", ".join(f"{c['values'][:60]} ({c['counts']:,})" for c in counts[:5])
    more = f" and {len(counts) - 5:,} more" if len(counts) > 5 else ""
    source.ledger.warn(
        "stage_unknown",
        str(source.column("stage")),
        f"These values have no meaning yet and are {how}: {shown}{more}.",
        "Say what each of them means.",
    )


def _not_before(source: Source, steps: Steps, entered: np.ndarray, reached: Moments) -> None:
    """Move steps after the row's own that are dated before it was created to the created date."""
    row_is = source.mapping.row_is
    chain = steps.chain(row_is)
    earlier = chain[: chain.index(row_is)] if row_is in chain else ()
    for step, moments in reached.items():
        if step in earlier or step == row_is:
            continue
        wrong = moments.astype("datetime64[D]") < entered.astype("datetime64[D]")
        reason = why.step_before_created(source.column(f"{AT}{step}"))
        source.correct(f"{AT}{step}", wrong, reason)
        reached[step] = np.where(moments < entered, entered, moments)


def _responses(source: Source, entered: np.ndarray) -> np.ndarray:
    """First responses; one before the created day is left out, one on it is not before the hour."""
    found = source.step_moments("responded")
    wrong = found.astype("datetime64[D]") < entered.astype("datetime64[D]")
    source.correct("responded", wrong, why.response_before_created(source.column("responded")))
    found[wrong] = np.datetime64("NaT")
    return np.where(found < entered, entered, found)
