"""The work in the session: the wizard's draft, the framework, the KPI tree's scenario, the actuals."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.export.files import to_json
from kpi_core.export.open import Opened, open_framework
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.framework.restore import answers_from
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario
from kpi_ui import derived, session
from kpi_ui.journal import (
    ACTUALS,
    DRAFT,
    FRAMEWORK,
    SCENARIO,
    changing,
    keep,
    last_change,
    next_change,
    redo,
    undo,
)
from kpi_ui.session import (
    bind,
    component_memory,
    epoch,
    new_epoch,
    set_view,
    take_view,
    theme,
    view,
    widget_value,
)

if TYPE_CHECKING:
    from kpi_core.actuals.keep import Actuals

__all__ = [
    "bind",
    "component_memory",
    "epoch",
    "last_change",
    "next_change",
    "redo",
    "set_view",
    "take_view",
    "theme",
    "undo",
    "view",
    "widget_value",
]

Draft = dict[str, Any]
Aside = Callable[[], None] | None
_STEPS = 8
_RESULT = "kpi.result"


# What is being worked on


def draft() -> Draft:
    """A copy of the wizard's answers; change them through `change`."""
    return copy.deepcopy(session.get(DRAFT, {}))


def framework() -> MeasurementFramework | None:
    """The finished or opened framework; `None` before the wizard was finished once."""
    text = session.get(FRAMEWORK)
    return None if text is None else derived.framework(text)


def catalog() -> Catalog:
    """The catalog, with the metrics and figures only the open framework knows."""
    return derived.catalog(session.get(FRAMEWORK))


def interpretation() -> Interpretation:
    """What the draft means now."""
    return derived.interpretation(_draft_text(), session.get(FRAMEWORK))


def preview() -> MeasurementFramework:
    """The framework the draft stands for, defaults included; not saved."""
    return derived.preview(*framework_texts())


def framework_texts() -> tuple[str, str | None, date]:
    """What `derived` knows draft and framework by: answers, framework and today."""
    return _draft_text(), session.get(FRAMEWORK), date.today()


def _draft_text() -> str:
    return json.dumps(session.get(DRAFT, {}))


# Changing it


def change(label: str, edit: Callable[[Draft], None], *, outside: bool = False) -> None:
    """Apply `edit` to the draft, remember how to undo it, and rebuild a finished framework.

    `outside` says that the change did not come from the widget that shows the value, so that
    widgets are drawn anew.
    """
    changed = draft()
    edit(changed)
    if changed == session.get(DRAFT, {}):
        return
    with changing(label):
        session.put(DRAFT, changed)
        _rebuild()
    if outside:
        new_epoch()


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
    here: Any = session.get(DRAFT, {})
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
        session.put(FRAMEWORK, to_json(built).content.decode())


def finish() -> bool:
    """Make the draft the framework; False when an answer still needs attention."""
    built = _build(framework())
    if built is None:
        return False
    with changing("Finish"):
        _replace(built)
    return True


def open_sample(sample_id: str, aside: Aside = None) -> None:
    """Replace the current work by a sample company; can be undone. `aside` is called just before."""
    sample = load_catalog().samples[sample_id]
    answers = json.loads(json.dumps(sample.answers))
    read = interpret(answers, load_catalog())
    built = build_framework(read.profile, read.selection, load_catalog(), date.today())
    if aside:
        aside()
    with changing(f"Open {sample.name}"):
        _start_with(answers, built)
        set_view(step="company", reached=_STEPS)


def open_file(content: bytes, aside: Aside = None) -> Opened:
    """Replace the current work by a framework file; left alone when the file cannot be opened.

    `aside` is called just before the work is replaced.
    """
    opened = open_framework(content)
    if opened.framework is not None:
        known = extended(load_catalog(), opened.framework)
        answers = answers_from(opened.framework, known)
        if aside:
            aside()
        with changing("Open file"):
            _start_with(answers, opened.framework)
            set_view(step="review", reached=_STEPS)
    return opened


def _start_with(answers: Draft, built: MeasurementFramework) -> None:
    """Other work in place of the current; its actuals belong to the current one."""
    session.put(DRAFT, answers)
    session.put(ACTUALS, None)
    set_view(recorded_framework=None)
    _replace(built)


def _replace(built: MeasurementFramework) -> None:
    session.put(SCENARIO, None)
    session.put(FRAMEWORK, to_json(built).content.decode())
    new_epoch()


def start_over() -> None:
    """Empty the draft and close the framework; can be undone."""
    with changing("Start over"):
        session.put(DRAFT, {})
        for key in (FRAMEWORK, SCENARIO, ACTUALS):
            session.put(key, None)
        set_view(step="company", reached=0, selected=None, recorded_framework=None)
    new_epoch()


# The KPI tree's scenario


def scenario() -> Scenario | None:
    """The scenario on screen once it was changed; `None` while it is the base."""
    text = session.get(SCENARIO)
    return None if text is None else derived.scenario(text)


def set_scenario(changed: Scenario | None, label: str | None = None) -> None:
    """Put a scenario on screen; `None` goes back to the base. With a `label` it can be undone."""
    text = changed.model_dump_json() if changed else None
    if label is None:
        session.put(SCENARIO, text)
        keep()
        return
    with changing(label):
        session.put(SCENARIO, text)


def keep_result(wanted: object, found: object) -> None:
    """Keep the one long computation of this session, with what it was made from."""
    session.put(_RESULT, (wanted, found))


def kept_result(wanted: object) -> Any:
    """The computation kept for exactly `wanted`; `None` when there is none."""
    known, found = session.get(_RESULT, (None, None))
    return found if known == wanted else None


# Actuals


def actuals() -> Actuals | None:
    """What was uploaded and accepted; `None` before that."""
    found: Actuals | None = session.get(ACTUALS)
    return found


def set_actuals(changed: Actuals | None, label: str) -> None:
    """Replace the actuals; can be undone."""
    with changing(label):
        session.put(ACTUALS, changed)
