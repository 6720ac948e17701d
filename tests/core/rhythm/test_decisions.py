"""Decision rules in words, applied, and checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import DecisionRule
from kpi_core.rhythm.decisions import Reading, check_decisions, fires, rule_words


def rule(trigger: str, **fields: Any) -> DecisionRule:
    return DecisionRule.model_validate(
        {"id": "r", "trigger": trigger, "then": "change the plan.", **fields}
    )


@pytest.fixture
def example(worked_example: MeasurementFramework, changed: Any, kpi_of: Any) -> Any:
    def edit(document: dict[str, Any]) -> None:
        for key, value in (("win_rate", 0.25), ("mql_count", 300), ("lead_response_time", 8)):
            kpi_of(document, key)["target"].update(value=value)

    return changed(worked_example, edit)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        # 85% of 25% is 21.25%, shown 21.2%
        (
            rule("off_track", metric_ids=("win_rate",), reviews_in_a_row=2),
            "If Win rate is off track (below 21.2%) in two reviews in a row: change the plan.",
        ),
        (
            rule("at_risk", metric_ids=("mql_count",)),
            "If Marketing qualified leads is at risk or off track (below 95.0% of its target to date, "
            "300 in the year): change the plan.",
        ),
        # lower is better: 8 hours / 0.85 = 9.41
        (
            rule("off_track", metric_ids=("lead_response_time",), reviews_in_a_row=7),
            "If Lead response time is off track (above 9.41 hours) in 7 reviews in a row: change the plan.",
        ),
        (
            rule("below", value=0.2, metric_ids=("win_rate",)),
            "If Win rate is below 20.0%: change the plan.",
        ),
        (
            rule("off_track", reviews_in_a_row=2),
            "If a KPI of this review is off track in two reviews in a row: change the plan.",
        ),
    ],
)
def test_a_rule_in_words(example: MeasurementFramework, made: DecisionRule, words: str) -> None:
    assert rule_words(made, example) == words


def test_without_a_target_no_threshold_is_named(
    example: MeasurementFramework, changed: Any, kpi_of: Any
) -> None:
    bare = changed(example, lambda d: kpi_of(d, "win_rate").update(target=None))
    said = rule_words(rule("off_track", metric_ids=("win_rate",)), bare)
    assert said == "If Win rate is off track: change the plan."


def readings(*statuses: str) -> list[Reading]:
    return [Reading(0.2, status) for status in statuses]


@pytest.mark.parametrize(
    ("made", "seen", "expected"),
    [
        (rule("off_track", reviews_in_a_row=2), readings("off_track", "off_track"), True),
        (rule("off_track", reviews_in_a_row=2), readings("off_track"), False),
        (rule("off_track", reviews_in_a_row=2), readings("off_track", "at_risk"), False),
        (rule("off_track", reviews_in_a_row=2),
         readings("off_track", "on_track", "off_track"), False),
        (rule("off_track", reviews_in_a_row=2),
         readings("on_track", "off_track", "off_track"), True),
        (rule("at_risk"), readings("off_track"), True),
        (rule("at_risk"), readings("too_early"), False),
        (rule("below", value=0.21), readings("on_track"), True),
        (rule("below", value=0.2), readings("off_track"), False),
        (rule("above", value=0.19), readings("on_track"), True),
        (rule("below", value=1), [Reading(None, "no_data")], False),
        (rule("below"), readings("off_track"), False),
    ],
)  # fmt: skip
def test_when_a_rule_fires(made: DecisionRule, seen: list[Reading], expected: bool) -> None:
    assert fires(made, seen) is expected


@given(
    st.lists(st.sampled_from(["on_track", "at_risk", "off_track"]), max_size=8), st.integers(1, 4)
)
def test_only_the_last_readings_count(statuses: list[str], row: int) -> None:
    made = rule("off_track", reviews_in_a_row=row)
    expected = "".join(s[0:2] for s in statuses).endswith("of" * row)
    assert fires(made, readings(*statuses)) is expected


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        ("rule_without_limit", {"trigger": "below", "metric_ids": ["win_rate"]},
         {"trigger": "below", "value": 0.2, "metric_ids": ["win_rate"]}),
        ("rule_without_limit", {"trigger": "above", "value": 3},
         {"trigger": "off_track"}),
        ("rule_with_several_kpis",
         {"trigger": "below", "value": 0.2, "metric_ids": ["win_rate", "mql_count"]},
         {"trigger": "off_track", "metric_ids": ["win_rate", "mql_count"]}),
        ("rule_about_unread_kpi", {"trigger": "off_track", "metric_ids": ["not_chosen"]},
         {"trigger": "off_track", "metric_ids": ["win_rate"]}),
    ],
)  # fmt: skip
def test_a_finding(
    worked_example: MeasurementFramework,
    changed: Any,
    code: str,
    failing: dict[str, Any],
    passing: dict[str, Any],
) -> None:
    def codes(fields: dict[str, Any]) -> list[str]:
        made = rule(**fields).model_dump(mode="json")
        framework = changed(
            worked_example, lambda d: d["operating_rhythm"]["reviews"][2].update(rules=[made])
        )
        return [finding.code for finding in check_decisions(framework)]

    assert code in codes(failing)
    assert code not in codes(passing)
