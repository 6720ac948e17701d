"""Files of opportunities and touches -> canonical columns, aligned to the files' rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.funnel_steps import Steps
from kpi_core.actuals.prepare_leads import warn_unknown_stages
from kpi_core.actuals.prepare_money import amounts
from kpi_core.actuals.prepare_source import Source, by_value, from_moments, from_numbers
from kpi_core.catalog.words import words

_DAY = "datetime64[D]"
_NEVER = np.datetime64("NaT")


def read_opportunities(source: Source, steps: Steps, currency: str) -> pa.Table:
    """The rows of the file as canonical opportunities, with `place`; rows set aside are still in it.

    A list without a created column is one of closed deals: its created dates are null.
    """
    source.read_all_dates(["created", "closed", "won", "lost"])
    has_created = source.column("created") is not None
    created = source.required_moments("created") if has_created else source.moments("created")
    outcome, closed = _outcomes(source, steps)
    is_closed = outcome != "open"
    source.ledger.set_aside(source.in_future(closed), why.date_in_future(_close_column(source)))
    source.ledger.set_aside(
        is_closed & np.isnat(closed), why.closed_without_date(_close_column(source))
    )
    if not has_created:
        source.ledger.set_aside(~is_closed, why.OPEN_WITHOUT_DATE)
    return pa.table(
        {
            "place": pa.array(np.arange(source.size)),
            "key": source.keys(),
            "lead_key": _lead_keys(source),
            "created": from_moments(_created(source, created, closed)),
            "closed": from_moments(closed),
            "outcome": pa.array(outcome, pa.string()),
            "amount": from_numbers(amounts(source, currency)),
            "channel": source.channels(),
            "segment": source.segments(),
            "campaign": source.texts("campaign"),
            "sourced_by": source.sourced_by(),
        }
    )


def read_touches(source: Source) -> pa.Table:
    """The rows of the file as canonical touches, with `place`; rows set aside are still in it."""
    source.read_all_dates(["at"])
    if source.column("key") is None:
        source.ledger.set_aside(np.ones(source.size, bool), why.no_column("the lead or deal id"))
    return pa.table(
        {
            "at": from_moments(source.required_moments("at")),
            "key": source.keys(),
            "channel": source.channels(),
            "campaign": source.texts("campaign"),
            "place": pa.array(np.arange(source.size)),
        }
    )


def _close_column(source: Source) -> str | None:
    return next((c for n in ("won", "closed", "lost") if (c := source.column(n))), None)


def _outcomes(source: Source, steps: Steps) -> tuple[np.ndarray, np.ndarray]:
    """`open`, `won` or `lost` of each row, and its close date, NaT while open.

    The stage decides where there is one, else the won and lost dates. A stage without a meaning
    leaves the opportunity open.
    """
    won, lost = source.moments("won"), source.moments("lost")
    by_stage = _stages(source, steps)
    if by_stage is None:
        outcome = np.where(~np.isnat(won), "won", np.where(~np.isnat(lost), "lost", "open"))
        for name in ("won", "lost"):
            # Something stands there, so it did close; but when is not known.
            outcome = np.where(source.unreadable(name) & (outcome == "open"), name, outcome)
    else:
        outcome = by_stage
    own = np.where(outcome == "won", won, np.where(outcome == "lost", lost, _NEVER))
    closed = np.where(np.isnat(own), source.moments("closed"), own)
    return outcome, np.where(outcome == "open", _NEVER, closed).astype("datetime64[us]")


def _stages(source: Source, steps: Steps) -> np.ndarray | None:
    cells = source.cells("stage")
    if cells is None:
        return None
    last = {chain[-1] for chain in steps.chains}
    known = {
        words(value): "won" if meaning in last else meaning
        for value, meaning in source.mapping.stages.items()
    }
    meanings = by_value(cells, lambda text: known.get(words(text), "?"))
    warn_unknown_stages(source, cells, meanings, "counted as open")
    said = np.asarray(meanings.fill_null("open").to_numpy(zero_copy_only=False), dtype=object)
    return np.where((said == "won") | (said == "lost"), said, "open")


def _created(source: Source, created: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """Created dates, moved to the close date where they are after it."""
    late = closed.astype(_DAY) < created.astype(_DAY)
    name = next((n for n in ("closed", "won", "lost") if source.column(n)), None)
    if name:
        source.correct(name, late, why.closed_before_created(source.column(name)))
    return np.where(closed < created, np.where(late, closed, created), created)


def _lead_keys(source: Source) -> pa.Array:
    """The lead of each row; the first one where a cell lists several."""
    cells = source.cells("lead_key")
    if cells is None:
        return pa.nulls(source.size, pa.string())
    if pc.any(pc.match_substring(cells, ";")).as_py():
        cells = pc.utf8_trim_whitespace(pc.replace_substring_regex(cells, "(?s);.*", ""))
    return cells
