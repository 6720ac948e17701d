"""Step 5: own history, published figures and the target of each KPI; the rates of the plan."""

from __future__ import annotations

import streamlit as st

from kpi_core.benchmarks.match import find, match_benchmarks
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.formats import editable, value_text
from kpi_core.models.base import Direction, Stage, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.kpi import Kpi, TargetBasis
from kpi_core.models.metric import MetricDefinition
from kpi_ui import components, inputs, panels, state
from kpi_ui.steps.context import Context

_BASIS = {
    TargetBasis.OWN_HISTORY: "From your history",
    TargetBasis.BENCHMARK: "Published",
    TargetBasis.MODEL_REQUIREMENT: "Plan needs",
    TargetBasis.USER: "Yours",
}
_COLUMNS = (
    components.GridColumn("name", "KPI", width=210),
    components.GridColumn(
        "baseline",
        "Last value",
        kind="input",
        align="right",
        width=120,
        note="Your own history. Counts and money for a whole fiscal year.",
    ),
    components.GridColumn(
        "benchmark",
        "Others report",
        align="right",
        width=130,
        note="The published figure chosen as reference; select the row to see its source.",
    ),
    components.GridColumn(
        "required",
        "Plan needs",
        align="right",
        width=100,
        note="What the revenue plan needs in the fiscal year.",
    ),
    components.GridColumn(
        "target", "Target", kind="input", align="right", width=130, note="Empty takes the proposal."
    ),
)
_RATE_COLUMNS = (
    components.GridColumn("name", "Rate", width=210),
    components.GridColumn("own", "Your rate, %", kind="input", align="right", width=120),
    components.GridColumn("used", "Used in the plan", align="right", width=120),
    components.GridColumn("source", "Rests on", width=220),
)
_SUFFIXES = {
    Unit.RATIO: "%",
    Unit.MULTIPLE: "x",
    Unit.HOURS: "h",
    Unit.DAYS: "days",
    Unit.MONTHS: "months",
    Unit.MINUTES: "min",
    Unit.POINTS: "points",
}
_NONE = "None"


def render(context: Context) -> None:
    """The KPI table and the plan's rates, with the selected KPI's sources beside them."""
    kpi = context.kpi(state.view("selected")) or context.framework.kpis[0]
    table, side = st.columns([2.9, 1.35], gap="medium")
    with table:
        _kpi_table(context, kpi)
        st.space("small")
        with st.container(gap=None):
            st.header("Rates of the funnel plan")
            st.caption("From the first visit to the won deal. Your own rates beat published ones.")
        _rate_table(context)
    with side:
        _sources(context, kpi)
        with st.container(border=True):
            st.header("The plan at these rates")
            components.chain(*panels.chain_items(context.framework), key="targets.chain")


def _edit(metric_id: str, column: str, value: str | bool) -> None:
    field = "target" if column == "target" else "baseline"
    state.set_answer(("kpis", metric_id, field), str(value).strip() or None, field.capitalize())


def _kpi_table(context: Context, selected: Kpi) -> None:
    components.grid(
        _COLUMNS,
        [_row(context, kpi) for kpi in context.framework.kpis],
        key="targets.kpis",
        on_edit=_edit,
        on_select=lambda metric_id: state.set_view(selected=metric_id),
        selected=selected.metric_id,
        caption="Baseline, benchmark and target of each KPI",
        epoch=state.epoch(),
    )


def _shown(value: float | None, metric: MetricDefinition, context: Context) -> str:
    return value_text(value, metric.unit, context.currency, compact=True)


def _row(context: Context, kpi: Kpi) -> components.GridRow:
    metric = context.framework.metric(kpi.metric_id)
    figure = find(context.framework.figures, kpi.benchmark_id)
    lower = "lower is better" if metric.direction is Direction.LOWER_IS_BETTER else ""
    published = (
        benchmark_text(figure, metric.unit, context.currency) if figure else "none published"
    )
    required = context.required.get(metric.id)
    cells: dict[str, components.GridCell] = {
        "name": components.TextCell(metric.name, note=lower),
        "baseline": _input(context, kpi, "baseline", metric, placeholder=""),
        "benchmark": components.TextCell(
            published, note=_cited(figure), tone="neutral" if figure else "muted"
        ),
        "required": components.TextCell(
            _shown(required, metric, context) if required else "", tone="neutral"
        ),
        "target": _input(context, kpi, "target", metric, placeholder=_proposal(kpi, metric)),
    }
    stage: Stage = kpi.stage
    return components.GridRow(kpi.metric_id, cells, group=context.catalog.stages[stage].name)


def _cited(figure: Benchmark | None) -> str:
    if figure is None:
        return ""
    publisher = figure.source_publisher.split(" (")[0]
    return f"{publisher[:28]}{', ' + str(figure.source_year) if figure.source_year else ''}"


def _proposal(kpi: Kpi, metric: MetricDefinition) -> str:
    if kpi.target is None or kpi.target.proposed is None:
        return ""
    return editable(kpi.target.proposed, metric.unit)


