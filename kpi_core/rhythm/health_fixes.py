"""One-click fixes: pure functions from a framework and a finding to the mended framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kpi_core.framework.layout import EXECUTIVE_MAXIMUM
from kpi_core.framework.suggest import SUPPORTING_MAXIMUM
from kpi_core.kpi_tree.lanes import solve
from kpi_core.models.base import Finding, Layer, Role
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, Target
from kpi_core.models.operation import Review
from kpi_core.rhythm.health_rules import duplicates

Changes = Mapping[str, object] | None
"""Fields of the framework to replace; `None` where the fix needs a person."""
Fixer = Callable[[MeasurementFramework, Finding], Changes]


def mended(framework: MeasurementFramework, finding: Finding) -> MeasurementFramework | None:
    """The framework with the finding's cause removed; `None` where that needs a decision."""
    fixer = FIXERS.get(finding.code)
    changed = fixer(framework, finding) if fixer else None
    return None if changed is None else _replaced(framework, changed)


def can_mend(framework: MeasurementFramework, finding: Finding) -> bool:
    """Whether `mended` has an answer, without building it."""
    fixer = FIXERS.get(finding.code)
    return fixer is not None and fixer(framework, finding) is not None


def fix_words(code: str) -> str:
    """What one click does."""
    return _WORDS.get(code, "Fix")


def _replaced(
    framework: MeasurementFramework, changed: Mapping[str, object]
) -> MeasurementFramework:
    return MeasurementFramework.model_validate({**dict(framework), **changed})


def _kpi(framework: MeasurementFramework, metric_id: str | None) -> Kpi | None:
    return next((kpi for kpi in framework.kpis if kpi.metric_id == metric_id), None)


def _with_kpi(kpis: Iterable[Kpi], metric_id: str | None, **fields: object) -> tuple[Kpi, ...]:
    return tuple(
        Kpi.model_validate({**dict(kpi), **fields}) if kpi.metric_id == metric_id else kpi
        for kpi in kpis
    )


def _usual_owner(framework: MeasurementFramework, finding: Finding) -> Changes:
    role = framework.metric(finding.metric_id or "").owner_role
    return {"kpis": _with_kpi(framework.kpis, finding.metric_id, owner_role=role)}


def _usual_steward(framework: MeasurementFramework, finding: Finding) -> Changes:
    role = framework.metric(finding.metric_id or "").steward_role
    return {"kpis": _with_kpi(framework.kpis, finding.metric_id, steward_role=role)}


def _take_proposal(framework: MeasurementFramework, finding: Finding) -> Changes:
    kpi = _kpi(framework, finding.metric_id)
    if kpi is None or kpi.target is None or kpi.target.proposed is None:
        return None
    target = Target.model_validate(
        {
            **dict(kpi.target),
            "value": kpi.target.proposed,
            "note": "Back to the tool's proposal.",
        }
    )
    return {"kpis": _with_kpi(framework.kpis, kpi.metric_id, target=target)}


def _swap_vanity(framework: MeasurementFramework, finding: Finding) -> Changes:
    """The stage's first supporting KPI that may be primary leads instead."""
    vanity = _kpi(framework, finding.metric_id)
    if vanity is None:
        return None
    for kpi in framework.kpis:
        metric = framework.metric(kpi.metric_id)
        able = Role.PRIMARY in metric.roles and not metric.vanity
        if able and kpi.stage is vanity.stage and kpi.role == "supporting":
            return {"kpis": _swapped(framework.kpis, vanity.metric_id, kpi.metric_id)}
    return None


def _swapped(kpis: Iterable[Kpi], down: str, up: str) -> tuple[Kpi, ...]:
    lowered = _with_kpi(kpis, down, role="supporting")
    return _with_kpi(lowered, up, role="primary")


def _lead_with_north_star(framework: MeasurementFramework, finding: Finding) -> Changes:
    star = _kpi(framework, finding.metric_id)
    primaries = [
        k for k in framework.kpis if star and k.stage is star.stage and k.role == "primary"
    ]
    if star is None or len(primaries) != 1:
        return None
    return {"kpis": _swapped(framework.kpis, primaries[0].metric_id, star.metric_id)}


def _add_guardrail(framework: MeasurementFramework, finding: Finding) -> Changes:
    """The guardrail as a supporting KPI of its stage, while there is room."""
    guarded = framework.metric(finding.metric_id or "")
    if guarded.guardrail is None:
        return None
    guard = framework.metric(guarded.guardrail)
    beside = [k for k in framework.kpis if k.stage is guard.stage and k.role == "supporting"]
    if len(beside) >= SUPPORTING_MAXIMUM or _kpi(framework, guard.id):
        return None
    added = Kpi(
        metric_id=guard.id,
        stage=guard.stage,
        role="supporting",
        reason=f"Shows whether {guarded.name} rises at the wrong price.",
        owner_role=guard.owner_role,
        steward_role=guard.steward_role,
        cadence=guard.cadence,
    )
    return _on_layer((*framework.kpis, added), framework, guard.id, Layer.OPERATIONAL)


def _onto_operational(framework: MeasurementFramework, finding: Finding) -> Changes:
    return _on_layer(framework.kpis, framework, finding.metric_id or "", Layer.OPERATIONAL)


def _onto_executive(framework: MeasurementFramework, finding: Finding) -> Changes:
    if len(framework.dashboards.executive.metric_ids) >= EXECUTIVE_MAXIMUM:
        return None
    return _on_layer(framework.kpis, framework, finding.metric_id or "", Layer.EXECUTIVE)


