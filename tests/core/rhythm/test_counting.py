"""How many leads of a whole export would qualify."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.kpi_tree.intervals import wilson
from kpi_core.models.lead_rules import LeadRules
from kpi_core.rhythm.counting import MOST_SCORED, count_leads, even_sample
from kpi_core.rhythm.leads import read_leads
from kpi_core.rhythm.scoring import score

RULES = LeadRules.model_validate(
    {
        "criteria": [
            {
                "kind": "fit",
                "id": "head",
                "field": "job_title",
                "any_of": ["head"],
                "points": 20,
            },
            {
                "kind": "behaviour",
                "id": "demo",
                "action": "demo_request",
                "points": 50,
            },
        ],
        "threshold": 50,
        "disqualifiers": [{"id": "mail", "kind": "free_mail"}],
    }
)
ASKED = {"name": "A", "email": "a@firm.example", "demo_request": "1"}
QUIET = {"name": "B", "email": "b@firm.example", "job_title": "Head of IT"}
PRIVATE = {"name": "C", "email": "c@gmail.com", "demo_request": "1"}


def test_a_small_export_is_counted_whole() -> None:
    found = count_leads(RULES, [ASKED, QUIET, PRIVATE, QUIET])
    assert (found.total, found.scored, found.qualifying, found.kept_out) == (4, 4, 1, 1)
    assert found.interval is None
    assert found.words == "1 of 4 leads would qualify (25.0%)."
    assert dict(found.missing) == {"demo request": 2, "job title": 2}


def test_a_sample_says_how_sure_it_is() -> None:
    found = count_leads(RULES, [ASKED, QUIET] * 50, total=10_000)
    assert found.is_sample
    assert found.interval == wilson(50, 100)
    assert found.words == (
        "About 50.0% would qualify: between 4,038 and 5,962 of 10,000 leads, judged by 100 spread "
        "evenly over the file."
    )


def test_nothing_to_count() -> None:
    assert count_leads(RULES, []).words == "No lead could be read."
    blank = {"name": "", "email": " "}
    assert count_leads(RULES, [blank]).words == "No lead could be read."
    assert count_leads(RULES, [ASKED, blank]).total == 1


def test_columns_nobody_knows_are_said() -> None:
    found = count_leads(RULES, [{"Colour": "red"}])
    assert [finding.code for finding in found.findings] == ["unknown_columns"]


def test_progress_reaches_the_end() -> None:
    told: list[float] = []
    count_leads(RULES, [ASKED] * 250, progress=told.append)
    assert told == [0.4, 0.8, 1.0]


@pytest.mark.parametrize("total", [0, 1, MOST_SCORED, MOST_SCORED + 1, 1_000_000])
def test_a_sample_is_spread_over_the_file(total: int) -> None:
    found = even_sample(total)
    assert len(found) == min(total, MOST_SCORED)
    assert len(set(found)) == len(found)
    assert all(0 <= position < total for position in found)
    if total > MOST_SCORED:
        steps = {later - earlier for earlier, later in pairwise(found)}
        assert max(steps) - min(steps) <= 1


@given(st.lists(st.sampled_from([ASKED, QUIET, PRIVATE]), min_size=1, max_size=230))
def test_the_count_is_that_of_single_leads(rows: list[dict[str, str]]) -> None:
    one_by_one = [score(RULES, read_leads([row]).leads[0]) for row in rows]
    found = count_leads(RULES, rows)
    assert found.qualifying == sum(result.qualifies for result in one_by_one)
    assert found.kept_out == sum(bool(result.disqualified_by) for result in one_by_one)
