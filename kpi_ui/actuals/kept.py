"""With actuals: as of which day, the imports, and which KPIs they measure."""

from __future__ import annotations

import streamlit as st

from kpi_core.actuals.accept import KINDS
from kpi_core.actuals.calendar import day_text
from kpi_core.actuals.keep import Actuals
from kpi_core.actuals.overview import Coverage, coverage
from kpi_core.formats import value_text
from kpi_core.models.actuals import ImportRecord
from kpi_ui import components, inputs, measured, state
from kpi_ui.actuals import reading
from kpi_ui.actuals.work import Work
from kpi_ui.components import shelf as elements


def render(work: Work, actuals: Actuals) -> None:
    """What is in use and what it is good for."""
    figures = measured.figures(actuals, work.framework)
    day, last = day_text(figures.as_of), figures.last_day
    why = "the last day in the data"
    if last is not None and last > figures.as_of:
        why = f"where the first funnel step of the data ends; later steps go on to {day_text(last)}"
    st.markdown(f"The dashboards show figures as of **{inputs.md(day)}**, {inputs.md(why)}.")
    components.action(
        "Open the dashboards",
        key="actuals.dashboards",
        on_press=lambda: state.set_view(go_to="dashboards", dash_sample=False),
    )
    st.space("small")
    covered = coverage(figures, work.framework, work.catalog)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _kpis(work, covered)
    with right:
        _imports(work, actuals)


def _kpis(work: Work, covered: tuple[Coverage, ...]) -> None:
    st.subheader("Which KPIs are measured", anchor=False)
    done = sum(one.measured for one in covered)
    components.meter("KPIs measured", done, len(covered), key="actuals.covered")
    rows = [
        {
            "KPI": one.name,
            "Measured": "Yes" if one.measured else "No",
            "Latest month": _latest(work, one),
            "Still needs": ", ".join(one.needs),
        }
        for one in sorted(covered, key=lambda one: not one.measured)
    ]
    widths = {"KPI": 210, "Measured": 80, "Latest month": 150}
    columns = {name: st.column_config.TextColumn(width=width) for name, width in widths.items()}
    st.dataframe(rows, hide_index=True, height="content", key="actuals.kpis", column_config=columns)
    if done < len(covered):
        st.caption("Upload what is missing as values by month: the template has a row for each.")


def _latest(work: Work, one: Coverage) -> str:
    if one.reading is None or one.period is None:
        return ""
    return f"{value_text(one.reading.value, one.unit, work.currency)} in {one.period.label}"


def _imports(work: Work, actuals: Actuals) -> None:
    with st.container(gap=None):
        st.subheader("Imports", anchor=False)
        st.caption("Where two hold the same metric and month, the newer one counts.")
    elements.shelf(
        [_row(record) for record in reversed(actuals.imports)],
        key="actuals.imports",
        on_act=lambda import_id, _action: reading.take_out(work, import_id),
        label="Imports, newest first",
    )
    st.download_button(
        "Download the actuals",
        actuals.to_bytes,
        "actuals.kpi",
        "application/zip",
        key="actuals.download",
        icon=":material/download:",
        on_click="ignore",
        help="Sums only, no rows and nothing about a person; the command line reads it.",
    )


def _row(record: ImportRecord) -> elements.ShelfRow:
    rows = f"{record.rows_used:,} of {record.rows_read:,} rows used"
    span = ""
    if record.first_day and record.last_day:
        span = f"{day_text(record.first_day)} to {day_text(record.last_day)}"
    return elements.ShelfRow(
        id=record.id,
        title=", ".join(record.files),
        eyebrow=KINDS[record.shape],
        text=". ".join(filter(None, (rows, span))),
        note=f"Added {day_text(record.imported_on)}",
        actions=(elements.ShelfAction("remove", "Remove"),),
    )
