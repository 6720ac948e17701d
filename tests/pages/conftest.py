"""A driver for the pages: opens them, reads what they show and answers as a person would."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "kpi_ui" / "main.py"
_ESCAPABLE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$:\"'&=^])")
_PROSE = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "success")


class App:
    """The app in one visitor's session."""

    def __init__(self, script: Path = MAIN) -> None:
        self.at = AppTest.from_file(str(script), default_timeout=30)
        self._numbers = itertools.count(1)
        self._key = ""

    def run(self) -> App:
        """Run the script until it rests; any exception is a failure."""
        self.at.run()
        assert not self.at.exception, [f"{e.message}\n{e.stack_trace}" for e in self.at.exception]
        wrong = [e.value for e in self.at.error if "Something went wrong" in e.value]
        assert not wrong, wrong
        return self

    def open(self, page: str) -> App:
        """Go to a page through the router."""
        self.at.switch_page(f"../pages/{page}.py")
        self.run()
        return self.run()  # the first run still sees the left page's widgets

    def send(self, key: str, name: str, value: Any) -> App:
        """What the component `key` sends when the user acts on it."""
        assert self.shows(key), f"no component {key} among {sorted(self.components())}"
        event = {"seq": next(self._numbers), "name": name, "value": value}
        self.at.session_state[key] = {"events": [event]}
        return self.run()

    def send_at_once(self, key: str, actions: list[tuple[str, Any]]) -> App:
        """Several actions that reach the server together, as quick ones do."""
        events = [{"seq": next(self._numbers), "name": n, "value": v} for n, v in actions]
        self.at.session_state[key] = {"events": events}
        return self.run()

    def edit(self, grid: str, row: str, column: str, value: str | bool) -> App:
        """Change one cell of a grid."""
        return self.send(grid, "edit", {"row": row, "column": column, "value": value})

    def step(self, step: str) -> App:
        """Go to a wizard step with the stepper, from anywhere."""
        if not self.shows("wizard.stepper"):
            self.open("wizard")
        return self.send("wizard.stepper", "go", step)

    def press_continue(self) -> App:
        """The filled button of the wizard's foot."""
        return self.send("wizard.footer", "move", "next")

    def sample(self, sample_id: str) -> App:
        """Open a sample company from Home; it shows on Export."""
        if not self.shows("home.samples"):
            self.open("home")
        return self.send("home.samples", "choose", sample_id)

    def upload(self, content: bytes, name: str = "framework.json") -> App:
        """Choose a file on Home."""
        self.at.file_uploader[0].upload(name, content)
        return self.run()

    def field(self, name: str) -> Any:
        """The widget of an answer, by its path: `company.name`."""
        found = [w for w in self._widgets() if w.key == f"field.{name}"]
        assert found, f"no field {name} among {[w.key for w in self._widgets()]}"
        return found[0]

    def answer(self, name: str, value: Any) -> App:
        """Answer a question."""
        self.field(name).set_value(value)
        return self.run()

    def remark(self, name: str) -> str:
        """The line under a text field, or under its row, as a person reads it."""
        shown = list(self.at)
        place = [getattr(element, "key", None) for element in shown].index(f"field.{name}")
        below = next(x for x in shown[place + 1 :] if x.type != "text_input")
        return unescaped(below.value)

    def press(self, key: str) -> App:
        """Press a button of Streamlit's own."""
        self.at.button(key=key).click()
        return self.run()

    def choose(self, key: str, value: Any) -> App:
        """Choose an entry of a select box, by its id."""
        self.at.selectbox(key=key).set_value(value)
        return self.run()

    def components(self) -> dict[str, dict[str, Any]]:
        """What each component on the page was given, by its key."""
        found = self.at.get("bidi_component")
        return {element.key: json.loads(element.proto.json) for element in found}

    def shows(self, key: str) -> bool:
        """Whether the component is on the page."""
        return key in self.components()

    def data(self, key: str) -> dict[str, Any]:
        """What the component `key` was given."""
        shown = self.components()
        assert key in shown, f"no component {key} among {sorted(shown)}"
        return shown[key]

    def cell(self, grid: str, row: str, column: str) -> dict[str, Any]:
        """One cell of a grid."""
        (found,) = [r for r in self.data(grid)["rows"] if r["id"] == row]
        cell: dict[str, Any] = found["cells"][column]
        return cell

    def current_step(self) -> str:
        """The step the stepper marks."""
        steps = self.data("wizard.stepper")["steps"]
        return next(step["id"] for step in steps if step["state"] == "current")

    def trouble(self) -> list[str]:
        """Steps the stepper marks as needing a look; the current one cannot be among them."""
        steps = self.data("wizard.stepper")["steps"]
        return [step["id"] for step in steps if step["state"] == "trouble"]

    def cards(self) -> dict[str, list[tuple[str, str]]]:
        """(id, role) of the board's cards by stage."""
        stages = self.data("metrics.board")["stages"]
        return {s["id"]: [(card["id"], card["role"]) for card in s["cards"]] for s in stages}

    def kpi_ids(self) -> list[str]:
        """Ids of the chosen metrics, from the board."""
        return [card for cards in self.cards().values() for card, _ in cards]

    def findings(self, key: str) -> list[str]:
        """Title and text of each finding of a card."""
        return [f"{item['title']} {item['text']}" for item in self.data(key)["items"]]

    def prose(self) -> list[str]:
        """Every text the page hands to Markdown."""
        texts = [element.value for kind in _PROSE for element in self.at.get(kind)]
        for widget in (*self._widgets(), *self.at.button):
            texts += [widget.label, getattr(widget, "help", "") or ""]
        texts += [element.proto.label for element in self.at.get("link_button")]
        return [str(text) for text in texts]

    def words(self) -> str:
        """All the page says: prose as read, the fields' values and the components' texts."""
        fields = [str(widget.value) for widget in self._widgets()]
        shown = walk_text(list(self.components().values()))
        return "\n".join([*map(unescaped, self.prose()), *fields, *shown])

    def work(self) -> dict[str, Any]:
        """The visitor's work, as the session holds it."""
        held = self.at.session_state
        return {key: held[key] for key in ("kpi.draft", "kpi.framework") if key in held}

    def framework(self) -> dict[str, Any]:
        """The framework as JSON."""
        text = self.work().get("kpi.framework")
        assert text is not None, "no framework is open"
        found: dict[str, Any] = json.loads(text)
        return found

    def _widgets(self) -> list[Any]:
        at = self.at
        return [
            *at.text_input,
            *at.text_area,
            *at.selectbox,
            *at.multiselect,
            *at.toggle,
            *at.number_input,
        ]


def unescaped(markdown: str) -> str:
    """Markdown text as a person reads it: without its backslashes and invisible joiners."""
    return _ESCAPABLE.sub(r"\1", markdown).replace("\u2060", "")


def walk_text(value: Any) -> Iterator[str]:
    """Every text inside JSON data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from walk_text(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk_text(item)


@pytest.fixture
def app() -> App:
    """A new visitor on Home."""
    return App().run()


@pytest.fixture
def wizard(app: App) -> App:
    """A new visitor on the wizard's first step."""
    return app.open("wizard")


@pytest.fixture
def alone() -> Callable[[str, App | None], App]:
    """A page run without the router, with another session's work if one is given."""

    def opened(page: str, source: App | None = None) -> App:
        single = App(ROOT / "pages" / f"{page}.py")
        if source:
            for key, value in source.work().items():
                single.at.session_state[key] = value
        return single.run()

    return opened
