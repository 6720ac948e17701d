"""Wizard steps 4 to 7: metrics, targets, owners, dashboards and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi_core.benchmarks.match import fits_unit
from kpi_core.framework.answers import Answers, KpiAnswers, ReviewAnswers, StageAnswers, Typed
from kpi_core.framework.interpret_history import metric_bounds as metric_bounds
from kpi_core.framework.interpret_history import read_history
from kpi_core.framework.reading import Bounds, Reader
from kpi_core.framework.selection import KpiEdit, ReviewEdit
from kpi_core.framework.suggest import ChosenMetric, reason_for, suggest_kpis
from kpi_core.models.base import SMALLEST_RATE, Cadence, Layer, Motion, Stage, Unit
from kpi_core.models.benchmark import Statistic
from kpi_core.models.metric import MetricDefinition

NOTE_LIMIT = 500
REVIEW_CADENCES = (Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY)


def read_stages(
    answers: Answers, motion: Motion, north_star: str, in_place: frozenset[str], reader: Reader
) -> tuple[ChosenMetric, ...]:
    """The metrics of the four stages; suggestions where a stage was not answered."""
    for key in reader.ids("stages", answers.stages, list(Stage), (), "metrics"):
        ids = [answers.stages[key].primary, *answers.stages[key].supporting]
        for metric_id in ids:
            if metric_id:
                reader.known_metric(f"stages.{metric_id}", metric_id, "metrics")
    suggested = suggest_kpis(motion, north_star, in_place, reader.catalog)
    taken: set[str] = set()
    chosen: list[ChosenMetric] = []
    for answered_first in (True, False):
        for stage in Stage:
            answer = answers.stages.get(stage)
            if (answer is not None) is answered_first:
                picked = _stage(stage, answer, motion, reader) if answer else suggested[stage]
                if answer:
                    _refuse_taken(stage, picked, taken, reader)
                picked = tuple(
                    _with_reason(metric, motion, north_star, reader) for metric in picked
                )
                fresh = [metric for metric in picked if metric.metric_id not in taken]
                chosen += fresh
                taken |= {metric.metric_id for metric in fresh}
    order = list(Stage)
    return tuple(sorted(chosen, key=lambda metric: order.index(metric.stage)))


def _refuse_taken(
    stage: Stage, picked: tuple[ChosenMetric, ...], taken: set[str], reader: Reader
) -> None:
    for metric in picked:
        if metric.metric_id in taken:
            reader.problem(
                f"stages.{stage.value}.{metric.metric_id}",
                "metrics",
                f"'{metric.metric_id}' is on an earlier stage already.",
                "Keep it on one stage.",
            )


def _with_reason(
    metric: ChosenMetric, motion: Motion, north_star: str, reader: Reader
) -> ChosenMetric:
    """The north star leads its stage because it is the north star, unless the motion suggests it there."""
    usual = reader.catalog.suggestion(motion, metric.stage).primary.metric_id
    if metric.role == "primary" and metric.metric_id == north_star != usual:
        return replace(metric, reason="Your north star.")
    return metric


def _stage(
    stage: Stage, answer: StageAnswers, motion: Motion, reader: Reader
) -> tuple[ChosenMetric, ...]:
    known = reader.catalog.metrics
    supporting = [i for i in dict.fromkeys(answer.supporting) if i in known and i != answer.primary]
    primary = [answer.primary] if answer.primary in known else []
    return tuple(
        ChosenMetric(
            metric_id,
            stage,
            "primary" if metric_id in primary else "supporting",
            reason_for(metric_id, motion, stage, reader.catalog),
        )
        for metric_id in (*primary, *supporting)
    )


def read_rates(rates: Mapping[str, Typed], reader: Reader) -> dict[str, float]:
    """Own funnel rates as ratios, above 0 and at most 1."""
    read: dict[str, float] = {}
    for metric_id, value in rates.items():
        path = f"rates.{metric_id}"
        if not reader.known_metric(path, metric_id, "targets"):
            continue
        if reader.catalog.metrics[metric_id].funnel_rate is None:
            reader.problem(path, "targets", "This is not a rate of the funnel.", "Remove it.")
            continue
        bounds = Bounds(minimum=SMALLEST_RATE, maximum=1)
        rate = reader.number(path, value, Unit.RATIO, "USD", bounds, "targets")
        if rate is not None:
            read[metric_id] = rate
    return read


def read_kpi_edits(
    kpis: Mapping[str, KpiAnswers], currency: str, reader: Reader
) -> dict[str, KpiEdit]:
    """What the user said about each metric."""
    return {
        metric_id: _kpi_edit(metric_id, answer, currency, reader)
        for metric_id, answer in kpis.items()
        if reader.known_metric(f"kpis.{metric_id}", metric_id, "targets")
    }


def _kpi_edit(metric_id: str, answer: KpiAnswers, currency: str, reader: Reader) -> KpiEdit:
    metric = reader.catalog.metrics[metric_id]
    path = f"kpis.{metric_id}"

    def role(key: str, value: str | None) -> str | None:
        if not value:
            return value
        return reader.choice(f"{path}.{key}", value, reader.catalog.roles, "", "owners") or None

    cadence = answer.cadence and reader.choice(
        f"{path}.cadence", answer.cadence, list(Cadence), metric.cadence, "dashboards"
    )
    return KpiEdit(
        baseline=read_history(metric, answer, currency, reader),
        target=reader.number(
            f"{path}.target",
            answer.target,
            metric.unit,
            currency,
            metric_bounds(metric),
            "targets",
        ),
        target_note=_note(f"{path}.target_note", answer.target_note, reader),
        closing_share=reader.number(
            f"{path}.closing_share",
            answer.closing_share,
            Unit.RATIO,
            currency,
            Bounds(minimum=0, maximum=1),
            "targets",
        ),
        benchmark=_benchmark(f"{path}.benchmark", answer.benchmark, metric, currency, reader),
        owner_role=role("owner_role", answer.owner_role),
        owner_person=reader.name(
            f"{path}.owner_person", answer.owner_person or None, None, "owners"
        ),
        steward_role=role("steward_role", answer.steward_role),
        cadence=Cadence(cadence) if cadence else None,
        layers=_layers(f"{path}.layers", answer.layers, reader),
    )


def _note(path: str, value: str | None, reader: Reader) -> str | None:
    """Why this target; a finding when it is longer than 500 characters or cannot be shown."""
    text = reader.long_text(path, value.strip() or None, "targets") if value else None
    if text and len(text) > NOTE_LIMIT:
        message = f"This has {len(text):,} characters; {NOTE_LIMIT} is the limit."
        reader.problem(path, "targets", message, "Shorten it.")
        return None
    return text


def _layers(path: str, values: list[str] | None, reader: Reader) -> tuple[Layer, ...] | None:
    if values is None:
        return None
    chosen = reader.ids(path, values, list(Layer), (), "dashboards")
    return tuple(layer for layer in Layer if layer in chosen)


def _benchmark(
    path: str, value: str | None, metric: MetricDefinition, currency: str, reader: Reader
) -> str | None:
    if not value:
        return value
    known = [
        figure.id
        for figure in reader.catalog.benchmarks
        if figure.metric_id == metric.id
        and figure.statistic is not Statistic.EXAMPLE
        and fits_unit(figure, metric.unit, currency)
    ]
    return reader.choice(path, value, known, "", "targets") or None


def read_reviews(answers: Mapping[str, ReviewAnswers], reader: Reader) -> dict[Cadence, ReviewEdit]:
    """Changes to the standing reviews."""
    read: dict[Cadence, ReviewEdit] = {}
    for key in reader.ids("reviews", answers, list(REVIEW_CADENCES), (), "dashboards"):
        answer, path = answers[key], f"reviews.{key}"
        minutes = answer.duration_minutes
        if minutes is not None and not 5 <= minutes <= 480:
            reader.problem(
                f"{path}.duration_minutes",
                "dashboards",
                f"{minutes} minutes is not possible.",
                "Use 5 to 480.",
            )
            minutes = None
        attendees = answer.attendees
        read[Cadence(key)] = ReviewEdit(
            held=answer.held,
            duration_minutes=minutes,
            attendees=None
            if attendees is None
            else reader.ids(f"{path}.attendees", attendees, reader.catalog.roles, (), "dashboards"),
        )
    return read
