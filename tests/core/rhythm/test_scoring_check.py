"""Impossible rules: one failing and one passing case each."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.models.lead_rules import LeadRules
from kpi_core.rhythm.scoring_check import check_rules, maximum_score


def fit(field: str, points: int, **values: Any) -> dict[str, Any]:
    return {"kind": "fit", "id": f"{field}_{points}_{len(values)}"[:60].replace("-", "m"),
            "field": field, "points": points, **values}  # fmt: skip


def did(action: str, points: int, **values: Any) -> dict[str, Any]:
    name = f"{action}_{points}".replace("-", "m")
    return {"kind": "behaviour", "id": name, "action": action, "points": points, **values}


def rules(*criteria: dict[str, Any], threshold: int = 10, out: Any = ()) -> LeadRules:
    return LeadRules.model_validate(
        {"criteria": criteria, "threshold": threshold, "disqualifiers": out}
    )


def keeps_out(kind: str, *values: str) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "values": values}


SMALL = fit("company_size", 10, maximum=50)
LARGE = fit("company_size", 20, minimum=51)
OVERLAP = fit("company_size", 5, minimum=40, maximum=60)
SAAS = fit("industry", 10, any_of=["SaaS"])
BOTH = fit("industry", 7, any_of=["SaaS", "Fintech"])
JAPAN = fit("region", 30, any_of=["Japan"])
HEAD = fit("job_title", 15, any_of=["head"])
DEMO = did("demo_request", 40)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ((), 0),
        ((SMALL, LARGE), 20),  # one company has one size
        ((SMALL, LARGE, OVERLAP), 25),  # 51 to 60 employees: 20 + 5
        ((SMALL, OVERLAP), 15),  # 40 to 50: 10 + 5
        ((SAAS, BOTH), 17),  # one industry, both criteria name it
        ((fit("company_size", -10),), 0),  # whose size nobody knows
        ((did("downloads", -5), DEMO, HEAD), 55),
    ],
)
def test_the_highest_score_by_hand(criteria: tuple[dict[str, Any], ...], expected: int) -> None:
    assert maximum_score(rules(*criteria)) == expected


def test_the_highest_score_leaves_disqualified_regions_and_titles_out() -> None:
    assert maximum_score(rules(JAPAN, DEMO, out=[keeps_out("country", "japan")])) == 40
    assert maximum_score(rules(HEAD, DEMO, out=[keeps_out("job_title", "head")])) == 40


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        ("no_criterion", rules(), rules(DEMO)),
        ("threshold_lets_all_in", rules(DEMO, threshold=0), rules(DEMO, threshold=1)),
        ("threshold_above_maximum", rules(DEMO, threshold=41), rules(DEMO, threshold=40)),
        (
            "threshold_above_maximum",
            rules(SMALL, LARGE, threshold=21),
            rules(SMALL, LARGE, threshold=20),
        ),
        ("duplicate_criterion", rules(SAAS, {**SAAS, "id": "other"}), rules(SAAS, BOTH)),
        ("duplicate_criterion", rules(DEMO, {**DEMO, "points": 1}), rules(DEMO, did("webinar", 1))),
        (
            "empty_range",
            rules(DEMO, fit("company_size", 1, minimum=51, maximum=50)),
            rules(DEMO, fit("company_size", 1, minimum=50, maximum=50)),
        ),
        ("criterion_without_values", rules(DEMO, fit("industry", 1)), rules(DEMO, SAAS)),
        ("criterion_without_points", rules(DEMO, did("webinar", 0)), rules(DEMO)),
        (
            "disqualifier_without_values",
            rules(DEMO, out=[keeps_out("country")]),
            rules(DEMO, out=[keeps_out("country", "Norway"), keeps_out("free_mail")]),
        ),
        (
            "disqualifier_hits_everything",
            rules(JAPAN, DEMO, threshold=50, out=[keeps_out("country", "Japan")]),
            rules(JAPAN, DEMO, threshold=40, out=[keeps_out("country", "Japan")]),
        ),
        (
            "disqualifier_hits_everything",
            rules(HEAD, threshold=15, out=[keeps_out("job_title", "head")]),
            rules(HEAD, threshold=15, out=[keeps_out("job_title", "headless")]),
        ),
        (
            "disqualifier_hits_everything",
            rules(DEMO, out=[keeps_out("free_mail", ".com")]),
            rules(DEMO, out=[keeps_out("free_mail", "mail.com")]),
        ),
        (
            "disqualifier_hits_everything",
            rules(DEMO, out=[keeps_out("competitor", "@com")]),
            rules(DEMO, out=[keeps_out("competitor", "Com Ltd.", "@rival.com")]),
        ),
    ],
)
def test_a_rule_fails_and_passes(code: str, failing: LeadRules, passing: LeadRules) -> None:
    found = [finding for finding in check_rules(failing, "MQL") if finding.code == code]
    assert found
    assert all(f.message and f.fix and f.where.startswith("MQL") for f in found)
    assert code not in [finding.code for finding in check_rules(passing, "MQL")]


def test_errors_come_first() -> None:
    found = check_rules(rules(SAAS, {**SAAS, "id": "b"}, threshold=99), "MQL")
    assert [f.severity.value for f in found] == ["error", "warning"]


def test_the_catalogs_rules_have_no_finding(catalog: Catalog) -> None:
    checked = [
        check_rules(definition.rules, definition.name)
        for agreement in catalog.agreements.values()
        for definition in agreement.definitions
        if definition.rules
    ]
    assert len(checked) == 3 + 4 + 4
    assert set(checked) == {()}
