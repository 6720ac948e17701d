"""What reading the files gave: to be checked against one's own system before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import streamlit as st

from kpi_core.actuals.calendar import day_text
from kpi_core.actuals.overview import Overview
from kpi_core.actuals.report import ImportReport, set_aside_csv
from kpi_core.formats import NOT_AVAILABLE, count, percent, value_text
from kpi_core.models.base import Severity
from kpi_ui import components, inputs
from kpi_ui.actuals import card, reading
from kpi_ui.actuals.desk import Outcome
from kpi_ui.actuals.work import Work

_MOST_ROWS = 20


def render(work: Work, outcome: Outcome) -> None:
    """The figures first, then what was set aside and how the files were understood."""
    report = outcome.report
    with st.container(gap=None):
        st.header("Does this match your own system?", anchor=False)
        st.caption(inputs.md(_read(report)))
    if not report.rows_used:
        st.error("No row can be used. The reasons are below; correct the files or the mapping.")
    _figures(work, outcome.overview)
    _actions(work, outcome)
    st.space("small")
    _warnings(report, outcome)
    _set_aside(report)


def _read(report: ImportReport) -> str:
    parts = [
        f"{report.rows_read:,} rows read, {report.rows_used:,} used, "
        f"{report.rows_set_aside:,} set aside"
    ]
    if report.first_day and report.last_day:
        parts.append(f"{day_text(report.first_day)} to {day_text(report.last_day)}")
    return ". ".join(parts) + "."


def _figures(work: Work, found: Overview) -> None:
    if found.steps:
        with st.grid(4):
            for step in found.steps:
                of = None
                if step.rate is not None:
                    of = f"{percent(step.rate)} of {found.steps[0].name}"
                st.metric(
                    inputs.md(step.name),
                    count(step.reached),
                    inputs.md(of) if of else None,
                    delta_color="off",
                    delta_arrow="off",
                    border=True,
                    height="stretch",
                    help="All rows that reached it, whenever that was.",
                )
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        _channels(work, found)
    with right:
        _totals(work, found)


def _channels(work: Work, found: Overview) -> None:
    if not found.channels:
        return
    st.subheader("By channel", anchor=False)
    names = [step.name for step in found.steps]
    last = found.steps[-1]
    lines = [(work.channel(row.channel), row.reached, row.rate) for row in found.channels]
    lines.append(("All channels", tuple(step.reached for step in found.steps), last.rate))
    rows = [
        {
            "Channel": channel,
            **{name: count(n) for name, n in zip(names, reached, strict=True)},
            **({"Overall": _rate(rate)} if len(names) > 1 else {}),
        }
        for channel, reached, rate in lines
    ]
    _table(rows, "actuals.by_channel", right=[*names, "Overall"])
    st.caption("Whenever the step was reached. The latest entries had less time to get there.")


def _totals(work: Work, found: Overview) -> None:
    if not found.totals:
        return
    st.subheader("Totals", anchor=False)
    rows = [
        {
            "Measure": total.name,
            "Value": value_text(total.value, total.unit, work.currency),
            "What": total.how,
        }
        for total in found.totals
    ]
    _table(rows, "actuals.totals", right=["Value"])


def _rate(rate: float | None) -> str:
    return NOT_AVAILABLE if rate is None else percent(rate)


def _table(rows: Sequence[Mapping[str, object]], key: str, right: Sequence[str] = ()) -> None:
    columns = {name: st.column_config.TextColumn(alignment="right") for name in right}
    st.dataframe(rows, hide_index=True, height="content", key=key, column_config=columns)


def _actions(work: Work, outcome: Outcome) -> None:
    usable = bool(outcome.report.rows_used) and not outcome.found.facts.empty
    note = ""
    if not usable:
        note = "There is nothing to use yet."
    elif work.actuals is not None:
        note = "Replaces what earlier imports hold for the same metrics and months."
    components.action(
        "Use these actuals",
        key="actuals.accept",
        on_press=lambda: reading.accept(work),
        note=note,
        disabled=not usable,
    )
    with st.container(horizontal=True):
        st.button(
            "Change the mapping",
            key="actuals.back",
            icon=":material/edit:",
            on_click=lambda: setattr(work.desk, "outcome", None),
        )
        st.button(
            "Discard",
            key="actuals.discard",
            icon=":material/close:",
            on_click=work.desk.clear,
            help="Forgets these files. What was in use before stays as it is.",
        )


def _warnings(report: ImportReport, outcome: Outcome) -> None:
    serious = [found for found in report.warnings if found.severity is not Severity.INFO]
    if serious:
        st.subheader("Worth a look", anchor=False)
        card.findings(serious)
    said = [*report.understood, *outcome.found.notes]
    said += [f"{f.where}: {f.message}" for f in report.warnings if f.severity is Severity.INFO]
    if said:
        st.subheader("How the files were understood", anchor=False)
        st.markdown("\n".join(f"- {inputs.md(sentence)}" for sentence in said[:40]))


def _set_aside(report: ImportReport) -> None:
    listed = [("Set aside", row) for row in islice(report.set_aside, _MOST_ROWS)]
    listed += [("Changed", row) for row in islice(report.corrected, _MOST_ROWS - len(listed))]
    if not listed:
        return
    st.subheader("Rows set aside or changed", anchor=False)
    rows = [
        {"What": what, "File": r.file, "Row": r.row, "Reason": r.reason, "Says": r.text}
        for what, r in listed
    ]
    _table(rows, "actuals.aside")
    st.download_button(
        f"Download all {report.rows_set_aside + len(report.corrected):,}",
        lambda: set_aside_csv(report),
        "set_aside.csv",
        "text/csv",
        key="actuals.aside.download",
        icon=":material/download:",
        on_click="ignore",
    )
