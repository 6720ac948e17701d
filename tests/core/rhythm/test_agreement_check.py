"""Agreements that cannot work: one failing and one passing case for each code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import RecyclingRule
from kpi_core.rhythm.agreement_check import check_agreement, recycling_circle

TODAY = date(2026, 4, 1)
Document = dict[str, Any]


def back(one: str, other: str, most: int | None = 2) -> Document:
    return {"id": f"{one}_{other}", "from_stage": one, "to_stage": other, "after_days": 30,
            "max_times": most}  # fmt: skip


def sign(party: str, day: str) -> Document:
    return {"party": party, "name": "Ada", "role": "cmo", "signed_on": day}


BOTH = [sign("marketing", "2026-04-01"), sign("sales", "2026-03-31")]
CAPACITY = {"reps": 2, "contacts_per_rep_per_day": 20}
VERSION = {"number": 1, "author_role": "cmo", "reason": "New.", "statement": "A lead."}


def version(day: str) -> Callable[[Document], object]:
    return lambda a: a["definitions"][0].update(versions=[{**VERSION, "agreed_on": day}])


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        (
            "definition_missing",
            lambda a: a.update(definitions=a["definitions"][1:]),
            lambda a: a.update(definitions=a["definitions"][:1]),
        ),
        (
            "definition_without_rules",
            lambda a: a["definitions"][0].update(rules=None),
            lambda a: None,
        ),
        (
            "threshold_above_maximum",
            lambda a: a["definitions"][0]["rules"].update(threshold=136),
            lambda a: a["definitions"][0]["rules"].update(threshold=135),
        ),
        ("date_in_the_future", version("2026-04-02"), version("2026-04-01")),
        (
            "date_in_the_future",
            lambda a: a.update(signatures=[sign("sales", "2026-04-02")]),
            lambda a: a.update(signatures=[sign("sales", "2026-04-01")]),
        ),
        (
            "agreement_ends_before_start",
            lambda a: a.update(valid_from="2026-05-01", valid_until="2026-04-30"),
            lambda a: a.update(valid_from="2026-05-01", valid_until="2026-05-01"),
        ),
        (
            "agreement_ended",
            lambda a: a.update(valid_until="2026-03-31"),
            lambda a: a.update(valid_until="2026-04-01"),
        ),
        (
            "one_side_signed",
            lambda a: a.update(signatures=BOTH[:1]),
            lambda a: a.update(signatures=BOTH),
        ),
        (
            "circular_recycling",
            lambda a: a.update(recycling=[back("sql", "mql"), back("mql", "sql")]),
            lambda a: a.update(recycling=[back("sql", "mql"), back("mql", "nurture")]),
        ),
        (
            "circular_recycling",
            lambda a: a.update(recycling=[back("mql", "mql")]),
            lambda a: a.update(recycling=[back("mql", "lead")]),
        ),
        (
            "recycling_forward",
            lambda a: a.update(recycling=[back("mql", "sql")]),
            lambda a: a.update(recycling=[back("sql", "mql")]),
        ),
        (
            "recycling_forward",
            lambda a: a.update(recycling=[back("mql", "pql")]),
            lambda a: a.update(recycling=[back("pql", "lead")]),
        ),
        (
            "recycling_unknown_stage",
            lambda a: a.update(recycling=[back("mql", "heaven")]),
            lambda a: a.update(recycling=[back("mql", "nurture")]),
        ),
        (
            "recycling_without_end",
            lambda a: a.update(recycling=[back("mql", "nurture", None)]),
            lambda a: a.update(recycling=[back("mql", "nurture", 1)]),
        ),
        ("no_capacity", lambda a: None, lambda a: a.update(capacity=CAPACITY)),
        (
            "agreement_beyond_capacity",
            lambda a: a.update(capacity={"reps": 1, "contacts_per_rep_per_day": 6}),
            lambda a: a.update(capacity=CAPACITY),
        ),
    ],
)
def test_a_finding(
    worked_example: MeasurementFramework,
    changed: Any,
    code: str,
    failing: Callable[[Document], object],
    passing: Callable[[Document], object],
) -> None:
    def codes(edit: Callable[[Document], object]) -> list[str]:
        framework = changed(worked_example, lambda d: edit(d["agreement"]))
        return [finding.code for finding in check_agreement(framework, TODAY)]

    assert code in codes(failing)
    assert code not in codes(passing)


def test_a_circle_is_named_in_order() -> None:
    rules = [RecyclingRule(**back(*pair)) for pair in
             (("opportunity", "sql"), ("sql", "mql"), ("mql", "opportunity"))]  # fmt: skip
    assert recycling_circle(rules) == ("opportunity", "sql", "mql", "opportunity")
    assert recycling_circle(rules[:2]) == ()
    two_ways = [RecyclingRule(**back("opportunity", key)) for key in ("sql", "mql")]
    assert recycling_circle([*two_ways, RecyclingRule(**back("sql", "mql"))]) == ()


def test_a_side_signs_once(worked_example: MeasurementFramework) -> None:
    twice = [sign("sales", "2026-04-01"), sign("sales", "2026-04-01")]
    with pytest.raises(ValidationError, match="each side signs once"):
        MarketingSalesAgreement.model_validate(
            {**dict(worked_example.agreement), "signatures": twice}
        )
