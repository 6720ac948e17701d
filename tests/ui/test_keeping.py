"""The session's work and the store: saving, two tabs, failures, and whose names the list shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.actuals.canonical import COHORTS, CREDITS, FACTS, Aggregated, empty, to_frame
from kpi_core.actuals.keep import Actuals, add
from kpi_core.models.actuals import ImportRecord
from kpi_store.errors import StoreFull, StoreUnavailable
from kpi_store.records import Owner
from kpi_store.store import Store
from kpi_ui import keeping, storage
from kpi_ui.kept import Changed, document_of, who_changed, work_of

ME = Owner.of_cookie("me")
EMPTY = {"kpi.draft": {}, "kpi.framework": None, "kpi.scenario": None, "kpi.actuals": None}


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of its own for each test; every tab is mine."""
    monkeypatch.setenv("KPI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(keeping, "current_owner", lambda: ME)
    storage.forget()
    yield storage.store()
    storage.store().close()
    storage.forget()


def script() -> None:
    """A page that changes answers, turns pages, and chooses between two versions."""
    import streamlit as st

    from kpi_ui import keeping, racing, state

    def typed_now() -> object:
        return state.widget_value("typed")

    keeping.start()
    st.text_input("typed", key="typed")
    st.button("answer", on_click=lambda: state.set_answer(("company", "name"), typed_now(), "Name"))
    st.button("turn", on_click=lambda: state.set_view(step=typed_now()))
    st.button(
        "upload", on_click=lambda: state.set_actuals(state.widget_value("upload"), "Upload actuals")
    )
    st.button("undo", on_click=state.undo)
    st.button("redo", on_click=state.redo)
    for choice in (racing.take_theirs, racing.keep_mine, racing.keep_both, keeping.try_again):
        st.button(choice.__name__, on_click=choice)
    st.text(str(state.answer("company", "name")))
    if keeping.finish():
        st.rerun()


class Tab:
    """One tab of the browser."""

    def __init__(self) -> None:
        self.at = AppTest.from_function(script, default_timeout=30).run()

    def press(self, label: str) -> Tab:
        next(b for b in self.at.button if b.label == label).click()
        self.at.run()
        assert not self.at.exception, self.at.exception
        return self

    def answer(self, name: str) -> Tab:
        self.at.text_input[0].set_value(name)
        return self.press("answer")

    def turn(self, step: str) -> Tab:
        self.at.text_input[0].set_value(step)
        return self.press("turn")

    @property
    def name(self) -> Any:
        held = self.at.session_state
        return held["kpi.draft"].get("company", {}).get("name") if "kpi.draft" in held else None

    @property
    def step(self) -> Any:
        return self.at.session_state["kpi.view"].get("step")

    @property
    def keeper(self) -> keeping.StoreKeeper:
        found: keeping.StoreKeeper = self.at.session_state["kpi.keeper"]
        return found


def stored(store: Store) -> dict[str, Any]:
    found = store.latest(ME)
    assert found is not None
    content: dict[str, Any] = json.loads(found.document)
    return content


# ---- saving and coming back ----


def test_nothing_is_stored_before_the_first_answer(kept: Store) -> None:
    Tab().turn("motion")
    assert kept.list_workspaces(ME) == ()


def test_an_answer_is_found_again_by_another_tab_with_the_page_it_was_on(kept: Store) -> None:
    Tab().answer("Acme").turn("targets")
    again = Tab()
    assert (again.name, again.step) == ("Acme", "targets")
    assert [entry.client for entry in kept.list_workspaces(ME)] == ["Acme"]


def test_a_change_before_a_refresh_can_still_be_undone(kept: Store) -> None:
    Tab().answer("Acme").answer("Bolt")
    again = Tab().press("undo")
    assert again.name == "Acme"
    assert stored(kept)["draft"]["company"]["name"] == "Acme"


def test_the_very_first_change_can_be_undone_after_a_refresh(kept: Store) -> None:
    Tab().answer("Acme")
    again = Tab().press("undo")
    assert again.name is None
    assert again.press("redo").name == "Acme"
    assert stored(kept)["draft"]["company"]["name"] == "Acme"


def test_messages_and_places_to_go_are_not_stored() -> None:
    views = {"step": "data", "go_to": "home", "presenting": True, "tree_message": "Hi", "a": None}
    assert work_of(document_of(EMPTY, views)) == (EMPTY, {"step": "data"})


# ---- two tabs ----


def test_a_change_in_one_tab_reaches_the_other_that_only_turned_a_page(kept: Store) -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    one.answer("Bolt")
    two.turn("data")
    assert (two.name, two.step) == ("Bolt", "data")
    assert two.keeper.conflict is None
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"


def test_a_turned_page_elsewhere_stops_nobody(kept: Store) -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    one.turn("data")
    two.answer("Bolt")
    assert two.keeper.conflict is None
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"


def race() -> tuple[Tab, Tab]:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    one.answer("Bolt")
    two.answer("Cobalt")
    return one, two


def test_two_changes_leave_the_choice_to_the_user(kept: Store) -> None:
    _, two = race()
    assert two.keeper.conflict is not None
    assert two.keeper.saved() == "Not saved"
    assert two.name == "Cobalt"  # still on screen
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"  # and nothing overwritten
    two.answer("Cobalt 2")  # going on does not overwrite it either
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"


def test_keeping_mine_leaves_theirs_to_undo(kept: Store) -> None:
    _, two = race()
    two.press("keep_mine")
    assert stored(kept)["draft"]["company"]["name"] == "Cobalt"
    two.press("undo")
    assert two.name == "Bolt"


def test_taking_theirs_leaves_mine_to_undo(kept: Store) -> None:
    _, two = race()
    two.press("take_theirs")
    assert two.name == stored(kept)["draft"]["company"]["name"] == "Bolt"
    two.press("undo")
    assert two.name == stored(kept)["draft"]["company"]["name"] == "Cobalt"


def test_keeping_both_makes_two_frameworks(kept: Store) -> None:
    _, two = race()
    two.press("keep_both")
    documents = [kept.load(ME, e.id).document for e in kept.list_workspaces(ME)]
    names = {json.loads(text)["draft"]["company"]["name"] for text in documents}
    assert names == {"Bolt", "Cobalt"}
    assert two.answer("Cobalt 2").keeper.conflict is None


def test_the_same_change_in_both_tabs_is_no_conflict() -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    one.answer("Bolt")
    two.answer("Bolt")
    assert two.keeper.conflict is None


def test_undo_after_a_change_elsewhere_takes_that_over_first(kept: Store) -> None:
    Tab().answer("Acme").answer("Bolt")
    one, two = Tab(), Tab()
    one.answer("Cobalt")
    two.press("undo")
    assert two.name == "Cobalt"  # not "Acme": the last change is another one now
    two.press("undo")
    assert two.name == "Bolt"
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("a", "a", "a", Changed.NOBODY),
        ("a", "b", "b", Changed.NOBODY),
        ("a", "b", "a", Changed.MINE),
        ("a", "a", "b", Changed.THEIRS),
        ("a", "b", "c", Changed.BOTH),
    ],
)
def test_who_changed(base: str, mine: str, theirs: str, expected: Changed) -> None:
    def text(name: str, page: str) -> str:
        return json.dumps({"draft": {"name": name}, "views": {"step": page}})

    assert who_changed(text(base, "1"), text(mine, "2"), text(theirs, "3")) is expected


