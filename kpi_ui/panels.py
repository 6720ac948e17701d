"""Blocks that several pages show: page heads, findings, the funnel chain, downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

from kpi_core.export.files import Export, to_csv, to_json, to_zip
from kpi_core.formats import count, money, percent
from kpi_core.framework.check import check_framework
from kpi_core.framework.progress import completeness
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import RateBasis
from kpi_ui import components, inputs, state

_BASIS = {
    RateBasis.OWN_HISTORY: "yours",
    RateBasis.BENCHMARK: "published",
    RateBasis.ASSUMPTION: "assumed",
}
_STEP_NAMES = {
    "company": "Company",
    "motion": "North star",
    "data": "Data",
    "metrics": "Metrics",
    "targets": "Targets",
    "owners": "Owners",
    "dashboards": "Dashboards",
    "review": "Review",
}
_TOGETHER = {
    "no_owner": "KPIs have no owner",
    "no_target": "KPIs have no target",
    "calibrate_target": "targets rest on no history of your own",
    "not_measurable": "KPIs cannot be measured yet",
    "stand_in": "KPIs are measured with a stand-in",
    "guardrail_missing": "primary KPIs have no guardrail beside them",
    "on_no_dashboard": "KPIs are on no dashboard",
}
_GROUP_FROM = 3
_NAMED = 4


def head(title: str, question: str) -> None:
    """The page's title and the one line that says what it answers."""
    with st.container(gap=None):
        st.title(title, anchor=False)
        st.caption(question)


def undo_button(key: str) -> None:
    """Takes back the last change, and brings back what was taken back; says which."""
    label, undone = state.last_change(), state.next_change()
    if label:
        st.button(
            "Undo",
            key=key,
            icon=":material/undo:",
            on_click=state.undo,
            help=f"Takes back: {inputs.md(label)}",
        )
    if undone:
        st.button(
            "Redo",
            key=f"{key}.redo",
            icon=":material/redo:",
            on_click=state.redo,
            help=f"Brings back: {inputs.md(undone)}",
        )


def go_to_step(step: str, metric_id: str | None = None) -> None:
    """Open the wizard at a step, with a KPI selected."""
    settings = {"go_to": "wizard", "step": step}
    state.set_view(**settings, **({"selected": metric_id} if metric_id else {}))


def worth_a_look(
    found: Iterable[Finding],
    key: str,
    title: str = "Worth a look before you go on",
    here: str | None = None,
) -> None:
    """Findings as a card; those of one kind that concern many KPIs become one line.

    `here` is the wizard step on screen, whose findings need no way to get there.
    """
    by_code: dict[str, list[Finding]] = {}
    for finding in found:
        by_code.setdefault(finding.code, []).append(finding)
    items: list[components.FindingItem] = []
    targets: dict[str, Finding] = {}
    for code, group in by_code.items():
        together = len(group) >= _GROUP_FROM and code in _TOGETHER
        for number, members in enumerate([group] if together else [[finding] for finding in group]):
            item = _item(f"{code}.{number}", members, here)
            items.append(item)
            targets[item.id] = members[0]

    def fix(item_id: str) -> None:
        finding = targets[item_id]
        go_to_step(finding.step or "review", finding.metric_id)

    components.findings(items, title, key=key, on_fix=fix, empty="Nothing to fix here.")


def _item(item_id: str, members: list[Finding], here: str | None) -> components.FindingItem:
    first = members[0]
    name, text = first.where, f"{first.message} {first.fix}"
    if len(members) > 1:
        names = [finding.where for finding in members]
        more = len(names) - _NAMED
        named = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        name, text = f"{len(names)} {_TOGETHER[first.code]}", f"{named}. {first.fix}"
    step = _STEP_NAMES.get(first.step or "")
    if first.step == here:
        label = "Show it" if first.metric_id and len(members) == 1 else ""
    else:
        label = f"Go to {step.lower()}" if step else ""
    return components.FindingItem(
        severity=first.severity.value, title=f"{name}.", text=text, fix_label=label, id=item_id
    )


