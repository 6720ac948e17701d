"""The difference of two frameworks as a table."""

from __future__ import annotations

from collections.abc import Iterable

from kpi_core.export.tables import Table
from kpi_core.models.rhythm import ChangeLine

COLUMNS = ("area", "what", "before", "after", "metric_id", "before_name", "after_name")


def difference_table(lines: Iterable[ChangeLine], before: str, after: str) -> Table:
    """One row a difference, in the order given; `before` and `after` name what was compared.

    A side is empty where it does not have the thing at all.
    """
    rows = tuple(
        (line.area, line.what, line.before, line.after, line.metric_id, before, after)
        for line in lines
    )
    return Table("difference", COLUMNS, rows)