# ---- actuals ----


def uploaded(value: float) -> Actuals:
    """One import with one won deal's worth."""
    row = {"kind": "flow", "id": "won_deals", "day": pd.Timestamp("2026-03-02"), "grain": "day",
           "channel": "seo", "segment": "", "value": value, "n": 1}  # fmt: skip
    facts = to_frame(pa.Table.from_pylist([row], schema=FACTS), FACTS)
    record = ImportRecord.model_validate(
        {"id": "a", "mapping_id": "crm", "shape": "leads", "files": ("leads.csv",),
         "imported_on": date(2026, 4, 1), "rows_read": 1, "rows_used": 1, "rows_set_aside": 0}
    )  # fmt: skip
    return add(None, Aggregated(facts, empty(COHORTS), empty(CREDITS)), record)


def upload(tab: Tab, value: float) -> Tab:
    tab.at.session_state["upload"] = uploaded(value)
    return tab.press("upload")


def held(tab: Tab) -> bytes:
    content: bytes = tab.at.session_state["kpi.actuals"].to_bytes()
    return content


def test_actuals_alone_are_kept_too(kept: Store) -> None:
    upload(Tab(), 5.0)
    (entry,) = kept.list_workspaces(ME)
    assert kept.load_actuals(ME, entry.id) == uploaded(5.0).to_bytes()
    assert held(Tab()) == uploaded(5.0).to_bytes()