def severity_counts(found: Iterable[Finding]) -> str:
    """`No errors, 2 warnings, 5 notes`, for a line of text."""
    levels = [finding.severity for finding in found]
    errors, warnings = levels.count(Severity.ERROR), levels.count(Severity.WARNING)
    notes = levels.count(Severity.INFO)

    def some(number: int, word: str) -> str:
        return f"{number or 'no'} {word}{'' if number == 1 else 's'}"

    return (
        f"{some(errors, 'error')}, {some(warnings, 'warning')}, {some(notes, 'note')}".capitalize()
    )


def chain_items(
    framework: MeasurementFramework,
) -> tuple[list[components.ChainStep], list[components.ChainRate]]:
    """The funnel plan from money down to the first step, for the chain component."""
    plan, currency = framework.funnel_plan, framework.company.currency
    volumes = required_volumes(plan)
    steps = [
        components.ChainStep(
            "Marketing-sourced revenue",
            money(plan.marketing_revenue, currency, compact=True),
            note=f"{money(plan.marketing_revenue, currency)} of the target "
            f"{money(plan.revenue_target, currency)}",
        )
    ]
    rates = [
        components.ChainRate(
            "Deal size",
            money(plan.average_deal_size, currency, compact=True),
            note=f"Average deal: {money(plan.average_deal_size, currency)}",
        )
    ]
    for volume in reversed(volumes):
        steps.append(
            components.ChainStep(
                volume.name, count(volume.required), note="Needed in the fiscal year"
            )
        )
    for rate in reversed(plan.rates):
        rates.append(
            components.ChainRate(
                rate.name, percent(rate.value), note=rate.source, aside=_BASIS[rate.basis]
            )
        )
    return steps, rates


def downloads(framework: MeasurementFramework, key: str) -> None:
    """The three files to take away."""
    files: tuple[tuple[str, str, Callable[[MeasurementFramework], Export], str], ...] = (
        ("JSON", "Whole framework, opens again", to_json, ":material/data_object:"),
        ("CSV", "One row per KPI, for Excel", to_csv, ":material/table_view:"),
        ("ZIP of tables", "Twelve CSV tables", to_zip, ":material/folder_zip:"),
    )
    for label, help_text, make, icon in files:
        export = make(framework)
        st.download_button(
            label,
            export.content,
            export.filename,
            export.mime,
            key=f"{key}.{label}",
            icon=icon,
            help=help_text,
            on_click="ignore",
        )


@dataclass(frozen=True)
class NextStep:
    """What to do next, in words, and how to get there."""

    text: str
    label: str
    step: str
    metric_id: str | None = None

    def go(self) -> None:
        """Open the page or wizard step."""
        if self.step == "export":
            state.set_view(go_to="export")
        else:
            go_to_step(self.step, self.metric_id)


def next_best_step(framework: MeasurementFramework) -> NextStep:
    """The first error, else the largest gap in completeness, else the download."""
    found = check_framework(framework)
    if found and found[0].severity is Severity.ERROR:
        first = found[0]
        return NextStep(
            f"{first.where}: {first.message} {first.fix}",
            "Fix it",
            first.step or "review",
            first.metric_id,
        )
    part = completeness(framework).next_part
    if part:
        missing = part.total - part.done
        texts = {
            "owner": f"Name an owner for {missing} KPIs.",
            "target": f"Give {missing} KPIs a target.",
            "history": f"Enter your last value for {missing} KPIs; own history beats any benchmark.",
            "measurable": f"Make {missing} KPIs measurable: see what to set up.",
        }
        return NextStep(texts[part.id], f"Go to {_STEP_NAMES[part.step].lower()}", part.step)
    return NextStep(
        "All parts are there: download it and have it signed.", "Go to export", "export"
    )
