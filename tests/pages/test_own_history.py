"""Values by period on the benchmarks page: typed, drawn, refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "field.kpis.win_rate.series"


@pytest.fixture
def page(app: Any) -> Any:
    app.sample("manufacturer_jpy").open("benchmarks")
    return app.send("bench.ranges", "select", "win_rate")


def typed(page: Any, text: str) -> Any:
    page.at.text_area(key=KEY).set_value(text)
    return page.run()


def series(page: Any) -> list[tuple[str, float]]:
    (kpi,) = [k for k in page.framework()["kpis"] if k["metric_id"] == "win_rate"]
    return [(point["period"], point["value"]) for point in kpi["baseline"]["series"]]


def test_periods_are_kept_and_drawn(page: Any) -> None:
    assert not page.at.get("plotly_chart")
    typed(page, "2025-Q1 20\n2025-Q2 22,5\n\n2025-Q3 24%")
    assert series(page) == [("2025-01-01", 0.2), ("2025-04-01", 0.225), ("2025-07-01", 0.24)]
    assert len(page.at.get("plotly_chart")) == 1
    assert "Trend: improving" in page.words()  # 24.0% after 22.5% is 6.7% more, above the flat 5%


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2025-01 abc", "not a number"),
        ("yesterday 20", "not a period"),
        ("2025-01", "not a number"),
        ("2025-01 120", "not possible"),
        ("2025-01 20\n2025-Q1 21", "another period"),
    ],
)
def test_what_cannot_be_read_stays_with_the_reason(page: Any, text: str, reason: str) -> None:
    typed(page, text)
    assert reason in page.words()
    assert page.at.text_area(key=KEY).value.split()[0] == text.split()[0]


def test_emptied_it_is_gone(page: Any) -> None:
    typed(page, "2025-01 20\n2025-02 21")
    typed(page, "")
    assert series(page) == []


def test_counts_that_were_not_typed_say_so(page: Any) -> None:
    assert "These counts follow from your own volumes" in page.words()
    page.at.text_input(key="field.kpis.win_rate.counts").set_value("16 of 64")
    page.run()
    assert "16 of 64" in page.words()
    assert "These counts follow" not in page.words()
