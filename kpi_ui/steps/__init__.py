"""The wizard's steps, in order. Each draws its body from the context it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpi_ui.steps import company, dashboards, data, metrics, motion, owners, review, targets
from kpi_ui.steps.context import Context


@dataclass(frozen=True)
class Step:
    """One step: its word in the stepper, the question it answers, and how it is drawn."""

    id: str
    label: str
    title: str
    question: str
    render: Callable[[Context], None]


STEPS = (
    Step(
        "company",
        "Company",
        "Company and business model",
        "Who is the framework for, and what must the year bring?",
        company.render,
    ),
    Step(
        "motion",
        "North star",
        "Motion and north star",
        "How do you win customers, and which one number says it works?",
        motion.render,
    ),
    Step(
        "data",
        "Data",
        "Data infrastructure",
        "Which tools are in place, and what can they measure today?",
        data.render,
    ),
    Step(
        "metrics",
        "Metrics",
        "Full-funnel metrics",
        "Which numbers tell you, stage by stage, that the plan is working?",
        metrics.render,
    ),
    Step(
        "targets",
        "Targets",
        "Baselines and targets",
        "Where are you, what do others report, and what will you commit to?",
        targets.render,
    ),
    Step("owners", "Owners", "Owners", "Who answers for each number?", owners.render),
    Step(
        "dashboards",
        "Dashboards",
        "Dashboards and cadence",
        "Who sees which number, where and how often?",
        dashboards.render,
    ),
    Step(
        "review",
        "Review",
        "Review and finish",
        "Is the framework ready to be signed off?",
        review.render,
    ),
)
STEP_IDS = tuple(step.id for step in STEPS)