def test_actuals_of_one_tab_and_an_answer_of_the_other_both_stay(kept: Store) -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    upload(one, 5.0)
    two.answer("Bolt")
    assert two.keeper.conflict is None
    assert held(two) == uploaded(5.0).to_bytes()
    again = Tab()
    assert (again.name, held(again)) == ("Bolt", uploaded(5.0).to_bytes())


def test_an_answer_of_one_tab_and_actuals_of_the_other_both_stay(kept: Store) -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    one.answer("Bolt")
    upload(two, 5.0)
    assert two.keeper.conflict is None
    again = Tab()
    assert (again.name, held(again)) == ("Bolt", uploaded(5.0).to_bytes())


def test_two_uploads_leave_the_choice_to_the_user(kept: Store) -> None:
    Tab().answer("Acme")
    one, two = Tab(), Tab()
    upload(one, 5.0)
    upload(two, 7.0)
    assert two.keeper.conflict is not None
    assert held(two) == uploaded(7.0).to_bytes()
    assert held(Tab()) == uploaded(5.0).to_bytes()
    two.press("keep_mine")
    assert held(Tab()) == uploaded(7.0).to_bytes()


# ---- names ----


def test_the_name_in_the_list_stays_as_it_was_given(kept: Store) -> None:
    tab = Tab().answer("Acme")
    (entry,) = kept.list_workspaces(ME)
    assert (entry.client, entry.name) == ("Acme", "Untitled framework")
    tab.answer("Acme Group")
    assert kept.load(ME, entry.id).entry.client == "Acme Group"
    kept.set_client(ME, entry.id, "The client")
    tab.turn("data")
    tab.answer("Acme Holding")
    assert kept.load(ME, entry.id).entry.client == "The client"


# ---- failures ----


def test_a_full_disk_keeps_the_work_on_screen_and_the_next_change_saves_it(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = Tab().answer("Acme")

    def full(*_args: object, **_named: object) -> None:
        raise StoreFull("The disk is full.", "Make room.")

    with monkeypatch.context() as broken:
        broken.setattr(kept, "save", full)
        tab.answer("Bolt")
        assert tab.name == "Bolt"
        assert isinstance(tab.keeper.problem, StoreFull)
    tab.press("try_again")
    assert tab.keeper.problem is None
    assert stored(kept)["draft"]["company"]["name"] == "Bolt"


def test_a_database_that_was_away_at_the_start_is_found_on_trying_again(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tab().answer("Acme")

    def away(*_args: object) -> None:
        raise StoreUnavailable("The database cannot be reached.", "Start it.")

    with monkeypatch.context() as broken:
        broken.setattr(kept, "latest", away)
        tab = Tab()
        assert tab.name is None
        assert tab.keeper.problem is not None
    assert tab.press("try_again").name == "Acme"
    assert len(kept.list_workspaces(ME)) == 1


def test_work_that_cannot_be_read_is_left_alone(kept: Store) -> None:
    unreadable = json.dumps({"draft": {}, "framework": '{"schema_version": 99}', "views": {}})
    saved = kept.create(ME, "", "From the future", unreadable)
    tab = Tab()
    assert tab.keeper.problem is not None
    assert "From the future" in tab.keeper.problem.message
    tab.answer("Acme")  # becomes a framework of its own
    assert kept.load(ME, saved.id).document == unreadable
    assert len(kept.list_workspaces(ME)) == 2
