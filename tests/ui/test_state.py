"""The door to session state: changing, undoing, finishing, opening, starting over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_json
from kpi_core.models.framework import MeasurementFramework


def desk() -> None:
    """Does with the state what the test asks for, and puts down what it then says."""
    import streamlit as st

    from kpi_ui import state

    for name, args in st.session_state["do"]:
        returned = getattr(state, name)(*args)
        st.session_state["returned"] = returned
    st.session_state["do"] = []
    st.session_state["seen"] = {
        "draft": state.draft(),
        "framework": state.framework(),
        "last_change": state.last_change(),
        "epoch": state.epoch(),
        "step": state.view("step"),
    }


class Desk:
    """One session."""

    def __init__(self) -> None:
        self.at = AppTest.from_function(desk, default_timeout=30)
        self.do()

    def do(self, *actions: tuple[str, tuple[Any, ...]]) -> Any:
        """Call functions of the state module in one run; the last one's result."""
        self.at.session_state["do"] = list(actions)
        self.at.run()
        assert not self.at.exception, self.at.exception[0].stack_trace
        return self.at.session_state["returned"] if actions else None

    def seen(self, name: str) -> Any:
        """What the state said at the end of the last run."""
        return self.at.session_state["seen"][name]


@pytest.fixture
def session() -> Desk:
    """A new session."""
    return Desk()


def answer(value: object, *path: str, label: str = "Answer") -> tuple[str, tuple[Any, ...]]:
    """Put one answer into the draft."""
    return "set_answer", (path, value, label)


UNDO: tuple[str, tuple[Any, ...]] = ("undo", ())
FINISH: tuple[str, tuple[Any, ...]] = ("finish", ())
START_OVER: tuple[str, tuple[Any, ...]] = ("start_over", ())


def test_a_new_session_is_empty(session: Desk) -> None:
    assert session.seen("draft") == {}
    assert session.seen("framework") is None
    assert session.seen("last_change") is None


def test_answers_go_into_the_draft_and_out_again(session: Desk) -> None:
    session.do(answer("Acme", "company", "name"), answer("5m", "company", "revenue_target"))
    assert session.seen("draft") == {"company": {"name": "Acme", "revenue_target": "5m"}}
    assert session.do(("answer", ("company", "name"))) == "Acme"
    assert session.do(("answer", ("company", "name", "deeper"))) is None
    assert session.do(("answer", ("nothing",))) is None
    session.do(answer(None, "company", "name"))
    assert session.seen("draft") == {"company": {"revenue_target": "5m"}}


def test_the_draft_is_handed_out_as_a_copy(session: Desk) -> None:
    session.do(answer(["seo"], "channels"))
    session.do(("draft", ()))["channels"].append("paid")
    session.do()
    assert session.seen("draft") == {"channels": ["seo"]}


def test_undo_goes_back_one_change_at_a_time(session: Desk) -> None:
    session.do(answer("One", "company", "name", label="Company name"))
    session.do(answer("Two", "company", "name", label="Company name again"))
    assert session.seen("last_change") == "Company name again"
    session.do(UNDO)
    assert session.seen("draft") == {"company": {"name": "One"}}
    assert session.seen("last_change") == "Company name"
    session.do(UNDO)
    assert session.seen("draft") == {}
    assert session.seen("last_change") is None
    session.do(UNDO)
    assert session.seen("draft") == {}


def test_an_answer_that_changes_nothing_is_not_remembered(session: Desk) -> None:
    session.do(answer("One", "company", "name"))
    session.do(answer("One", "company", "name"), answer(None, "motion"))
    session.do(UNDO)
    assert session.seen("draft") == {}


def test_the_history_has_a_limit(session: Desk) -> None:
    session.do(*(answer(f"Name {n}", "company", "name") for n in range(60)))
    session.do(*[UNDO] * 60)
    assert session.seen("last_change") is None
    assert session.seen("draft") == {"company": {"name": "Name 9"}}, "50 of 60 changes are kept"


def test_undo_and_outside_changes_draw_widgets_anew(session: Desk) -> None:
    session.do(answer("One", "company", "name"))
    before = session.seen("epoch")
    session.do(answer("Two", "company", "name"))
    assert session.seen("epoch") == before, "the widget that was typed into is left alone"
    session.do(UNDO)
    assert session.seen("epoch") == before + 1


