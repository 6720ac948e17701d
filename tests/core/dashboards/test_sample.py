"""Sample data: seeded, complete, adding up, and unbothered by the strangest plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.measures import Aggregated
from kpi_core.catalog.loader import Catalog
from kpi_core.dashboards.channel import channel_names, channel_tab
from kpi_core.dashboards.executive import executive
from kpi_core.dashboards.operational import operational
from kpi_core.dashboards.sample import DAYS, sample_actuals, sample_events, sample_key
from kpi_core.dashboards.sample_leads import MOST_LEADS, sample_leads, scaled
from kpi_core.dashboards.view import View, open_figures
from kpi_core.models.actuals import AttributionModel, Grain
from kpi_core.models.base import Aggregation
from kpi_core.models.framework import MeasurementFramework

DAY = date(2026, 5, 15)
Changed = Callable[..., MeasurementFramework]
_made: dict[str, View] = {}


def made(framework: MeasurementFramework, as_of: date = DAY) -> Aggregated:
    return sample_actuals(framework, as_of, sample_events(framework, as_of))


def look(framework: MeasurementFramework, as_of: date = DAY) -> View:
    found = made(framework, as_of)
    figures = open_figures(found.facts, framework, as_of)
    period = period_of(as_of, Grain.QUARTER, framework.company.fiscal_year_start_month)
    return View(framework, figures, period, credits=found.credits, cohorts=found.cohorts)


@pytest.fixture
def view(framework: MeasurementFramework) -> View:
    """The sample of each sample company; made once."""
    name = framework.company.name
    if name not in _made:
        _made[name] = look(framework)
    return _made[name]


def drawn(framework: MeasurementFramework) -> Any:
    first = DAY - timedelta(days=DAYS)
    return sample_leads(framework, first, DAY, np.random.default_rng(1))


# ---- the sample companies ----


def test_every_kpi_has_a_value_in_the_running_quarter(view: View) -> None:
    figures = view.figures
    unknown = {
        kpi.metric_id: note
        for kpi in view.framework.kpis
        if (reading := figures.read(kpi.metric_id, view.period)).value is None
        and (note := reading.note or "no note")
    }
    assert unknown == {}
    assert figures.left_out == 0
    assert figures.last_day == DAY


def test_every_layer_has_something_to_show(view: View) -> None:
    top, middle = executive(view), operational(view)
    assert top.sources
    assert top.quarters
    assert len(top.quarters.columns) == 4
    assert top.star.points[-1].expected == pytest.approx(top.star.tile.target)
    assert {row.volume.value is None for row in middle.funnel} == {False}
    assert middle.performance
    assert middle.campaigns
    assert max(map(middle.campaigns.value, middle.campaigns.rows)) > 0
    assert middle.cohorts
    for channel in channel_names(view):
        tab = channel_tab(view, channel)
        assert tab.weeks
        assert tab.metrics


def test_channels_add_up_to_the_whole(view: View) -> None:
    compared = 0
    for metric in view.framework.metrics:
        whole = view.figures.read(metric.id, view.period).value
        parts = [
            r.value for r in view.figures.by_channel(metric.id, view.period).values() if r.value
        ]
        if metric.over_time is Aggregation.SUM and metric.over_lanes is Aggregation.SUM and parts:
            assert sum(parts) == pytest.approx(whole), metric.id
            compared += 1
    assert compared >= 5


def test_every_model_shares_the_same_whole(view: View) -> None:
    assert view.credits is not None
    models = view.credits[view.credits["model"].isin([m.value for m in AttributionModel])]
    sums = models.groupby(["what", "model"])["value"].sum().unstack()
    assert len(sums.columns) == len(AttributionModel)
    for _what, row in sums.iterrows():
        assert row.to_numpy() == pytest.approx(row.iloc[0])


def test_nothing_happens_after_the_day(view: View) -> None:
    figures = view.figures
    tomorrow = period_of(DAY + timedelta(days=1), Grain.DAY)
    assert all(figures.read(k.metric_id, tomorrow).value is None for k in view.framework.kpis)
    assert view.cohorts is not None
    assert view.cohorts["month"].max() <= pd.Timestamp(DAY)


def test_the_funnel_is_near_the_plan(view: View) -> None:
    """The last twelve months reach 84% to 95% of the plan's leads, give or take chance."""
    plan = view.framework.funnel_plan
    leads = plan.steps[1].metric_id
    assert leads
    year = period_of(date(2025, 5, 15), Grain.YEAR, view.fiscal_start)
    measured = view.figures.read(leads, year).value
    target = next(
        row.target for row in operational(View(view.framework, view.figures, year)).funnel
        if row.step_id == plan.steps[1].id
    )  # fmt: skip
    assert measured
    kpi = view.kpi(leads)
    if target and not (kpi and kpi.target):
        assert 0.8 < measured / target < 1.0


