"""Random answers, valid by construction, for properties."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.catalog.loader import Catalog
from kpi_core.formats import currencies
from kpi_core.models.base import Layer, Motion, Role, Segment, Stage, Unit
from kpi_core.models.metric import MetricDefinition

NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co")),
    min_size=1,
    max_size=90,
)
"""Labels in any script, without the spaces and control characters that reading tidies away."""

MONEY = st.one_of(
    st.integers(1, 10**12),
    st.integers(1, 10**14).map(lambda cents: cents / 100),
    st.sampled_from(["5m", "1,234.5", "1.234,5", "5 000 000", "250k", "1bn"]),
)
PERCENT = st.one_of(
    st.integers(1, 100),
    st.integers(1, 10_000).map(lambda n: n / 100),
    st.sampled_from(["25%", "2,5"]),
)


def _optional(values: dict[str, SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


def _company(catalog: Catalog) -> SearchStrategy[dict[str, Any]]:
    return _optional(
        {
            "name": NAMES,
            "business_model": st.sampled_from(list(catalog.business_models)),
            "industry": st.sampled_from(list(catalog.industries)),
            "region": st.sampled_from(list(catalog.regions)),
            "currency": st.sampled_from(currencies()),
            "fiscal_year_start_month": st.integers(1, 12),
            "segment": st.sampled_from([segment.value for segment in Segment]),
            "maturity": st.sampled_from(list(catalog.maturity)),
            "average_deal_size": MONEY,
            "sales_cycle_days": st.integers(1, 1825),
            "revenue_target": MONEY,
            "start_arr": MONEY,
            "net_revenue_retention": st.integers(0, 5_000).map(lambda n: n / 10),
            "marketing_sourced_share": PERCENT,
        }
    )


def _data(catalog: Catalog) -> SearchStrategy[dict[str, Any]]:
    category = st.sampled_from(list(catalog.tools))
    products = st.lists(NAMES, max_size=3, unique=True)
    return _optional({"tools": st.dictionaries(category, products), "notes": NAMES})


@pytest.fixture(scope="session")
def profile_answers(catalog: Catalog) -> SearchStrategy[dict[str, Any]]:
    """Answers to steps 1 to 3: any company, motion and set of tools; the rest is suggested."""
    return _optional(
        {
            "company": _company(catalog),
            "motion": st.sampled_from([motion.value for motion in Motion]),
            "north_star": st.sampled_from(
                [record.metric_id for record in catalog.candidates.values() if not record.refused]
            ),
            "data": _data(catalog),
        }
    )


def _value(metric: MetricDefinition) -> SearchStrategy[Any]:
    if metric.unit is Unit.RATIO:
        most = 10_000 if metric.maximum is None else int(metric.maximum * 10_000)
        return st.integers(max(int(metric.minimum * 10_000), 0), most).map(lambda n: n / 100)
    return st.integers(0, 10**9) | st.integers(0, 10**6).map(lambda n: n / 100)


def _benchmarks(metric: MetricDefinition, catalog: Catalog) -> SearchStrategy[str]:
    # Money is left out: which figures fit depends on the company's currency.
    fitting = [
        figure.id
        for figure in catalog.benchmarks
        if figure.metric_id == metric.id
        and figure.unit == metric.unit != Unit.MONEY
        and figure.statistic != "example"
    ]
    return st.sampled_from(["", *fitting])


def _kpi(metric: MetricDefinition, catalog: Catalog) -> SearchStrategy[dict[str, Any]]:
    roles = ["", *catalog.roles]
    return _optional(
        {
            "baseline": _value(metric),
            "baseline_period": NAMES,
            "target": _value(metric),
            "benchmark": _benchmarks(metric, catalog),
            "owner_role": st.sampled_from(roles),
            "owner_person": NAMES,
            "steward_role": st.sampled_from(roles),
            "cadence": st.sampled_from(["daily", "weekly", "monthly", "quarterly"]),
            "layers": st.lists(st.sampled_from([layer.value for layer in Layer]), unique=True),
        }
    )


@st.composite
def _stages(draw: st.DrawFn, catalog: Catalog) -> dict[str, Any]:
    """Some stages answered, no metric on two of them."""
    stages: dict[str, Any] = {}
    for stage in Stage:
        on_stage = [m for m in catalog.metrics.values() if m.stage is stage]
        primaries = [m.id for m in on_stage if Role.PRIMARY in m.roles]
        if draw(st.booleans()):
            primary = draw(st.sampled_from(primaries))
            others = st.sampled_from([m.id for m in on_stage if m.id != primary])
            supporting = draw(st.lists(others, max_size=5, unique=True))
            stages[stage.value] = {"primary": primary, "supporting": supporting}
    return stages


@st.composite
def _whole(draw: st.DrawFn, start: SearchStrategy[dict[str, Any]], catalog: Catalog) -> Any:
    metric_ids = st.sampled_from(list(catalog.metrics))
    rates = [metric.id for metric in catalog.metrics.values() if metric.funnel_rate]
    edited = draw(st.lists(metric_ids, max_size=6, unique=True))
    review = _optional(
        {
            "held": st.booleans(),
            "duration_minutes": st.integers(5, 480),
            "attendees": st.lists(st.sampled_from(list(catalog.roles)), unique=True),
        }
    )
    definition = _optional({"name": NAMES, "definition": NAMES})
    return {
        **draw(start),
        **draw(_optional({"framework_name": NAMES})),
        "stages": draw(_stages(catalog)),
        "definitions": draw(st.dictionaries(metric_ids, definition, max_size=3)),
        "rates": draw(st.dictionaries(st.sampled_from(rates), PERCENT, max_size=4)),
        "kpis": {key: draw(_kpi(catalog.metrics[key], catalog)) for key in edited},
        "channels": draw(st.lists(st.sampled_from(list(catalog.channels)), unique=True)),
        "reviews": draw(
            st.dictionaries(st.sampled_from(["weekly", "monthly", "quarterly"]), review)
        ),
    }


@pytest.fixture(scope="session")
def valid_answers(
    profile_answers: SearchStrategy[dict[str, Any]], catalog: Catalog
) -> SearchStrategy[dict[str, Any]]:
    """Answers to every step of the wizard."""
    return _whole(profile_answers, catalog)


@pytest.fixture(scope="session")
def json_values() -> SearchStrategy[Any]:
    """Anything a JSON parser can return, in the keys of an answers file and in others."""
    keys = st.sampled_from(
        [
            "company",
            "name",
            "currency",
            "average_deal_size",
            "motion",
            "north_star",
            "data",
            "tools",
            "notes",
            "stages",
            "primary",
            "supporting",
            "awareness",
            "definitions",
            "definition",
            "rates",
            "win_rate",
            "kpis",
            "baseline",
            "target",
            "layers",
            "channels",
            "reviews",
            "weekly",
            "held",
            "attendees",
            "crm",
            "framework_name",
            "scenarios",
        ]
    )
    text = st.text(max_size=12) | st.sampled_from(
        ["", " ", "\x00", "\ud800", "‮", "1e999", "--5", "9" * 61, "win_rate", "usd"]
    )
    numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400)])
    leaves = st.none() | st.booleans() | numbers | text
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | text, inner, max_size=4),
        max_leaves=20,
    )
