"""Above every page: a change made elsewhere that this tab must not overwrite, and failed saving."""

from __future__ import annotations

import streamlit as st

from kpi_core.rhythm.changes import change_words
from kpi_store.errors import NotFound
from kpi_ui import inputs, keeping, panels, racing, state
from kpi_ui.clients import look

MOST_LINES = 6


def render() -> None:
    """Nothing as long as all is saved."""
    found = keeping.keeper()
    if found is None:
        return
    if found.conflict is not None:
        _choice()
    elif found.problem is not None:
        _failure(found)


def _choice() -> None:
    with st.container(border=True, key="notice.choice"):
        st.header(":orange[:material/warning:] Changed in another tab or by somebody else")
        st.markdown(
            "Both versions are here, and neither overwrites the other until you choose. "
            "Undo brings back the one you did not take."
        )
        _differences()
        with st.container(horizontal=True):
            st.button(
                "Keep this tab's version", key="notice.mine", on_click=look.attempt,
                args=(racing.keep_mine,),
            )  # fmt: skip
            st.button(
                "Take the other version", key="notice.theirs", on_click=look.attempt,
                args=(racing.take_theirs,),
            )  # fmt: skip
            st.button(
                "Keep both", key="notice.both", on_click=look.attempt, args=(racing.keep_both,),
                help="This tab's version becomes a framework of its own.",
            )  # fmt: skip


def _differences() -> None:
    try:
        lines = racing.differences()
    except ValueError:
        st.caption("The other version cannot be shown in words here.")
        return
    if not lines:
        st.caption("They differ only in answers that change nothing in the framework yet.")
        return
    st.markdown("What the other version says otherwise:")
    more = len(lines) - MOST_LINES
    shown = [
        f"- {inputs.md(f'{line.area}: {change_words(line)[:300]}')}" for line in lines[:MOST_LINES]
    ]
    st.markdown("\n".join([*shown, *([f"- and {more} more"] if more > 0 else [])]))


def _failure(found: keeping.StoreKeeper) -> None:
    problem = found.problem
    assert problem is not None
    st.warning(f"**Not saved.** {inputs.md(problem.message)} {inputs.md(problem.fix)}")
    with st.container(horizontal=True):
        gone = isinstance(problem, NotFound)
        if gone:
            st.button("Keep it as a new framework", key="notice.new", on_click=racing.save_as_new)
        else:
            st.button("Try again", key="notice.again", on_click=keeping.try_again)
        framework = state.framework()
        if framework is not None:
            panels.downloads(framework, key="notice")
