"""Answers from untrusted data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.framework.answers import Answers, read_answers
from kpi_core.models.base import Severity


def test_nothing_answered_is_fine() -> None:
    assert read_answers({}) == (Answers(), ())


def test_numbers_stay_as_typed() -> None:
    answers, findings = read_answers(
        {"company": {"average_deal_size": "1.234,5", "sales_cycle_days": 90}}
    )
    assert findings == ()
    assert answers.company.average_deal_size == "1.234,5"
    assert answers.company.sales_cycle_days == 90


@pytest.mark.parametrize("raw", [None, [], [{}], "company", 5, True, 2.5])
def test_anything_but_an_object_is_named(raw: Any) -> None:
    answers, findings = read_answers(raw)
    assert answers == Answers()
    assert [finding.code for finding in findings] == ["answer_not_understood"]
    assert findings[0].where == "answers file"


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ({"company": "Acme"}, "company"),
        ({"company": {"name": ["Acme"]}}, "company > name"),
        ({"company": {"names": "Acme"}}, "company > names"),
        ({"colour": "red"}, "colour"),
        ({"company": {"average_deal_size": [1]}}, "company > average_deal_size"),
        ({"company": {"fiscal_year_start_month": "May"}}, "company > fiscal_year_start_month"),
        ({"data": {"tools": ["crm"]}}, "data > tools"),
        ({"data": {"tools": {"crm": "Salesforce"}}}, "data > tools > crm"),
        ({"stages": {"awareness": {}}}, "stages > awareness > primary"),
        ({"kpis": {"win_rate": 5}}, "kpis > win_rate"),
        ({"channels": "seo"}, "channels"),
        ({"reviews": {"weekly": {"held": "perhaps"}}}, "reviews > weekly > held"),
        ({"": 1}, ""),
        ({" ": 1}, ""),
        ({"a\x00b": 1}, "a"),
        ({"\ud800": 1}, ""),
    ],
)
def test_a_misfit_is_left_out_and_named_once(raw: dict[str, Any], where: str) -> None:
    answers, findings = read_answers({"framework_name": "Kept", **raw})
    assert answers.framework_name == "Kept"
    assert findings
    assert all(finding.where.casefold().startswith(where) for finding in findings)
    assert read_answers(answers.model_dump()) == (answers, ())
    assert all(f.severity is Severity.ERROR for f in findings)
    assert all(f.where and f.message and f.fix for f in findings)
    assert len(findings) <= 4  # a field that may be text or number is explained for each


def test_a_truth_value_is_not_a_number() -> None:
    answers, findings = read_answers({"company": {"average_deal_size": True}})
    assert answers.company.average_deal_size is None
    assert findings


def test_good_answers_beside_a_misfit_are_kept() -> None:
    answers, findings = read_answers(
        {
            "company": {"name": "Acme", "currency": ["USD"]},
            "stages": {
                "awareness": {"primary": "qualified_reach", "supporting": ["website_sessions"]},
                "expansion": {"supporting": ["churn_rate"]},
            },
            "channels": [None, {}, "seo", ["x"], "paid"],
        }
    )
    assert answers.company.name == "Acme"
    assert answers.stages["awareness"].primary == "qualified_reach"
    assert answers.channels == ["seo", "paid"]
    assert len(findings) == 5


def test_deeply_nested_answers_are_named() -> None:
    raw: Any = {}
    for _ in range(20_000):
        raw = {"company": raw}
    answers, findings = read_answers(raw)
    assert answers == Answers()
    assert findings


def test_answers_that_hold_themselves_are_named() -> None:
    raw: dict[str, Any] = {}
    raw["company"] = raw
    answers, findings = read_answers(raw)
    assert answers == Answers()
    assert findings


@given(data=st.data())
def test_reading_never_raises(data: st.DataObject, json_values: SearchStrategy[Any]) -> None:
    raw = data.draw(json_values)
    answers, findings = read_answers(raw)
    assert Answers.model_validate(answers.model_dump()) == answers
    assert all(f.where and f.message and f.fix for f in findings)


@settings(max_examples=50)
@given(data=st.data())
def test_valid_answers_are_kept_as_they_are(
    data: st.DataObject, valid_answers: SearchStrategy[dict[str, Any]]
) -> None:
    raw = data.draw(valid_answers)
    answers, findings = read_answers(raw)
    assert findings == ()
    kept = answers.model_dump(exclude_unset=True)
    assert kept == Answers.model_validate(raw).model_dump(exclude_unset=True)
    assert read_answers(answers.model_dump()) == (answers, ())
