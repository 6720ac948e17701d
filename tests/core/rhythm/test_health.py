"""Health: one failing and one passing case for each rule, fixes that remove their finding, the score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.framework.restore import answers_from
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.framework import MeasurementFramework
from kpi_core.rhythm.health import HealthPart, HealthReport, apply_fix, health
from kpi_core.rhythm.health_fixes import FIXERS, fix_words
from kpi_core.rhythm.health_rules import formula_problem

TODAY = date(2026, 4, 1)
Document = dict[str, Any]
Edit = Callable[[Document], object]


def kpi(document: Document, metric_id: str) -> Document:
    return next(k for k in document["kpis"] if k["metric_id"] == metric_id)


def metric(document: Document, metric_id: str) -> Document:
    return next(m for m in document["metrics"] if m["id"] == metric_id)


def figure(document: Document, metric_id: str) -> Document:
    wanted = kpi(document, metric_id)["benchmark_id"]
    return next(f for f in document["benchmarks"] if f["id"] == wanted)


def codes(framework: MeasurementFramework) -> list[str]:
    return [entry.finding.code for entry in health(framework, TODAY).findings]


def keys(framework: MeasurementFramework) -> list[str]:
    return [entry.key for entry in health(framework, TODAY).findings]


def nowhere(document: Document) -> None:
    """Takes win rate off every page and agenda."""
    kpi(document, "win_rate")["layers"] = []
    boards = document["dashboards"]
    pages = [boards["executive"], boards["operational"], boards["channel"], *boards["channels"]]
    for place in [*pages, *document["operating_rhythm"]["reviews"]]:
        place["metric_ids"] = [key for key in place["metric_ids"] if key != "win_rate"]


def in_one_review(document: Document) -> None:
    nowhere(document)
    document["operating_rhythm"]["reviews"][2]["metric_ids"].append("win_rate")


def added(parent: float, *parts: float) -> Edit:
    """Expansion pipeline as the sum of two KPIs, with last values."""

    def edit(document: Document) -> None:
        total = {"kind": "sum", "addends": ["mql_count", "new_leads"]}
        new = {**kpi(document, "mql_count"), "metric_id": "new_leads"}
        document["kpis"].append(new)
        metric(document, "expansion_pipeline").update(formula=total)
        for key, value in zip(("expansion_pipeline", "mql_count", "new_leads"), (parent, *parts),
                              strict=True):  # fmt: skip
            kpi(document, key).update(baseline={"value": value}, target=None)

    return edit


def subtracted(parent: float, *parts: float) -> Edit:
    """Expansion pipeline as one KPI less another."""

    def edit(document: Document) -> None:
        added(parent, *parts)(document)
        metric(document, "expansion_pipeline").update(
            formula={"kind": "difference", "minuend": "mql_count", "subtrahend": "new_leads"}
        )

    return edit


def executive(count: int) -> Edit:
    def edit(document: Document) -> None:
        star = document["north_star"]["metric_id"]
        ids = [k["metric_id"] for k in document["kpis"] if k["role"] == "primary"]
        ids += [k["metric_id"] for k in document["kpis"] if k["metric_id"] not in ids]
        for entry in document["kpis"]:
            entry["layers"] = (
                ["executive"] if entry["metric_id"] in ids[:count] else ["operational"]
            )
        assert star in ids[:count]
        document["dashboards"]["executive"]["metric_ids"] = ids[:count]

    return edit


CASES: list[tuple[str, Edit, Edit]] = [
    ("missing_definition", lambda d: metric(d, "win_rate").update(definition="TBD."),
     lambda d: metric(d, "win_rate").update(definition="Won of all closed deals.")),
    ("missing_definition", lambda d: metric(d, "win_rate").update(definition="Win rate"),
     lambda d: None),
    ("no_owner", lambda d: kpi(d, "win_rate").update(owner_role=None), lambda d: None),
    ("several_owners", lambda d: kpi(d, "win_rate").update(owner_person="Ada & Grace"),
     lambda d: kpi(d, "win_rate").update(owner_person="Ada")),
    ("no_guardrail", lambda d: metric(d, "qualified_reach").update(guardrail=None),
     lambda d: metric(d, "win_rate").update(guardrail=None)),
    ("guardrail_missing", lambda d: metric(d, "qualified_reach").update(guardrail="new_leads"),
     lambda d: metric(d, "qualified_reach").update(guardrail="win_rate")),
    ("vanity_primary", lambda d: metric(d, "qualified_reach").update(vanity=True),
     lambda d: metric(d, "win_rate").update(vanity=True)),
    ("north_star_lags",
     lambda d: metric(d, "marketing_sourced_pipeline").update(timing="lagging"), lambda d: None),
    ("executive_size", executive(8), executive(7)),
    ("not_measurable",
     lambda d: metric(d, "win_rate").update(measured_by=[{"requires": ["abacus"], "how": "X."}]),
     lambda d: metric(d, "win_rate").update(measured_by=[{"requires": ["crm"], "how": "X."}])),
    ("parent_unequal", added(100, 60, 41), added(100, 60, 40)),
    ("parent_unequal", subtracted(100, 60, 40), subtracted(20, 60, 40)),
    ("orphan", nowhere, in_one_review),
    ("duplicate_kpi",
     lambda d: metric(d, "win_rate").update(formula=metric(d, "mql_count")["formula"]),
     lambda d: None),
    ("duplicate_kpi", lambda d: metric(d, "win_rate").update(name="marketing  Qualified leads"),
     lambda d: metric(d, "win_rate").update(name="Marketing qualified lead rate")),
    ("target_without_basis", lambda d: kpi(d, "win_rate")["target"].update(basis="user", note=None),
     lambda d: kpi(d, "win_rate")["target"].update(basis="user", note="Agreed with sales.")),
    ("stale_benchmark", lambda d: figure(d, "win_rate").update(source_year=2020),
     lambda d: figure(d, "win_rate").update(source_year=2021)),
    ("stale_benchmark", lambda d: figure(d, "win_rate").update(source_year=None), lambda d: None),
    ("review_without_kpi",
     lambda d: d["operating_rhythm"]["reviews"][0].update(metric_ids=[]), lambda d: None),
    ("review_without_attendees",
     lambda d: d["operating_rhythm"]["reviews"][0].update(attendees=[]), lambda d: None),
    ("broken_formula",
     lambda d: metric(d, "win_rate").update(formula={"kind": "direct", "measure": "abacus"}),
     lambda d: metric(d, "win_rate").update(formula={"kind": "direct", "measure": "won_deals"})),
    ("broken_formula",
     lambda d: metric(d, "win_rate").update(
         formula={"kind": "quotient", "numerator": "win_rate", "denominator": "won_deals"}),
     lambda d: metric(d, "win_rate").update(
         formula={"kind": "quotient", "numerator": "mql_count", "denominator": "won_deals"})),
    ("action_overdue",
     lambda d: d["operating_rhythm"].update(actions=[
         {"id": "a", "what": "X.", "owner_role": "cmo", "due": "2026-03-31", "review": "weekly",
          "created_on": "2026-03-01"}]),
     lambda d: None),
    ("threshold_above_maximum",
     lambda d: d["agreement"]["definitions"][0]["rules"].update(threshold=999), lambda d: None),
]  # fmt: skip


@pytest.fixture(scope="session")
def calm(worked_example: MeasurementFramework, changed: Any) -> MeasurementFramework:
    """The sample with owners, figures and definitions in order, so that single faults stand out."""

    def edit(document: Document) -> None:
        for entry in document["metrics"]:
            entry["guardrail"] = "win_rate" if entry["id"] != "win_rate" else None
        for entry in document["benchmarks"]:
            entry["source_year"] = 2025

    return changed(worked_example, edit)


@pytest.mark.parametrize(("code", "failing", "passing"), CASES)
def test_a_rule_fails_and_passes(
    calm: MeasurementFramework, changed: Any, code: str, failing: Edit, passing: Edit
) -> None:
    assert code in codes(changed(calm, failing))
    assert code not in codes(changed(calm, passing))


def test_a_formula_through_thousands_of_metrics_is_followed(
    calm: MeasurementFramework, changed: Any
) -> None:
    def chain(last: str) -> Edit:
        def edit(document: Document) -> None:
            start = metric(document, "win_rate")
            for number in range(2000):
                following = last if number == 1999 else f"m{number + 1}"
                formula = {"kind": "sum", "addends": [following, "won_deals"]}
                document["metrics"].append(
                    {**start, "id": f"m{number}", "name": f"M{number}", "formula": formula}
                )
            start.update(formula={"kind": "sum", "addends": ["m0", "won_deals"]})

        return edit

    def problem(last: str) -> str | None:
        framework = changed(calm, chain(last))
        return formula_problem(framework.metric("win_rate"), framework)

    assert problem("won_deals") is None
    assert problem("abacus") == (
        "Its formula names 'abacus', which nothing in the framework defines."
    )
    assert (problem("win_rate") or "").startswith("Its formula refers to itself: win_rate to m0")


def lanes(first: float, second: float, catalog: Catalog, framework: MeasurementFramework) -> Any:
    scenario = base_scenario(framework, catalog).model_dump(mode="json")
    lane = scenario["lanes"][0]
    scenario["lanes"] = [
        {**lane, "id": "one", "share": first},
        {**lane, "id": "two", "share": second},
    ]
    return lambda d: d.update(scenarios=[scenario])


def test_lanes_that_do_not_add_up(
    calm: MeasurementFramework, changed: Any, catalog: Catalog
) -> None:
    broken = changed(calm, lanes(0.5, 0.3, catalog, calm))
    assert "lane_shares" in codes(broken)
    assert "lane_shares" not in codes(changed(calm, lanes(0.7, 0.3, catalog, calm)))
    fixed = apply_fix(broken, "lane_shares:Scenario Today's rates", TODAY)
    assert fixed is not None
    assert [lane.share for lane in fixed.scenarios[0].lanes] == pytest.approx([0.625, 0.375])


def test_each_fault_is_told_once(calm: MeasurementFramework, changed: Any) -> None:
    for _, failing, _ in CASES:
        found = keys(changed(calm, failing))
        assert len(set(found)) == len(found)


ONE_CLICK: list[tuple[str, Edit, Callable[[MeasurementFramework], bool]]] = [
    ("no_owner:win_rate", lambda d: kpi(d, "win_rate").update(owner_role=None),
     lambda f: {k.metric_id: k.owner_role for k in f.kpis}["win_rate"] == "sales_leader"),
    ("no_steward:win_rate", lambda d: kpi(d, "win_rate").update(steward_role=None),
     lambda f: {k.metric_id: k.steward_role for k in f.kpis}["win_rate"] == "revenue_operations"),
    ("target_without_basis:win_rate",
     lambda d: kpi(d, "win_rate")["target"].update(
         basis="user", note=None, value=0.9, proposed=0.29),
     lambda f: next(k.target.value for k in f.kpis if k.metric_id == "win_rate" and k.target)
     == 0.29),
    ("vanity_primary:engagement_qualified_leads",
     lambda d: [metric(d, "engagement_qualified_leads").update(vanity=True),
                metric(d, "mql_count").update(roles=["primary", "supporting"])],
     lambda f: {k.metric_id: k.role for k in f.kpis}["mql_count"] == "primary"
     and {k.metric_id: k.role for k in f.kpis}["engagement_qualified_leads"] == "supporting"),
    ("orphan:win_rate", nowhere,
     lambda f: "win_rate" in f.dashboards.operational.metric_ids),
    ("executive_size:Executive dashboard", executive(9),
     lambda f: len(f.dashboards.executive.metric_ids) == 7
     and all(k.layers for k in f.kpis)),
    ("duplicate_kpi:win_rate",
     lambda d: metric(d, "win_rate").update(name="Marketing qualified leads"),
     lambda f: "win_rate" not in {k.metric_id for k in f.kpis}),
    ("review_without_attendees:Weekly operational review",
     lambda d: d["operating_rhythm"]["reviews"][0].update(attendees=[]),
     lambda f: set(f.operating_rhythm.reviews[0].attendees) == {
         k.owner_role for k in f.kpis
         if k.metric_id in f.operating_rhythm.reviews[0].metric_ids}),
    ("north_star_not_executive:marketing_sourced_pipeline",
     lambda d: [d["dashboards"]["executive"]["metric_ids"].remove("marketing_sourced_pipeline"),
                kpi(d, "marketing_sourced_pipeline").update(layers=["operational"])],
     lambda f: "marketing_sourced_pipeline" in f.dashboards.executive.metric_ids),
    ("north_star_not_primary:win_rate", lambda d: d["north_star"].update(metric_id="win_rate"),
     lambda f: [k.metric_id for k in f.kpis
                if k.role == "primary" and k.stage == "conversion"] == ["win_rate"]),
    ("guardrail_missing:qualified_reach",
     lambda d: [metric(d, "qualified_reach").update(guardrail="new_leads"),
                d.update(kpis=[k for k in d["kpis"]
                               if k["metric_id"] not in ("content_conversion_rate", "lead_to_mql_rate")])],
     lambda f: "new_leads" in {k.metric_id for k in f.kpis}
     and "new_leads" in f.dashboards.operational.metric_ids),
]  # fmt: skip


@pytest.mark.parametrize(("key", "spoil", "mended"), ONE_CLICK, ids=[c[0] for c in ONE_CLICK])
def test_one_click_removes_its_finding_and_nothing_else_breaks(
    calm: MeasurementFramework,
    changed: Any,
    key: str,
    spoil: Edit,
    mended: Callable[[MeasurementFramework], bool],
) -> None:
    broken = changed(calm, spoil)
    entry = next(e for e in health(broken, TODAY).findings if e.key == key)
    assert entry.one_click == fix_words(entry.finding.code)
    fixed = apply_fix(broken, key, TODAY)
    assert fixed is not None
    assert key not in keys(fixed)
    assert mended(fixed)
    assert not mended(broken)
    before = {e.key for e in health(broken, TODAY).findings if e.finding.severity == "error"}
    errors = {e.key for e in health(fixed, TODAY).findings if e.finding.severity == "error"}
    assert errors <= before


def test_every_fixer_is_tried() -> None:
    tried = {case[0].split(":")[0] for case in ONE_CLICK} | {"lane_shares", "on_no_dashboard"}
    assert tried == set(FIXERS)


def test_a_fix_survives_being_rebuilt_from_answers(
    worked_example: MeasurementFramework, changed: Any, catalog: Catalog
) -> None:
    """The app keeps answers, so what a click mended must come back from them."""
    broken = changed(
        worked_example, lambda d: kpi(d, "win_rate").update(owner_role=None, layers=[])
    )
    fixed = apply_fix(broken, "no_owner:win_rate", TODAY)
    assert fixed is not None
    read = interpret(answers_from(fixed, catalog), catalog)
    again = build_framework(read.profile, read.selection, catalog, TODAY, previous=fixed)
    assert "no_owner:win_rate" not in keys(again)


def test_what_takes_a_decision_is_guided(calm: MeasurementFramework, changed: Any) -> None:
    broken = changed(calm, lambda d: [
        metric(d, "marketing_sourced_pipeline").update(timing="lagging"),
        figure(d, "win_rate").update(source_year=2010),
        d["agreement"]["definitions"][0].update(rules=None),
    ])  # fmt: skip
    found = {e.finding.code: e for e in health(broken, TODAY).findings}
    places = {"north_star_lags": "wizard", "stale_benchmark": "benchmarks",
              "definition_without_rules": "operating_rhythm"}  # fmt: skip
    assert {code: found[code].page for code in places} == places
    assert all(found[code].one_click is None for code in places)
    assert found["north_star_lags"].finding.step == "motion"
    assert apply_fix(broken, found["north_star_lags"].key, TODAY) is None
    assert apply_fix(broken, "no_such:finding", TODAY) is None


def test_only_on_no_dashboard_can_be_mended_too(calm: MeasurementFramework, changed: Any) -> None:
    broken = changed(calm, lambda d: kpi(d, "win_rate").update(layers=[]))
    assert "on_no_dashboard:win_rate" in keys(broken)
    fixed = apply_fix(broken, "on_no_dashboard:win_rate", TODAY)
    assert fixed is not None
    assert "on_no_dashboard:win_rate" not in keys(fixed)


def test_every_check_of_the_framework_is_in_the_report(framework: MeasurementFramework) -> None:
    told = {(e.finding.code, e.finding.where) for e in health(framework, TODAY).findings}
    for found in check_framework(framework):
        if found.code not in ("owner_overloaded", "no_owner"):
            assert (found.code, found.where) in told
    severities = [e.finding.severity.value for e in health(framework, TODAY).findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_the_score_is_the_mean_of_its_parts_by_hand() -> None:
    def part(got: int, of: int) -> HealthPart:
        return HealthPart("x", "X", got, of, "Things.")

    # (16/16 + 8/16 + 2/3) / 3 = 2.1667 / 3 = 72.2%
    assert HealthReport((), (part(16, 16), part(8, 16), part(2, 3))).score == 72
    assert HealthReport((), (part(16, 16), part(0, 0))).score == 100
    assert HealthReport((), (part(0, 0),)).score is None
    assert HealthReport((), (part(999, 1000),)).score == 99


def test_the_parts_of_a_sample_by_hand(worked_example: MeasurementFramework, changed: Any) -> None:
    report = health(worked_example, TODAY)
    parts = {part.id: (part.got, part.of) for part in report.parts}
    kpis = worked_example.kpis
    assert parts["targets"] == (sum(k.target is not None for k in kpis), 16) == (11, 16)
    assert parts["measurability"] == (13, 16)  # see the instrumentation test
    assert parts["definitions"] == parts["owners"] == (16, 16)
    # three reviews, three definitions with rules, no signature of two
    assert parts["rhythm"] == (6, 8)
    signed = [{"party": party, "name": "Ada", "role": "cmo", "signed_on": "2026-04-01"}
              for party in ("marketing", "sales")]  # fmt: skip
    both = changed(worked_example, lambda d: d["agreement"].update(signatures=signed))
    assert {p.id: p.got for p in health(both, TODAY).parts}["rhythm"] == 8


def test_a_fault_lowers_its_part_only(calm: MeasurementFramework, changed: Any) -> None:
    def got(framework: MeasurementFramework) -> dict[str, int]:
        return {part.id: part.got for part in health(framework, TODAY).parts}

    for name, edit in {
        "definitions": lambda d: metric(d, "win_rate").update(definition="TBD"),
        "owners": lambda d: kpi(d, "win_rate").update(steward_role=None),
        "targets": lambda d: kpi(d, "win_rate")["target"].update(basis="user", note=None),
        "measurability": lambda d: metric(d, "win_rate").update(
            measured_by=[{"requires": ["abacus"], "how": "X."}]
        ),
        "evidence": lambda d: kpi(d, "win_rate").update(baseline=None, benchmark_id=None),
        "guardrails": lambda d: metric(d, "qualified_reach").update(guardrail="new_leads"),
        "rhythm": lambda d: d["operating_rhythm"]["reviews"].pop(),
    }.items():
        before, after = got(calm), got(changed(calm, edit))
        assert {key for key in before if before[key] != after[key]} == {name}
        assert after[name] == before[name] - 1