def _input(
    context: Context, kpi: Kpi, field: str, metric: MetricDefinition, placeholder: str
) -> components.InputCell:
    path = f"kpis.{metric.id}.{field}"
    echo = context.read.echoes.get(path, "")
    if field == "target" and not echo and kpi.target:
        echo = _BASIS[kpi.target.basis]
    typed = state.answer("kpis", metric.id, field)
    own_rate = state.answer("rates", metric.id) if field == "baseline" and typed is None else None
    return components.InputCell(
        "" if typed is None else str(typed),
        f"{metric.name}, {'last value' if field == 'baseline' else 'target'}",
        placeholder=str(own_rate) if own_rate is not None else placeholder,
        echo=echo,
        error=context.read.errors.get(path, ""),
        suffix=_SUFFIXES.get(metric.unit, ""),
    )


def _rate_table(context: Context) -> None:
    components.grid(
        _RATE_COLUMNS,
        [
            _rate_row(context, position)
            for position in range(len(context.framework.funnel_plan.rates))
        ],
        key="targets.rates",
        on_edit=lambda metric_id, _, value: _set_rate(metric_id, str(value).strip() or None),
        caption="Rates of the funnel plan",
        epoch=state.epoch(),
    )


def _set_rate(metric_id: str, value: str | None) -> None:
    """One place for a rate: it is also the KPI's baseline, so an older one there makes way."""

    def edit(answers: state.Draft) -> None:
        answers.setdefault("kpis", {}).setdefault(metric_id, {}).pop("baseline", None)
        rates = answers.setdefault("rates", {})
        rates.pop(metric_id, None)
        if value is not None:
            rates[metric_id] = value

    state.change("Rate", edit)


def _rate_row(context: Context, position: int) -> components.GridRow:
    rate = context.framework.funnel_plan.rates[position]
    metric = context.framework.metric(rate.metric_id)
    typed = state.answer("kpis", rate.metric_id, "baseline")
    typed = state.answer("rates", rate.metric_id) if typed is None else typed
    own = components.InputCell(
        "" if typed is None else str(typed),
        f"{rate.name}, your rate in percent",
        placeholder=editable(rate.value, metric.unit),
        error=context.read.errors.get(f"rates.{rate.metric_id}", ""),
        suffix="%",
    )
    used = components.TextCell(value_text(rate.value, metric.unit, context.currency))
    source = components.TextCell(rate.basis.value.replace("_", " ").capitalize(), note=rate.source)
    return components.GridRow(
        rate.metric_id,
        {"name": components.TextCell(rate.name), "own": own, "used": used, "source": source},
    )


def _sources(context: Context, kpi: Kpi) -> None:
    metric = context.framework.metric(kpi.metric_id)
    path = ("kpis", metric.id)
    with st.container(border=True):
        st.header(inputs.md(metric.name))
        if kpi.target:
            st.markdown(f"**Target {inputs.md(_shown(kpi.target.value, metric, context))}**")
            st.caption(inputs.md(kpi.target.reason))
        inputs.text(
            "Last value covers", (*path, "baseline_period"), "", context.read, placeholder="FY2025"
        )
        if metric.unit is Unit.RATIO:
            note = "They say how sure the rate is"
            inputs.text(
                "Counts behind it",
                (*path, "counts"),
                "",
                context.read,
                placeholder="186 of 838",
                note=note,
            )
        _reference(context, kpi, metric)
        st.button(
            "Compare in detail",
            key="targets.compare",
            icon=":material/balance:",
            on_click=lambda: state.set_view(go_to="benchmarks", bench_selected=metric.id),
        )


def _reference(context: Context, kpi: Kpi, metric: MetricDefinition) -> None:
    """The published figure taken as reference, chosen from those that fit, with its source."""
    matches = match_benchmarks(metric, context.profile, context.catalog)
    figures = {match.benchmark.id: match.benchmark for match in matches}
    chosen = find(context.framework.figures, kpi.benchmark_id)
    names = {
        fid: f"{_cited(f)}: {benchmark_text(f, metric.unit, context.currency)}"
        for fid, f in figures.items()
    }
    if chosen and chosen.id not in names:
        names[chosen.id] = _cited(chosen)
    options = {"": _NONE, **names}
    inputs.choose(
        "Reference figure", ("kpis", metric.id, "benchmark"), options, kpi.benchmark_id or ""
    )
    if chosen:
        _source(chosen)
    elif not figures:
        st.caption(
            "No figure is published for this metric in your currency and unit\\. "
            "Your own history and the plan are the only guides\\."
        )


def _source(figure: Benchmark) -> None:
    year = figure.source_year or "year not stated"
    st.markdown(f"**{inputs.md(figure.source_publisher)}**, {year}")
    st.caption(inputs.md(f"{figure.source_title}. Confidence {figure.confidence.value}."))
    st.caption(inputs.md(f"Measures: {figure.definition}. Sample: {figure.sample}."))
    if not figure.same_definition and figure.definition_note:
        st.caption(f":orange[:material/warning: {inputs.md(figure.definition_note)}]")
    if figure.source_url:
        st.link_button("Open the source", figure.source_url, icon=":material/open_in_new:")
