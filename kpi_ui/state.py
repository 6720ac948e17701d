"""The only door to session state. It holds JSON: the wizard's draft, the framework, and their history."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import streamlit as st

from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.export.files import to_json
from kpi_core.export.open import Opened, open_framework
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.framework.restore import answers_from
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario
from kpi_ui import derived

Draft = dict[str, Any]
HISTORY_LIMIT = 50
_STEPS = 8
_DRAFT = "kpi.draft"
_FRAMEWORK = "kpi.framework"
_HISTORY = "kpi.history"
_EPOCH = "kpi.epoch"
_SCENARIO = "kpi.scenario"
_RESULT = "kpi.result"
_VIEW = "kpi.view"
_COMPONENTS = "kpi.components"


# What is being worked on


def draft() -> Draft:
    """A copy of the wizard's answers; change them through `change`."""
    return copy.deepcopy(st.session_state.get(_DRAFT, {}))


def framework() -> MeasurementFramework | None:
    """The finished or opened framework; `None` before the wizard was finished once."""
    text = st.session_state.get(_FRAMEWORK)
    return None if text is None else derived.framework(text)


def catalog() -> Catalog:
    """The catalog, with the metrics and figures only the open framework knows."""
    return derived.catalog(st.session_state.get(_FRAMEWORK))


def interpretation() -> Interpretation:
    """What the draft means now."""
    return derived.interpretation(_draft_text(), st.session_state.get(_FRAMEWORK))


def preview() -> MeasurementFramework:
    """The framework the draft stands for, defaults included; not saved."""
    return derived.preview(_draft_text(), st.session_state.get(_FRAMEWORK), date.today())


def _draft_text() -> str:
    return json.dumps(st.session_state.get(_DRAFT, {}))


# Changing it


def change(label: str, edit: Callable[[Draft], None], *, outside: bool = False) -> None:
    """Apply `edit` to the draft, remember how to undo it, and rebuild a finished framework.

    `outside` says that the change did not come from the widget that shows the value, so that
    widgets are drawn anew.
    """
    changed = draft()
    edit(changed)
    if changed == st.session_state.get(_DRAFT, {}):
        return
    _remember(label)
    st.session_state[_DRAFT] = changed
    _rebuild()
    if outside:
        _new_epoch()


def set_answer(path: tuple[str, ...], value: object, label: str) -> None:
    """Put one answer into the draft; `None` takes it out again."""

    def edit(answers: Draft) -> None:
        here = answers
        for key in path[:-1]:
            here = here.setdefault(key, {})
        if value is None:
            here.pop(path[-1], None)
        else:
            here[path[-1]] = value

    change(label, edit)


def answer(*path: str) -> Any:
    """One answer of the draft; `None` when it was not given."""
    here: Any = st.session_state.get(_DRAFT, {})
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here


def _build(current: MeasurementFramework | None) -> MeasurementFramework | None:
    """The framework the draft stands for, stamped today; `None` while an answer needs attention."""
    read = interpretation()
    if not read.is_complete:
        return None
    return build_framework(read.profile, read.selection, catalog(), date.today(), previous=current)


def _rebuild() -> None:
    """Keep a finished framework in step with the draft, as long as the draft is valid."""
    current = framework()
    built = _build(current) if current else None
    if built:
        st.session_state[_FRAMEWORK] = to_json(built).content.decode()


def finish() -> bool:
    """Make the draft the framework; False when an answer still needs attention."""
    built = _build(framework())
    if built is None:
        return False
    _remember("Finish")
    _replace(built)
    return True


def open_sample(sample_id: str) -> None:
    """Replace the current work by a sample company; can be undone."""
    sample = load_catalog().samples[sample_id]
    _remember(f"Open {sample.name}")
    answers = json.loads(json.dumps(sample.answers))
    read = interpret(answers, load_catalog())
    st.session_state[_FRAMEWORK] = None
    st.session_state[_DRAFT] = answers
    _replace(build_framework(read.profile, read.selection, load_catalog(), date.today()))
    set_view(step="company", reached=_STEPS)


