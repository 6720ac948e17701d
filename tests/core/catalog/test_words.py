"""Names of columns compared without case, punctuation and spacing."""

from __future__ import annotations

import pytest

from kpi_core.catalog.words import joined, words


@pytest.mark.parametrize(
    "text",
    ["CreatedDate", "created_date", "Created Date", " created-date: ", "ＣＲＥＡＴＥＤ date"],
)
def test_spellings_of_one_name(text: str) -> None:
    assert words(text) == "created date"


def test_words_keep_other_scripts() -> None:
    assert words("受注日（予定）") == "受注日 予定"
    assert words("Geändert am") == "geändert am"


def test_nothing_is_left_of_punctuation() -> None:
    assert words("(---)") == ""


def test_joined_ignores_spaces() -> None:
    assert joined("E-Mail") == joined("email") == "email"
