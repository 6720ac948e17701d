"""Taking turns."""

from __future__ import annotations

import threading

import pytest

from kpi_ui import turns

LONG = 30.0  # seconds, only reached when something is wrong
SOON = 0.05
"""Were another run let in, this would be time enough."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up waiting."""
    monkeypatch.setattr(turns, "PATIENCE", LONG)


def passes(limit: float) -> bool:
    """Whether another run gets its turn within `limit` seconds."""
    inside = threading.Event()

    def other() -> None:
        with turns.turn():
            inside.set()

    threading.Thread(target=other, daemon=True).start()
    return inside.wait(limit)


def test_another_run_waits_for_the_first() -> None:
    with turns.turn():
        assert not passes(SOON)
    assert passes(LONG)


def test_a_long_run_holds_nobody_up_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    with turns.turn():
        monkeypatch.setattr(turns, "PATIENCE", 0.01)
        assert passes(LONG)
        monkeypatch.setattr(turns, "PATIENCE", LONG)
        assert not passes(SOON), "who gave up waiting gave nothing back"
    assert passes(LONG)


def test_a_run_that_breaks_off_gives_its_turn_back() -> None:
    with pytest.raises(KeyError), turns.turn(), turns.turn():
        raise KeyError("stopped")
    assert passes(LONG)


def test_a_turn_inside_a_turn_is_the_same_one() -> None:
    with turns.turn():
        with turns.turn():
            pass
        assert not passes(SOON), "leaving the inner one does not end it"
    assert passes(LONG)


def test_long_work_lets_others_go_first() -> None:
    with turns.turn():
        with turns.aside():
            assert passes(LONG)
        assert not passes(SOON), "afterwards it is this run's turn again"
    with turns.aside():
        assert passes(LONG)
    assert passes(LONG)