def open_file(content: bytes) -> Opened:
    """Replace the current work by a framework file; left alone when the file cannot be opened."""
    opened = open_framework(content)
    if opened.framework is not None:
        _remember("Open file")
        st.session_state[_FRAMEWORK] = None
        known = extended(load_catalog(), opened.framework)
        st.session_state[_DRAFT] = answers_from(opened.framework, known)
        _replace(opened.framework)
        set_view(step="review", reached=_STEPS)
    return opened


def _replace(built: MeasurementFramework) -> None:
    set_scenario(None)
    st.session_state[_FRAMEWORK] = to_json(built).content.decode()
    _new_epoch()


def start_over() -> None:
    """Empty the draft and close the framework; can be undone."""
    _remember("Start over")
    st.session_state[_DRAFT] = {}
    st.session_state[_FRAMEWORK] = None
    set_scenario(None)
    set_view(step="company", reached=0, selected=None)
    _new_epoch()


# The KPI tree's scenario


def scenario() -> Scenario | None:
    """The scenario on screen once it was changed; `None` while it is the base."""
    text = st.session_state.get(_SCENARIO)
    return None if text is None else Scenario.model_validate_json(text)


def set_scenario(changed: Scenario | None) -> None:
    """Put a scenario on screen; `None` goes back to the base."""
    st.session_state[_SCENARIO] = changed.model_dump_json() if changed else None


def keep_result(wanted: object, found: object) -> None:
    """Keep the one long computation of this session, with what it was made from."""
    st.session_state[_RESULT] = (wanted, found)


def kept_result(wanted: object) -> Any:
    """The computation kept for exactly `wanted`; `None` when there is none."""
    known, found = st.session_state.get(_RESULT, (None, None))
    return found if known == wanted else None


def theme() -> str:
    """`light` or `dark`, as the browser shows the app."""
    return "dark" if st.context.theme.type == "dark" else "light"


# Undo


def _remember(label: str) -> None:
    kept = {
        "label": label,
        _DRAFT: st.session_state.get(_DRAFT, {}),
        _FRAMEWORK: st.session_state.get(_FRAMEWORK),
        _SCENARIO: st.session_state.get(_SCENARIO),
        _VIEW: dict(st.session_state.get(_VIEW, {})),
    }
    history = [*st.session_state.get(_HISTORY, []), kept]
    st.session_state[_HISTORY] = history[-HISTORY_LIMIT:]


def last_change() -> str | None:
    """What `undo` would take back; `None` when there is nothing."""
    history = st.session_state.get(_HISTORY, [])
    return history[-1]["label"] if history else None


def undo() -> None:
    """Take back the last change."""
    history = st.session_state.get(_HISTORY, [])
    if not history:
        return
    kept = history[-1]
    st.session_state[_HISTORY] = history[:-1]
    for key in (_DRAFT, _FRAMEWORK, _SCENARIO, _VIEW):
        st.session_state[key] = kept[key]
    _new_epoch()


# What is on screen


def view(name: str, default: Any = None) -> Any:
    """A view setting such as the wizard's step; not part of the work."""
    return st.session_state.get(_VIEW, {}).get(name, default)


def set_view(**settings: Any) -> None:
    """Change view settings."""
    st.session_state[_VIEW] = {**st.session_state.get(_VIEW, {}), **settings}


def take_view(name: str) -> Any:
    """A view setting that is used once, such as a message or a page to go to."""
    value = view(name)
    if value is not None:
        set_view(**{name: None})
    return value


def epoch() -> int:
    """Grows when values change from outside their widgets; part of widget keys."""
    return int(st.session_state.get(_EPOCH, 0))


def _new_epoch() -> None:
    st.session_state[_EPOCH] = epoch() + 1


def bind(name: str, value: object) -> str:
    """The key of the widget that shows `value`; to be called just before it is drawn.

    The widget always shows what the draft says: a new default, an undo or an opened file reach it,
    while text being typed is left alone.
    """
    key = f"field.{name}"
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def widget_value(key: str) -> Any:
    """The value of the widget or component with that key; `None` when it is not drawn."""
    return st.session_state.get(key)


def component_memory() -> dict[str, int]:
    """Number of the last handled event by component key."""
    memory: dict[str, int] = st.session_state.setdefault(_COMPONENTS, {})
    return memory
