"""What every document shares."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kpi_core.models.base import (
    BenchmarkId,
    CurrencyCode,
    Document,
    Finding,
    Id,
    LongText,
    Money,
    Name,
    Number,
    PositiveMoney,
    Ratio,
    Sentence,
    Severity,
)


class Sample(Document):
    """A document of one label and one amount."""

    name: Name
    amount: Number = 0


def test_documents_are_frozen() -> None:
    sample = Sample(name="x")
    with pytest.raises(ValidationError, match="frozen"):
        sample.name = "y"  # type: ignore[misc]


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Sample.model_validate({"name": "x", "colour": "red"})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_are_finite(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Sample(name="x", amount=value)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_json_numbers_are_finite(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate_json(f'{{"name": "x", "amount": {text}}}')


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\r", "\x0b"])
@pytest.mark.parametrize("kind", [Name, Sentence, LongText])
def test_control_characters_are_refused_by_name(kind: Any, character: str) -> None:
    with pytest.raises(ValidationError, match=rf"U\+{ord(character):04X}\) at position 2"):
        TypeAdapter(kind).validate_python(f"a{character}b")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python("a\ud800b")


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "<b>", "=1+1", "🚀", "שלום", "a\u200db"])
def test_other_text_is_kept(text: str) -> None:
    assert TypeAdapter(Name).validate_python(text) == text


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Id, ["a", "win_rate", "s3", "x" * 64], ["", "Win", "3s", "_a", "a-b", "a b", "x" * 65]),
        (BenchmarkId, ["win_rate.1"], [".1", "Win.1", "a-1", "x" * 81]),
        (CurrencyCode, ["JPY"], ["jpy", "JP", "JPYY", "¥", "JP1", "JPY\n"]),
        (Ratio, [0, 1, 0.5], [-0.01, 1.01]),
        (Money, [0, 1e15], [-1, 1.1e15]),
        (PositiveMoney, [0.01, 1e15], [0, -1, 1.1e15]),
        (Number, [-1e15, 0, 1e15], [-1.1e15, 1.1e15]),
        (Name, ["x", "x" * 120, "  x  "], ["", "   ", "x" * 121]),
        (Sentence, ["x" * 500], ["", "x" * 501]),
        (LongText, ["x" * 4000], ["", "x" * 4001]),
    ],
)
def test_bounds(kind: Any, good: list[Any], bad: list[Any]) -> None:
    adapter = TypeAdapter(kind)
    for value in good:
        adapter.validate_python(value)
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_names_are_stripped() -> None:
    assert Sample(name="  x ").name == "x"


@given(st.text(min_size=1, max_size=60))
def test_findings_can_say_anything(text: str) -> None:
    # Findings quote what users typed and what files hold, so they must take any text.
    finding = Finding(
        code="any", severity=Severity.ERROR, where=text, message=f"'{text}' is wrong.", fix="Fix."
    )
    assert finding.where
    assert finding.message
    assert Finding.model_validate_json(finding.model_dump_json()) == finding
