"""Scenarios side by side, differences from the base marked."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import count, value_text
from kpi_core.kpi_tree.compare import ComparedValue, Comparison, compare_scenarios
from kpi_core.models.base import Unit
from kpi_ui import components
from kpi_ui.tree.work import Work

_SHOWN = 5


def render(work: Work) -> None:
    """The base, the saved what-ifs and the one on screen."""
    shown = {scenario.id: scenario for scenario in (work.base, *work.saved)}
    if work.scenario != shown.get(work.scenario.id):
        shown["on_screen"] = work.scenario
    with st.container(gap=None):
        st.header("Scenarios side by side", anchor=False)
        st.caption("Against today's rates. Save a scenario above to keep it in the framework file.")
    if len(shown) == 1:
        st.markdown("Only the base so far: move a lever, then look here again.")
        return
    names = [s.name if key != "on_screen" else "On screen" for key, s in shown.items()]
    found = compare_scenarios(list(shown.values())[:_SHOWN])
    columns = [
        {"label": "", "align": "left"},
        *({"label": n, "align": "right"} for n in names[:_SHOWN]),
    ]
    rows = [
        [row.name, *(_cell(row, value, work.currency) for value in row.values)] for row in found
    ]
    table = {"kind": "table", "label": "Scenarios", "columns": columns, "rows": rows}
    components.report([table], key="compare.table")


def _cell(row: Comparison, value: ComparedValue, currency: str) -> dict[str, str]:
    if value.value is None:
        return {"value": "n/a", "note": ""}
    if row.unit is Unit.COUNT:
        text = count(round(value.value))
    else:
        text = value_text(value.value, row.unit, currency, compact=True)
    return {"value": text, "note": f"{value.change:+.1%}" if value.change else ""}
