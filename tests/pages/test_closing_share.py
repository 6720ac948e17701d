"""The share of the distance to close: one for all KPIs, and one of a KPI's own."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def page(app: Any) -> Any:
    app.sample("manufacturer_jpy").open("benchmarks")
    return app.send("bench.ranges", "select", "website_sessions")


def slide(page: Any, key: str, value: int) -> None:
    page.at.slider(key=key).set_value(value)
    page.run()


def target(page: Any, metric_id: str) -> float:
    (kpi,) = [k for k in page.framework()["kpis"] if k["metric_id"] == metric_id]
    return float(kpi["target"]["value"])


def test_the_overall_share_moves_every_kpi_without_its_own(page: Any) -> None:
    # sessions 54,000 -> 66,750: 60% of 12,750 is 7,650; MQLs 216 -> 267: 60% of 51 is 30.6, up to 247
    assert (target(page, "website_sessions"), target(page, "mql_count")) == (61650, 247)
    slide(page, "field.bench.share", 100)
    assert (target(page, "website_sessions"), target(page, "mql_count")) == (66750, 267)


def test_a_share_of_its_own_stays_until_given_up(page: Any) -> None:
    slide(page, "field.bench.share.website_sessions", 20)  # 54,000 + 20% of 12,750
    slide(page, "field.bench.share", 100)
    assert (target(page, "website_sessions"), target(page, "mql_count")) == (56550, 267)
    page.at.button(key="bench.share.same").click()
    page.run()
    assert target(page, "website_sessions") == 66750
