"""How a health finding is mended from here: by one click, or by going to the right place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kpi_core.framework.restore import answers_from
from kpi_core.models.base import Finding
from kpi_core.rhythm.health import RHYTHM, WIZARD, HealthFinding, apply_fix
from kpi_ui import panels, scenarios, state
from kpi_ui.rhythm import work

SECTION = "rhythm_section"
_WHOLE = ("agreement", "rhythm", "scenarios")
"""Answers that are one document."""
_BY_ENTRY = ("stages",)
"""Answers of which each entry is one whole."""
_DEFINITIONS = (
    "no_criterion", "threshold_lets_all_in", "threshold_above_maximum", "duplicate_criterion",
    "criterion_without_points", "empty_range", "criterion_without_values",
    "disqualifier_without_values", "disqualifier_hits_everything", "definition_missing",
    "definition_without_rules",
)  # fmt: skip
_REVIEWS = ("action_", "review_", "rule_", "series_")
_OWNERS = ("no_owner", "several_owners", "no_steward", "too_many_owned", "guardrail_same_owner")
_LABELS = {
    "definitions": "Go to definitions",
    "agreement": "Go to agreement",
    "owners": "Go to owners",
    "reviews": "Go to reviews",
    "kpi_tree": "Go to the KPI tree",
    "benchmarks": "Go to benchmarks",
}


def place(finding: Finding, page: str) -> str:
    """Section of this page, wizard step or page on which the finding is mended."""
    if finding.code in _OWNERS:
        return "owners"
    if finding.code in _DEFINITIONS:
        return "definitions"
    if finding.code.startswith(_REVIEWS):
        return "reviews"
    if page == WIZARD:
        return finding.step or "review"
    return "agreement" if page == RHYTHM else page


def label(entry: HealthFinding) -> str:
    """What the finding's button says."""
    if entry.one_click:
        return entry.one_click
    goal = place(entry.finding, entry.page)
    return _LABELS.get(goal) or f"Go to {goal.replace('_', ' ')}"


def mend(now: work.Work, entry: HealthFinding) -> None:
    """Do the one click, else go where it is mended."""
    if entry.one_click:
        _apply(now, entry)
        return
    finding, goal = entry.finding, place(entry.finding, entry.page)
    if goal in ("definitions", "agreement", "owners", "reviews"):
        owned = {"rhythm_owned": finding.metric_id} if finding.metric_id else {}
        state.set_view(**{SECTION: goal}, **owned)
    elif entry.page == WIZARD:
        panels.go_to_step(goal, finding.metric_id)
    else:
        chosen = {"bench_selected": finding.metric_id} if finding.metric_id else {}
        state.set_view(go_to=goal, **chosen)


def _apply(now: work.Work, entry: HealthFinding) -> None:
    framework = scenarios.framework()
    mended = apply_fix(framework, entry.key, now.today)
    if mended is None:
        work.say("error", "That has changed meanwhile: look at the findings again.")
        return
    before, after = answers_from(framework, now.catalog), answers_from(mended, now.catalog)
    edit = merged(before, after)
    state.change(f"{entry.one_click}: {entry.finding.where}", edit, outside=True)
    left = {found.key for found in work.load().report.findings}
    if entry.key in left:
        work.say("error", "The answers of the wizard hold against it: mend it there.")
    else:
        work.say("success", f"{entry.finding.where}: done. Undo takes it back.")


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[[state.Draft], None]:
    """An edit that puts into the draft what `after` answers otherwise than `before`."""

    def edit(draft: state.Draft) -> None:
        _merge(draft, before, after, ())

    return edit


def _merge(
    draft: dict[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    path: tuple[str, ...],
) -> None:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        here = (*path, key)
        whole = here[0] in _WHOLE or (here[0] in _BY_ENTRY and len(here) > 1)
        if key not in after:
            draft.pop(key, None)
        elif whole or not isinstance(new, Mapping):
            draft[key] = new
        else:
            deeper = draft.get(key)
            draft[key] = deeper if isinstance(deeper, dict) else {}
            _merge(draft[key], old if isinstance(old, Mapping) else {}, new, here)