# ---- seeded ----


def test_the_same_framework_gives_the_same_figures(worked_example: MeasurementFramework) -> None:
    one, two = made(worked_example), made(worked_example)
    for name in ("facts", "cohorts", "credits"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_another_name_or_seed_gives_others(
    worked_example: MeasurementFramework, changed: Changed
) -> None:
    renamed = changed(worked_example, company={"name": "Another"})
    facts = [
        sample_events(worked_example, DAY).found.facts,
        sample_events(renamed, DAY).found.facts,
        sample_events(worked_example, DAY, seed=2).found.facts,
    ]
    assert not facts[0].equals(facts[1])
    assert not facts[0].equals(facts[2])
    assert sample_key(worked_example) != sample_key(renamed)


def test_leads_do_not_depend_on_targets(
    worked_example: MeasurementFramework, changed: Changed
) -> None:
    """So that the key, by which drawn leads are kept, may leave targets of other KPIs out."""
    kpis = [{**k.model_dump(mode="json"), "owner_person": "Somebody"} for k in worked_example.kpis]
    edited = changed(worked_example, kpis=kpis)
    assert sample_key(edited) == sample_key(worked_example)
    one, two = drawn(worked_example), drawn(edited)
    assert one.canonical.leads.equals(two.canonical.leads)


# ---- each drawn lead stands for several ----


def test_scaled_leaves_what_is_measured_alone() -> None:
    facts = pd.DataFrame(
        {
            "kind": ["flow", "observation", "change", "level"],
            "value": [2.0, 5.0, -1.0, 0.5],
            "n": [2, 3, 1, 0],
        }
    )
    cohorts = pd.DataFrame({"n": [4], "value": [10.0], "lag": [2]})
    credits = pd.DataFrame({"value": [7.0]})
    found = scaled(Aggregated(facts, cohorts, credits), 3)
    # a level of drawn leads would be a count too; observations are hours and days
    assert found.facts["value"].tolist()[:3] == [6, 5, -3]
    assert found.facts["n"].tolist() == [6, 9, 3, 0]
    assert found.cohorts.to_dict("list") == {"n": [12], "value": [30.0], "lag": [2]}
    assert found.credits["value"].tolist() == [21]
    assert facts["value"].tolist() == [2, 5, -1, 0.5], "the original is left alone"


def test_medians_survive_scaling(worked_example: MeasurementFramework) -> None:
    events = sample_events(worked_example, DAY).found
    year = period_of(date(2025, 6, 1), Grain.YEAR, 4)
    before = open_figures(events.facts, worked_example, DAY)
    after = open_figures(scaled(events, 7).facts, worked_example, DAY)
    hours = before.read("hours_to_first_response", year)
    assert hours.value
    assert after.read("hours_to_first_response", year).value == hours.value
    leads = before.read("new_leads", year).value
    assert leads
    assert after.read("new_leads", year).value == 7 * leads
    rate = before.read("lead_to_mql_rate", year).value
    assert after.read("lead_to_mql_rate", year).value == pytest.approx(rate)


# ---- plans of every size and shape ----


def own_chain(
    framework: MeasurementFramework, changed: Changed, steps: int, rate: float, **plan: Any
) -> MeasurementFramework:
    """A plan of the user's own steps, which no metric counts."""
    rates = framework.model_dump(mode="json")["funnel_plan"]["rates"]
    own = {**rates[0], "value": rate, "basis": "assumption", "benchmark_id": None}
    chain = [{"id": f"own_{n}", "name": f"Own {n}"} for n in range(steps)]
    return changed(
        framework,
        funnel_plan={
            "steps": chain,
            "rates": [{**own, "metric_id": rates[n % len(rates)]["metric_id"]} for n in range(steps - 1)],
            **plan,
        },
    )  # fmt: skip


PLANS: dict[str, dict[str, Any]] = {
    "huge": {"revenue_target": 1e15, "marketing_revenue": 1e15},
    "huge with tiny deals": {"marketing_revenue": 2e15, "average_deal_size": 0.01},
    "exact": {"rounding": "exact"},
    "next to nothing": {"marketing_revenue": 0.01, "rounding": "exact"},
    "nothing": {"marketing_revenue": 0},
    "one deal": {"marketing_revenue": 5_000_000},
}

SMALL = ("nothing", "next to nothing", "one deal")


def all_drawn(framework: MeasurementFramework) -> View:
    """Every layer, drawn once for its sample."""
    view = look(framework)
    executive(view)
    operational(view)
    for channel in channel_names(view):
        channel_tab(view, channel)
    return view


@pytest.mark.parametrize("plan", PLANS)
def test_plans_of_every_size(
    worked_example: MeasurementFramework, changed: Changed, plan: str
) -> None:
    framework = changed(worked_example, funnel_plan=PLANS[plan])
    view = all_drawn(framework)
    readings = [view.figures.read(kpi.metric_id, view.period) for kpi in framework.kpis]
    notes = [r.note or "" for r in readings if r.value is None]
    assert all(" is 0 in " in note for note in notes), "only rates of nothing are not known"
    assert not notes or plan in SMALL
    leads = drawn(framework).canonical.leads
    assert leads is None or leads.num_rows < MOST_LEADS * 1.05
    assert (leads is None) == (plan in SMALL[:2])


@pytest.mark.parametrize(("steps", "rate"), [(2, 0.25), (2, 1e-6), (3, 1), (10, 0.6), (10, 1e-6)])
def test_chains_of_own_steps(
    worked_example: MeasurementFramework, changed: Changed, steps: int, rate: float
) -> None:
    framework = own_chain(worked_example, changed, steps, rate)
    view = all_drawn(framework)
    assert all(
        view.figures.read(k.metric_id, view.period).value is not None for k in framework.kpis
    )


def test_two_steps_that_metrics_count(
    worked_example: MeasurementFramework, changed: Changed
) -> None:
    """Sessions straight to deals: 20 deals a year at 1%."""
    plan = worked_example.model_dump(mode="json")["funnel_plan"]
    ends = {
        "steps": [plan["steps"][0], plan["steps"][-1]],
        "rates": [{**plan["rates"][0], "value": 0.01}],
    }
    view = all_drawn(changed(worked_example, funnel_plan=ends))
    year = period_of(date(2025, 6, 1), Grain.YEAR, 4)
    deals = view.figures.read("closed_won_deals", year).value
    assert deals
    assert 8 <= deals <= 32  # Poisson around 18
    sessions = view.figures.read("website_sessions", year).value
    assert sessions
    assert sessions / deals == pytest.approx(100, rel=0.1)


def test_without_channels_the_sample_has_one(
    worked_example: MeasurementFramework, changed: Changed
) -> None:
    framework = changed(worked_example, dashboards={"channels": []})
    view = all_drawn(framework)
    assert channel_names(view) == {}
    assert view.figures.read("new_leads", view.period).value


@settings(max_examples=15)
@given(
    steps=st.integers(2, 10),
    rate=st.floats(1e-6, 1),
    revenue=st.floats(0, 2e15),
    size=st.floats(0.01, 1e15),
    whole=st.booleans(),
)
def test_never_more_leads_than_can_be_drawn(
    catalog: Catalog, build: Any, changed: Changed, steps: int, rate: float, revenue: float,
    size: float, whole: bool,
) -> None:  # fmt: skip
    framework = own_chain(
        build(catalog.samples["manufacturer_jpy"].answers),
        changed,
        steps,
        rate,
        marketing_revenue=revenue,
        average_deal_size=size,
        rounding="whole" if whole else "exact",
    )
    found = drawn(framework)
    leads = found.canonical.leads
    assert (0 if leads is None else leads.num_rows) < MOST_LEADS * 1.05
    assert found.weight >= 1
    assert (found.volumes["value"] >= 0).all()