def test_finish_makes_the_framework(session: Desk) -> None:
    session.do(answer("Acme", "company", "name"))
    assert session.do(FINISH) is True
    assert session.seen("framework").company.name == "Acme"
    session.do(UNDO)
    assert session.seen("framework") is None
    assert session.seen("draft") == {"company": {"name": "Acme"}}


def test_finish_refuses_an_answer_that_cannot_be_used(session: Desk) -> None:
    session.do(answer("0", "company", "revenue_target"))
    assert session.do(FINISH) is False
    assert session.seen("framework") is None
    assert session.seen("last_change") == "Answer", "a refused finish is nothing to undo"


def test_a_finished_framework_follows_valid_answers_only(session: Desk) -> None:
    session.do(FINISH, answer("Acme", "company", "name"))
    assert session.seen("framework").company.name == "Acme"
    session.do(answer("-5", "company", "revenue_target"))
    session.do(answer("Later", "company", "name"))
    assert session.seen("framework").company.name == "Acme"
    session.do(answer("5m", "company", "revenue_target"))
    assert session.seen("framework").company.name == "Later"
    assert session.seen("framework").company.revenue_target == 5_000_000


def test_start_over_can_be_undone(session: Desk) -> None:
    session.do(answer("Acme", "company", "name"), FINISH)
    before = session.seen("framework")
    session.do(START_OVER)
    assert session.seen("draft") == {}
    assert session.seen("framework") is None
    assert session.seen("step") == "company"
    session.do(UNDO)
    assert session.seen("framework") == before
    assert session.seen("draft") == {"company": {"name": "Acme"}}


@pytest.mark.parametrize("sample", sorted(load_catalog().samples))
def test_a_sample_opens_and_can_be_undone(session: Desk, sample: str) -> None:
    session.do(answer("Acme", "company", "name"), ("open_sample", (sample,)))
    wanted = load_catalog().samples[sample].answers["company"]["name"]
    assert session.seen("framework").company.name == wanted
    assert session.seen("draft") == load_catalog().samples[sample].answers
    session.do(answer("Changed", "company", "name"), UNDO, UNDO)
    assert session.seen("draft") == {"company": {"name": "Acme"}}
    assert session.seen("framework") is None
    assert load_catalog().samples[sample].answers["company"]["name"] == wanted


def test_a_sample_is_the_same_whatever_was_open(session: Desk) -> None:
    session.do(("open_sample", ("manufacturer_jpy",)))
    first = session.seen("framework")
    session.do(
        ("open_sample", ("product_led_smb_saas_eur",)), ("open_sample", ("manufacturer_jpy",))
    )
    assert session.seen("framework") == first


def test_a_file_opens_as_it_is(session: Desk, framework: MeasurementFramework) -> None:
    content = to_json(framework).content
    session.do(("open_file", (content,)))
    assert session.seen("framework") == framework
    assert session.at.session_state["kpi.framework"].encode() == content
    session.do(UNDO)
    assert session.seen("framework") is None


def test_a_failed_open_leaves_the_work_alone(
    session: Desk, framework: MeasurementFramework
) -> None:
    session.do(answer("Acme", "company", "name"), FINISH)
    before = [session.seen(name) for name in ("draft", "framework", "last_change", "epoch")]
    newer = json.dumps({**json.loads(to_json(framework).content), "schema_version": 99}).encode()
    for content in (b"", b"[]", b"{}", newer, to_json(framework).content[:-40]):
        opened = session.do(("open_file", (content,)))
        assert opened.framework is None
        assert opened.findings
    assert [session.seen(name) for name in ("draft", "framework", "last_change", "epoch")] == before


def test_a_view_setting_can_be_taken_once(session: Desk) -> None:
    session.do(("set_view", ()))
    assert session.do(("take_view", ("finished",))) is None
    session.at.session_state["kpi.view"] = {"finished": True, "step": "owners"}
    assert session.do(("take_view", ("finished",))) is True
    assert session.do(("take_view", ("finished",))) is None
    assert session.do(("view", ("step",))) == "owners"
    assert session.do(("view", ("other", "default"))) == "default"


def test_the_session_holds_json(session: Desk, framework: MeasurementFramework) -> None:
    session.do(("open_file", (to_json(framework).content,)), answer("Acme", "company", "name"))
    for key in ("kpi.draft", "kpi.framework", "kpi.history", "kpi.view"):
        json.dumps(session.at.session_state[key], allow_nan=False)
