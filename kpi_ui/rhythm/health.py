"""Framework health: the score with its parts, and every finding with its fix."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi_core.models.base import Severity
from kpi_core.rhythm.health import HealthFinding
from kpi_ui import components
from kpi_ui.rhythm import fields, fixes
from kpi_ui.rhythm.work import Work

_LEVELS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "notes"}


def render(now: Work) -> None:
    """The findings, with the score and its parts beside them."""
    findings, side = st.columns(fields.WIDE, gap="medium")
    with findings:
        panel(now, "What to mend", "health", lambda _: True, limit=8)
    with side:
        _score(now)


def _score(now: Work) -> None:
    report = now.report
    with st.container(border=True):
        st.subheader("Health", anchor=False)
        counts = ", ".join(f"{report.count(level)} {word}" for level, word in _LEVELS.items())
        score = "n/a" if report.score is None else f"{report.score} of 100"
        components.facts(
            [components.Fact("Score, the mean of its parts", score, counts)],
            key="rhythm.health.score",
        )
        for part in report.parts:
            if part.of:
                components.meter(
                    part.name, part.got, part.of, key=f"rhythm.health.{part.id}", note=part.means
                )


def panel(
    now: Work, title: str, name: str, wanted: Callable[[HealthFinding], bool], limit: int = 5
) -> None:
    """Findings as a card, each with one click or the way to its place."""
    found = [entry for entry in now.report.findings if wanted(entry)]
    by_id = {f"{number}.{entry.key}": entry for number, entry in enumerate(found)}
    items = [
        components.FindingItem(
            entry.finding.severity.value,
            f"{entry.finding.where}.",
            f"{entry.finding.message} {entry.finding.fix}",
            _label(entry, name),
            item_id,
        )
        for item_id, entry in by_id.items()
    ]
    components.findings(
        items,
        title,
        key=f"rhythm.findings.{name}",
        on_fix=lambda item_id: fixes.mend(now, by_id[item_id]),
        limit=limit,
        empty="Nothing to mend here.",
    )


def _label(entry: HealthFinding, name: str) -> str:
    """The button; none where the place is the one on screen, unless it shows another KPI."""
    here = fixes.place(entry.finding, entry.page) == name and not entry.one_click
    if here:
        return "Show it" if entry.finding.metric_id else ""
    return fixes.label(entry)
