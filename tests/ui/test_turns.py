"""Taking turns."""

from __future__ import annotations

import threading

import pytest

from kpi_ui import turns

LONG = 30.0  # seconds, only reached when something is wrong


def test_a_second_run_waits_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with turns.turn():
            order.append("second")

    with turns.turn():
        other = threading.Thread(target=second)
        other.start()
        assert started.wait(LONG)
        other.join(0.05)  # were it let in, this would be time enough
        order.append("first")
    other.join(LONG)
    assert order == ["first", "second"]


def test_a_long_run_holds_nobody_up_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    passed = threading.Event()

    def second() -> None:
        with turns.turn():
            passed.set()

    with turns.turn():
        other = threading.Thread(target=second)
        other.start()
        assert passed.wait(LONG)
    other.join(LONG)
    test_a_second_run_waits_for_the_first(monkeypatch)  # it gave back nothing it did not have


def test_a_run_that_breaks_off_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    with pytest.raises(KeyError), turns.turn(), turns.turn():
        raise KeyError("stopped")
    passed = threading.Event()

    def other() -> None:
        with turns.turn():
            passed.set()

    thread = threading.Thread(target=other)
    thread.start()
    assert passed.wait(LONG)
    thread.join(LONG)


def test_a_turn_inside_a_turn_is_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    with turns.turn():
        with turns.turn():
            pass
        assert not passes(0.05), "leaving the inner one does not end it"
    assert passes(LONG)


def test_long_work_lets_others_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", LONG)
    with turns.turn():
        with turns.aside():
            assert passes(LONG)
        assert not passes(0.05), "afterwards it is this run's turn again"
    with turns.aside():
        assert passes(LONG)
    assert passes(LONG)


def passes(limit: float) -> bool:
    """Whether another run gets its turn within `limit` seconds."""
    inside = threading.Event()

    def other() -> None:
        with turns.turn():
            inside.set()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    return inside.wait(limit)
