"""Values that a file gives more than once: added up, or set aside so that nothing counts twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.prepare_source import Source
from kpi_core.actuals.report import Reason, row_texts

_CELL = ["kind", "id", "day", "grain", "channel", "segment"]
_OTHERS = {
    "channel": ["kind", "id", "day", "grain", "segment"],
    "segment": ["kind", "id", "day", "grain", "channel"],
}


def without_repeated_values(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    """The table without values that would count twice.

    Totals are set aside where the file also gives their parts, if values add up; so are rows that
    repeat another word for word, and further values of a metric that does not add up. What
    remains of flows is added up, for example the campaigns of a channel, with a warning.
    """
    table = _drop(source, table, _totals(table), why.TOTAL_REPEATED)
    table = _drop(source, table, _same_rows(source, table), why.VALUE_REPEATED)
    table = _drop(source, table, _under_two_names(table), why.VALUE_REPEATED)
    repeated = table.duplicated(_CELL).to_numpy()
    is_flow = (table["kind"] == "flow").to_numpy()
    if (repeated & is_flow).any():
        source.ledger.warn(
            "values_added_up",
            "",
            f"{int((repeated & is_flow).sum()):,} values give the same metric, period, channel and "
            "segment as another row; they are added up.",
            "If they are not parts of one value, delete the surplus rows or map the column that "
            "tells them apart.",
        )
    return _drop(source, table, repeated & ~is_flow, why.VALUE_REPEATED)


def _totals(table: pd.DataFrame) -> np.ndarray:
    """Flows for all channels (or segments) where the file has the same one split."""
    found = np.zeros(len(table), bool)
    flows = (table["kind"] == "flow").to_numpy()
    for column, others in _OTHERS.items():
        whole = (table[column] == "").to_numpy()
        if whole.all() or not whole.any():
            continue
        split = pd.MultiIndex.from_frame(table.loc[~whole, others])
        found |= whole & flows & pd.MultiIndex.from_frame(table[others]).isin(split)
    return found


def _same_rows(source: Source, table: pd.DataFrame) -> np.ndarray:
    """Values of rows that repeat an earlier row of the file in every cell."""
    suspects = table.loc[table.duplicated(_CELL, keep=False).to_numpy(), "place"].unique()
    if not len(suspects):
        return np.zeros(len(table), bool)
    cells = source.table.cells.take(np.sort(suspects)).to_pandas()
    repeated = np.sort(suspects)[cells.duplicated().to_numpy()]
    return table["place"].isin(repeated).to_numpy()


def _under_two_names(table: pd.DataFrame) -> np.ndarray:
    """Values of a quantity that the file gives under another name too: the first name counts."""
    if not len(table):
        return np.zeros(0, bool)
    first = table.groupby(_CELL)["key"].transform("first")
    return (table["key"] != first).to_numpy()


def _drop(source: Source, table: pd.DataFrame, mask: np.ndarray, reason: Reason) -> pd.DataFrame:
    """The table without the marked values; rows left without any value are set aside."""
    if not mask.any():
        return table
    kept = table[~mask]
    places = np.setdiff1d(table.loc[mask, "place"].to_numpy(), kept["place"].to_numpy())
    marked = np.zeros(source.size, bool)
    marked[places.astype(int)] = True
    source.ledger.set_aside(marked, reason)
    partly = np.zeros(source.size, bool)
    partly[np.setdiff1d(table.loc[mask, "place"].to_numpy(), places).astype(int)] = True
    if partly.any():
        texts = row_texts(source.table.cells, np.arange(source.size))
        source.ledger.correct(partly, reason, texts)
    return kept.reset_index(drop=True)
