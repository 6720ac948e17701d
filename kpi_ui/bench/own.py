"""Add a figure of one's own: it is marked as yours and travels in the framework file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi_core.framework.interpret import interpret
from kpi_core.framework.own_benchmarks import own_benchmark_answers
from kpi_ui import inputs, state
from kpi_ui.bench.work import Work

_FIELDS = (
    ("low", "Low", "at least one of the three"),
    ("typical", "Typical", ""),
    ("high", "High", ""),
    ("source", "Source", "who published or measured it"),
    ("year", "Year", "of the data"),
    ("sample", "Sample (optional)", "what and how many were measured"),
    ("definition", "Definition (optional)", "what it counts"),
    ("url", "Address (optional)", ""),
)


def render(work: Work) -> None:
    """A popover with the fields; what cannot be used is said and stays in them."""
    metric = work.framework.metric(work.row.metric_id)
    unit = {"ratio": "in percent", "money": f"in {work.currency}", "count": "as a plain number"}
    with st.popover("Add your own", icon=":material/add:"):
        how = unit.get(metric.unit.value, f"in {metric.unit.value}")
        st.caption(inputs.md(f"A figure for {metric.name}, {how}."))
        with st.form("bench.own", border=False, clear_on_submit=False):
            for key, label, hint in _FIELDS:
                st.text_input(label, key=_field(key), placeholder=hint or None)
            st.form_submit_button("Add it", on_click=_add, args=(metric.id,))
        _list(metric.id)


def _field(key: str) -> str:
    """Key of a field: a new one, empty, once a figure was added."""
    return f"bench.own.{len(_entries())}.{key}"


def _entries() -> list[Any]:
    """Own figures as answered, those that cannot be used among them."""
    return list(state.answer("own_benchmarks") or [])


def _add(metric_id: str) -> None:
    """Add what was typed, or say why not."""
    values = {key: str(state.widget_value(_field(key)) or "").strip() for key, _, _ in _FIELDS}
    entry = {"metric": metric_id, **{key: text for key, text in values.items() if text}}
    changed = [*_entries(), entry]
    read = interpret({**state.draft(), "own_benchmarks": changed}, state.catalog())
    here = f"own_benchmarks.{len(changed)}"
    problems = [
        message
        for path, message in read.errors.items()
        if path in ("own_benchmarks", here) or path.startswith(f"{here}.")
    ]
    if problems:
        state.set_view(bench_message=("error", " ".join(problems)))
        return
    new_id = read.selection.own_benchmarks[-1].id

    def edit(answers: state.Draft) -> None:
        answers["own_benchmarks"] = changed
        kpi = answers.get("kpis", {}).get(metric_id)
        if isinstance(kpi, dict) and kpi.get("benchmark") == "":  # it rests on none yet
            kpi["benchmark"] = new_id

    state.change("Own figure", edit)
    added = "Added. It is marked as yours and travels in the framework file."
    state.set_view(bench_message=("success", added))


def _list(metric_id: str) -> None:
    for figure in state.interpretation().selection.own_benchmarks:
        if figure.metric_id == metric_id:
            st.button(
                inputs.md(f"Remove {figure.source_publisher[:40]}"),
                key=f"bench.remove.{figure.id}",
                on_click=_remove,
                args=(figure.id,),
            )


def _remove(benchmark_id: str) -> None:
    """Take a figure out; the others keep their ids, and KPIs that rest on it choose again."""
    figures = state.interpretation().selection.own_benchmarks
    kept = [own_benchmark_answers(figure) for figure in figures if figure.id != benchmark_id]

    def edit(answers: state.Draft) -> None:
        answers["own_benchmarks"] = kept
        for kpi in answers.get("kpis", {}).values():
            if isinstance(kpi, dict) and kpi.get("benchmark") == benchmark_id:
                del kpi["benchmark"]

    state.change("Remove own figure", edit)
