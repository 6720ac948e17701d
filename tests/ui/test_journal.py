"""Undo and redo of the session's work."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from kpi_ui import state

    state.set_view(room_notes={"Co": {"goal": "before"}})
    state.set_answer(("company", "name"), "One", "Name")
    state.set_view(room_notes={"Co": {"goal": "written later"}})
    state.undo()
    st.text(str(state.answer("company", "name")))
    st.text(state.view("room_notes")["Co"]["goal"])
    state.redo()
    st.text(str(state.answer("company", "name")))
    st.text(state.view("room_notes")["Co"]["goal"])


def test_undo_takes_back_no_note() -> None:
    at = AppTest.from_function(_script, default_timeout=15).run()
    assert not at.exception
    assert [text.value for text in at.text] == ["None", "written later", "One", "written later"]
