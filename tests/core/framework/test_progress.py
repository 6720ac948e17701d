"""Completeness, with its parts."""

from __future__ import annotations

from kpi_core.framework.progress import Completeness, Part, completeness
from kpi_core.models.framework import MeasurementFramework


def test_parts_of_the_worked_example(worked_example: MeasurementFramework) -> None:
    parts = {part.id: part for part in completeness(worked_example).parts}
    assert list(parts) == ["owner", "target", "history", "measurable"]
    assert {part.total for part in parts.values()} == {len(worked_example.kpis)}
    assert parts["owner"].done == len(worked_example.kpis)
    with_baseline = [kpi for kpi in worked_example.kpis if kpi.baseline]
    assert parts["history"].done == len(with_baseline) > 0


def test_share_and_next_part() -> None:
    # 4 + 1 + 2 of 12: 7/12; the second part has three left
    progress = Completeness(
        (
            Part("owner", "have an owner", 4, 4, "owners"),
            Part("target", "have a target", 1, 4, "targets"),
            Part("data", "can be measured", 2, 4, "data"),
        )
    )
    assert progress.share == 7 / 12
    assert progress.next_part is progress.parts[1]


def test_all_done() -> None:
    progress = Completeness((Part("owner", "have an owner", 4, 4, "owners"),))
    assert (progress.share, progress.next_part) == (1, None)


def test_nothing_to_do() -> None:
    assert Completeness(()).share == 0


def test_samples_are_mostly_complete(framework: MeasurementFramework) -> None:
    assert 0.5 < completeness(framework).share <= 1