def _on_layer(
    kpis: Iterable[Kpi], framework: MeasurementFramework, metric_id: str, layer: Layer
) -> Changes:
    """`kpis` with one more KPI on a layer, in its layers and on the page."""
    kpis = tuple(kpis)
    kpi = next((k for k in kpis if k.metric_id == metric_id), None)
    if kpi is None:
        return None
    wanted = {*kpi.layers, layer}
    page = getattr(framework.dashboards, layer.value)
    shown = tuple(dict.fromkeys((*page.metric_ids, metric_id)))
    return {
        "kpis": _with_kpi(kpis, metric_id, layers=tuple(x for x in Layer if x in wanted)),
        "dashboards": {
            **dict(framework.dashboards),
            layer.value: {**dict(page), "metric_ids": shown},
        },
    }


def _trim_executive(framework: MeasurementFramework, finding: Finding) -> Changes:
    """Takes supporting KPIs off, the last first, until seven are left; never the north star."""
    page = framework.dashboards.executive
    surplus = len(page.metric_ids) - EXECUTIVE_MAXIMUM
    supporting = [
        key
        for key in page.metric_ids
        if (kpi := _kpi(framework, key))
        and kpi.role == "supporting"
        and key != framework.north_star.metric_id
    ]
    if surplus <= 0 or len(supporting) < surplus:
        return None
    off = set(supporting[-surplus:])
    kpis = framework.kpis
    for kpi in framework.kpis:
        if kpi.metric_id in off:
            left = tuple(layer for layer in kpi.layers if layer is not Layer.EXECUTIVE)
            kpis = _with_kpi(kpis, kpi.metric_id, layers=left or (Layer.OPERATIONAL,))
    shown = tuple(key for key in page.metric_ids if key not in off)
    lost = [k.metric_id for k in kpis if k.metric_id in off and Layer.OPERATIONAL in k.layers]
    operational = framework.dashboards.operational
    on = tuple(dict.fromkeys((*operational.metric_ids, *lost)))
    boards = {
        **dict(framework.dashboards),
        "executive": {**dict(page), "metric_ids": shown},
        "operational": {**dict(operational), "metric_ids": on},
    }
    return {"kpis": kpis, "dashboards": boards}


def _drop_duplicate(framework: MeasurementFramework, finding: Finding) -> Changes:
    """Removes a supporting KPI that repeats another, with its tiles and agenda entries."""
    kpi = _kpi(framework, finding.metric_id)
    if kpi is None or kpi.role == "primary" or kpi.metric_id not in duplicates(framework):
        return None
    gone = kpi.metric_id

    def without(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(key for key in ids if key != gone)

    boards = framework.dashboards
    pages = {
        name: {**dict(page), "metric_ids": without(page.metric_ids)}
        for name in ("executive", "operational")
        if (page := getattr(boards, name))
    }
    rhythm = framework.operating_rhythm
    reviews = tuple(
        {**dict(review), "metric_ids": without(review.metric_ids)} for review in rhythm.reviews
    )
    return {
        "kpis": tuple(k for k in framework.kpis if k.metric_id != gone),
        "dashboards": {**dict(boards), **pages},
        "operating_rhythm": {**dict(rhythm), "reviews": reviews},
    }


def _invite_owners(framework: MeasurementFramework, finding: Finding) -> Changes:
    """The owners of the review's KPIs attend it."""
    rhythm = framework.operating_rhythm
    owners = {kpi.metric_id: kpi.owner_role for kpi in framework.kpis}

    def invited(review: Review) -> Review:
        if review.attendees or review.name != finding.where:
            return review
        roles = dict.fromkeys(owners.get(key) for key in review.metric_ids)
        return Review.model_validate(
            {**dict(review), "attendees": tuple(role for role in roles if role)}
        )

    reviews = tuple(map(invited, rhythm.reviews))
    if reviews == rhythm.reviews:
        return None
    return {"operating_rhythm": {**dict(rhythm), "reviews": reviews}}


def _scale_shares(framework: MeasurementFramework, finding: Finding) -> Changes:
    """Lane shares of the scenario named, scaled to sum 1."""
    scenarios = []
    for scenario in framework.scenarios:
        whole = solve(scenario).shares_sum
        if finding.where != f"Scenario {scenario.name}" or whole <= 0:
            scenarios.append(scenario)
            continue
        lanes = [{**dict(lane), "share": lane.share / whole} for lane in scenario.lanes]
        scenarios.append(type(scenario).model_validate({**dict(scenario), "lanes": lanes}))
    return {"scenarios": tuple(scenarios)} if tuple(scenarios) != framework.scenarios else None


FIXERS: dict[str, Fixer] = {
    "no_owner": _usual_owner,
    "no_steward": _usual_steward,
    "target_without_basis": _take_proposal,
    "vanity_primary": _swap_vanity,
    "north_star_not_primary": _lead_with_north_star,
    "guardrail_missing": _add_guardrail,
    "orphan": _onto_operational,
    "on_no_dashboard": _onto_operational,
    "north_star_not_executive": _onto_executive,
    "executive_size": _trim_executive,
    "duplicate_kpi": _drop_duplicate,
    "review_without_attendees": _invite_owners,
    "lane_shares": _scale_shares,
}
_WORDS = {
    "no_owner": "Give it to its usual owner",
    "no_steward": "Give it to its usual steward",
    "target_without_basis": "Take the proposal",
    "vanity_primary": "Swap it with a supporting KPI",
    "north_star_not_primary": "Make the north star primary",
    "guardrail_missing": "Add the guardrail",
    "orphan": "Put it on the operational dashboard",
    "on_no_dashboard": "Put it on the operational dashboard",
    "north_star_not_executive": "Put it on the executive dashboard",
    "executive_size": "Keep seven",
    "duplicate_kpi": "Drop this one",
    "review_without_attendees": "Invite the owners of its KPIs",
    "lane_shares": "Scale the shares to 100%",
}
