"""Scoring checked by hand: points, reasons, disqualifiers, expiry, and what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.loader import Catalog
from kpi_core.models.lead_rules import (
    Action,
    BehaviourCriterion,
    Disqualifier,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.rhythm.leads import Activity, Lead
from kpi_core.rhythm.scoring import bench, disqualifies, score
from kpi_core.rhythm.scoring_check import maximum_score
from kpi_core.rhythm.scoring_words import criterion_words, sentence

SIZE = FitCriterion(id="size", field=FitField.COMPANY_SIZE, minimum=50, maximum=500, points=20)
TITLE = FitCriterion(id="title", field=FitField.JOB_TITLE, any_of=("head", "VP", "部長"), points=15)
REGION = FitCriterion(id="region", field=FitField.REGION, any_of=("Germany", "Japan"), points=10)
JUNIOR = FitCriterion(id="junior", field=FitField.JOB_TITLE, any_of=("intern",), points=-30)
PAGES = BehaviourCriterion(
    id="pages", action=Action.PAGES_VIEWED, at_least=5, within_days=30, points=10
)
DEMO = BehaviourCriterion(id="demo", action=Action.DEMO_REQUEST, points=40)
RULES = LeadRules(
    criteria=(SIZE, TITLE, REGION, JUNIOR, PAGES, DEMO),
    threshold=50,
    disqualifiers=(
        Disqualifier(id="free", kind=DisqualifierKind.FREE_MAIL),
        Disqualifier(
            id="rival", kind=DisqualifierKind.COMPETITOR, values=("Rival Ltd", "rival.io")
        ),
    ),
    expiry_days=90,
)


def lead(**fields: object) -> Lead:
    return Lead(**{"name": "Ada", "email": "ada@firm.com", "company": "Firm", **fields})


def test_points_by_hand() -> None:
    found = score(
        RULES,
        lead(
            company_size=120,
            job_title="Head of Growth",
            region="germany",
            activity={Action.PAGES_VIEWED: (Activity(6, 20),)},
            days_since_activity=3,
        ),
    )
    # 20 size + 15 title + 10 region + 0 junior + 10 pages + 0 demo (not known)
    assert [part.points for part in found.parts] == [20, 15, 10, 0, 10, 0]
    assert found.points == 55
    assert found.qualifies
    assert found.missing == ("demo request",)
    assert found.verdict == "Qualifies with 55 points of the 50 needed."


def test_negative_points_count_and_the_shortfall_is_said() -> None:
    found = score(RULES, lead(company_size=120, job_title="Intern to the VP"))
    assert found.points == 20 + 15 - 30
    assert not found.qualifies
    assert found.verdict == "Does not qualify: 5 points, 45 short of 50."


def test_exactly_at_the_threshold_qualifies_and_one_below_does_not() -> None:
    at = lead(region="Japan", activity={Action.DEMO_REQUEST: (Activity(1),)})
    assert score(RULES, at).points == 50
    assert score(RULES, at).qualifies
    above = LeadRules.model_validate({**dict(RULES), "threshold": 51})
    assert not score(above, at).qualifies


@pytest.mark.parametrize(("size", "points"), [(49, 0), (50, 20), (500, 20), (501, 0), (0, 0)])
def test_a_size_range_includes_both_ends(size: int, points: int) -> None:
    assert score(RULES, lead(company_size=size)).parts[0].points == points


@pytest.mark.parametrize(
    ("title", "points"),
    [
        ("VP Marketing", 15),
        ("vp, marketing", 15),
        ("ＶＰ Marketing", 15),
        ("Headless CMS developer", 0),
        ("MVP builder", 0),
        ("営業部長", 15),
        ("課長", 0),
    ],
)
def test_a_title_holds_a_word_whole_or_without_spaces(title: str, points: int) -> None:
    assert score(RULES, lead(job_title=title)).parts[1].points == points


@pytest.mark.parametrize(
    ("activity", "points", "said"),
    [
        ((Activity(5, 30),), 10, "yes, 5"),
        ((Activity(4, 30),), 0, "no, 4"),
        ((Activity(9, 31),), 0, "no, 9 but in 31 days"),
        ((Activity(4, 10), Activity(6, 28), Activity(20, 200)), 10, "yes, 6"),
        ((Activity(5),), 10, "no dates given, taken as recent"),
    ],
)
def test_behaviour_counts_within_its_days(
    activity: tuple[Activity, ...], points: int, said: str
) -> None:
    part = score(RULES, lead(activity={Action.PAGES_VIEWED: activity})).parts[4]
    assert part.points == points
    assert said in part.reason


def test_expiry_keeps_an_old_lead_out() -> None:
    known = {"region": "Japan", "activity": {Action.DEMO_REQUEST: (Activity(1),)}}
    assert score(RULES, lead(**known, days_since_activity=90)).qualifies
    late = score(RULES, lead(**known, days_since_activity=91))
    assert (late.expired, late.qualifies, late.points) == (True, False, 50)


@pytest.mark.parametrize(
    ("kind", "values", "hit", "passed"),
    [
        ("free_mail", (), {"email": "a@GMAIL.com"}, {"email": "a@gmail.company.com"}),
        ("free_mail", ("post.example",), {"email": "a@mx.post.example"}, {"email": "a@gmail.com"}),
        ("competitor", ("Rival Ltd",), {"company": "rival  ltd"}, {"company": "Rival Ltd Friends"}),
        ("competitor", ("rival.io",), {"email": "x@rival.io"}, {"email": "x@notrival.io"}),
        ("student", (), {"job_title": "PhD student"}, {"job_title": "Head of studentships"}),
        ("student", (), {"email": "a@ox.ac.uk"}, {"email": "a@ox.co.uk"}),
        ("country", ("Norway",), {"country": "norway"}, {"country": "Sweden"}),
        ("country", ("Norway",), {"region": "Norway"}, {}),
        ("job_title", ("intern",), {"job_title": "Sales Intern"}, {"job_title": "Internal sales"}),
        ("flag", ("existing customer",), {"flags": ("Existing_Customer",)}, {"flags": ("new",)}),
    ],
)
def test_a_disqualifier_hits_and_passes(
    kind: str, values: tuple[str, ...], hit: dict[str, object], passed: dict[str, object]
) -> None:
    entry = Disqualifier(id="x", kind=DisqualifierKind(kind), values=values)
    assert disqualifies(entry, lead(**hit))
    assert not disqualifies(entry, lead(**passed))


def test_a_disqualified_lead_does_not_qualify_and_says_why() -> None:
    found = score(RULES, lead(email="a@gmail.com", region="Japan", company_size=60, job_title="VP",
                              activity={Action.DEMO_REQUEST: (Activity(1),)}))  # fmt: skip
    assert found.points == 85
    assert found.disqualified_by == ("free email address",)
    assert not found.qualifies
    assert "free email address" in found.verdict


def test_a_lead_of_whom_nothing_is_known() -> None:
    found = score(RULES, Lead(name="Nobody"))
    assert found.points == 0
    assert not found.qualifies
    assert found.missing == (
        "company size", "job title", "region", "pages viewed", "demo request",
        "email", "company", "days since activity",
    )  # fmt: skip


def test_the_sentence_says_points_threshold_exclusions_and_expiry() -> None:
    said = sentence(RULES, "MQL")
    for part in (
        "counts as MQL from 50 points on",
        "20 points for 50 to 500 employees",
        "10 points for at least 5 pages viewed within 30 days",
        "40 points for one demo request",
        "loses 30 points for job title with intern",
        "free email address or competitor (Rival Ltd or rival.io)",
        "after 90 days without activity",
    ):
        assert part in said
    bare = LeadRules(threshold=1)
    assert sentence(bare) == (
        "A lead counts as lead that qualifies from 1 point on. No criterion brings points yet."
    )


def test_a_bench_counts_who_qualifies() -> None:
    good = lead(region="Japan", activity={Action.DEMO_REQUEST: (Activity(1),)})
    found = bench(RULES, [good, lead(), good])
    assert [one.qualifies for one in found.scored] == [True, False, True]
    assert found.words == "2 of 3 leads qualify"
    assert bench(RULES, [good]).words == "1 of 1 lead qualifies"
    assert bench(RULES, []).words == "0 of 0 leads qualify"


def test_long_lists_are_counted() -> None:
    many = FitCriterion(id="x", field=FitField.INDUSTRY, any_of=tuple("abcdefgh"), points=1)
    assert criterion_words(many) == "industry a, b, c, d, e, f or 2 more"


def test_the_catalogs_rules_let_a_good_lead_in(catalog: Catalog) -> None:
    mql = next(d for d in catalog.agreements["sales_led"].definitions if d.id == "mql")
    assert mql.rules is not None
    asked = lead(activity={Action.DEMO_REQUEST: (Activity(1, 3),)}, days_since_activity=3)
    fits = lead(company_size=300, job_title="Director of IT", days_since_activity=3,
                activity={Action.DOWNLOADS: (Activity(1, 20),)})  # fmt: skip
    reader = lead(activity={Action.PAGES_VIEWED: (Activity(40, 10),)})
    assert [score(mql.rules, entry).points for entry in (asked, fits, reader)] == [50, 50, 10]
    assert [score(mql.rules, entry).qualifies for entry in (asked, fits, reader)] == [
        True, True, False,
    ]  # fmt: skip


WORDS = st.sampled_from(["head", "VP", "intern", "部長", "", "Japan", "saas"])
LEADS = st.builds(
    Lead,
    name=st.just("L"),
    email=st.sampled_from([None, "a@gmail.com", "a@firm.com", "broken", "@"]),
    company_size=st.none() | st.integers(0, 10_000),
    industry=st.none() | WORDS,
    job_title=st.none() | WORDS,
    region=st.none() | WORDS,
    flags=st.lists(WORDS, max_size=2).map(tuple),
    days_since_activity=st.none() | st.integers(0, 400),
    activity=st.dictionaries(
        st.sampled_from(list(Action)),
        st.lists(
            st.builds(Activity, st.integers(0, 20), st.none() | st.integers(0, 100)),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
)
CRITERIA = st.lists(
    st.builds(
        FitCriterion,
        id=st.sampled_from(["a", "b", "c"]),
        field=st.sampled_from(list(FitField)),
        any_of=st.lists(WORDS.filter(bool), max_size=3).map(tuple),
        minimum=st.none() | st.integers(0, 5000),
        maximum=st.none() | st.integers(0, 5000),
        points=st.integers(-50, 50),
    )
    | st.builds(
        BehaviourCriterion,
        id=st.sampled_from(["d", "e"]),
        action=st.sampled_from(list(Action)),
        at_least=st.integers(1, 10),
        within_days=st.none() | st.integers(1, 90),
        points=st.integers(-50, 50),
    ),
    max_size=6,
).map(tuple)


@given(CRITERIA, LEADS, st.integers(0, 100))
def test_a_score_is_the_sum_of_its_parts_and_never_above_the_maximum(
    criteria: tuple[FitCriterion | BehaviourCriterion, ...], entry: Lead, threshold: int
) -> None:
    rules = LeadRules(criteria=criteria, threshold=threshold)
    found = score(rules, entry)
    assert found.points == sum(part.points for part in found.parts)
    assert len(found.parts) == len(criteria)
    assert found.points <= maximum_score(rules)
    assert found.qualifies == (found.points >= threshold)
    assert sentence(rules)
