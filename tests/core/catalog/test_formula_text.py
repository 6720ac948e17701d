"""Formulas in words."""

from __future__ import annotations

import pytest

from kpi_core.catalog.formula_text import formula_text, formula_words
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Difference, Direct, Formula, Product, Quotient, Total


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (Direct(measure="a"), "A"),
        (Quotient(numerator="a", denominator="b"), "A ÷ B"),
        (Total(addends=("a", "b", "c")), "A + B + C"),
        (Product(factors=("a", "b")), "A × B"),
        (Product(factors=("a", "b"), divisors=("c",)), "A × B ÷ C"),
        (Product(factors=("a",), divisors=("b", "c")), "A ÷ B ÷ C"),
        (Difference(minuend="a", subtrahend="b"), "A − B"),
    ],
)
def test_formula_words(formula: Formula, words: str) -> None:
    assert formula_words(formula, str.upper) == words


def test_formula_uses_the_names_of_the_framework(worked_example: MeasurementFramework) -> None:
    names = {r.id: r.name for r in (*worked_example.measures, *worked_example.metrics)}
    formula = worked_example.metric("win_rate").formula
    assert isinstance(formula, Quotient)
    expected = f"{names[formula.numerator]} ÷ {names[formula.denominator]}"
    assert formula_text(formula, worked_example) == expected


def test_an_unknown_id_is_shown_in_words(worked_example: MeasurementFramework) -> None:
    assert formula_text(Direct(measure="cards_collected"), worked_example) == "cards collected"


def test_every_formula_of_a_framework_has_names(framework: MeasurementFramework) -> None:
    known = {record.id for record in (*framework.metrics, *framework.measures)}
    for metric in framework.metrics:
        formula = formula_text(metric.formula, framework)
        assert formula
        assert not any(f"{key} " in f"{formula} " for key in known if "_" in key), metric.id
