"""Rules that keep the code as docs and house style describe it; each rule is shown that it can fail.

A rule is a function from a source text to the problems found in it, so that it can be fed bad code here.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = ROOT / "kpi_ui" / "components"
Rule = Callable[[str], Iterator[str]]

# What each layer must not import. Imports go one way: app.py and pages -> kpi_ui -> kpi_core.
FORBIDDEN_IMPORTS = {
    "kpi_core": {"streamlit", "plotly", "kpi_store", "kpi_ui", "pages", "app"},
    "kpi_store": {"streamlit", "plotly", "kpi_ui", "pages", "app"},
    "kpi_ui": {"pages", "app"},
    "pages": {"pages", "app"},
    "app.py": {"pages"},
}
NETWORK = {
    "aiohttp", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket",
    "socketserver", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
CLOCKS = {"time", "timeit"}
CLOCK_CALLS = {"now", "today", "utcnow"}
CLOCK_OWNERS = {"datetime", "date", "time", "timestamp", "dt"}
CODE_RUNNERS = {"eval", "exec", "compile", "__import__"}
UNSAFE_LOADERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_READERS = {"read_pickle", "to_pickle"}

PAGE_LINES, FUNCTION_LINES, FILE_LINES = 80, 45, 300


def python_files(*places: str) -> list[Path]:
    """Python files of the named folders and files, without what tools put there."""
    found = [ROOT / place for place in places if (ROOT / place).is_file()]
    for place in places:
        found += sorted((ROOT / place).rglob("*.py"))
    return found


PRODUCT = python_files("app.py", "kpi_core", "kpi_store", "kpi_ui", "pages")
EVERYTHING = [*PRODUCT, *python_files("tests", "docs", "benchmarks")]


def problems(files: list[Path], rule: Rule) -> list[str]:
    """What a rule finds in the files, one line each with the place."""
    return [
        f"{path.relative_to(ROOT)}: {problem}"
        for path in files
        for problem in rule(path.read_text(encoding="utf-8"))
    ]


def found(rule: Rule, snippet: str) -> list[str]:
    """What a rule finds in a snippet."""
    return list(rule(dedent(snippet)))


# ---- imports ----


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield node.lineno, f"{'.' * node.level}{node.module or ''}.{name.name}"


def importing(*forbidden: str) -> Rule:
    """The rule that none of these modules, nor a part of them, is imported."""

    def rule(source: str) -> Iterator[str]:
        for line, name in imported(source):
            if any(f"{name}.".startswith(f"{module}.") for module in forbidden):
                yield f"line {line} imports {name}"
            if name.startswith("."):
                yield f"line {line} imports {name}: write the full name"

    return rule


@pytest.mark.parametrize("layer", FORBIDDEN_IMPORTS)
def test_imports_go_one_way(layer: str) -> None:
    assert not problems(python_files(layer), importing(*FORBIDDEN_IMPORTS[layer]))


@pytest.mark.parametrize(
    "snippet",
    [
        "import streamlit",
        "import streamlit.components.v1 as v1",
        "from streamlit import session_state",
        "def f():\n    from streamlit.testing.v1 import AppTest",
        "if True:\n    import json, streamlit",
        "from . import streamlit",
    ],
)
def test_a_forbidden_import_is_found(snippet: str) -> None:
    assert found(importing("streamlit"), snippet)


def test_an_allowed_import_is_left_alone() -> None:
    snippet = "import streamlit_like\nfrom kpi_core import streamlit\nimport kpi_core.streamlit"
    assert not found(importing("streamlit"), snippet)


# ---- the core: no clock, no network ----


def clocks(source: str) -> Iterator[str]:
    """Reads of the current date or time."""
    yield from importing(*CLOCKS)(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_CALLS:
            owner = ast.unparse(node.value).split(".")[-1].casefold()
            if owner in CLOCK_OWNERS:
                yield f"line {node.lineno} reads the clock with .{node.attr}"


def test_the_core_uses_no_clock() -> None:
    files = [p for p in python_files("kpi_core") if p != ROOT / "kpi_core" / "cli.py"]
    assert not problems(files, clocks)


def test_the_core_uses_no_network() -> None:
    assert not problems(python_files("kpi_core"), importing(*NETWORK))


@pytest.mark.parametrize(
    "snippet",
    [
        "from datetime import datetime\nstamp = datetime.now()",
        "import datetime\nstamp = datetime.datetime.utcnow()",
        "from datetime import date\ndef f(today=date.today): ...",
        "import time\nstart = time.time()",
        "from time import perf_counter",
        "import pandas as pd\nnow = pd.Timestamp.now()",
    ],
)
def test_a_clock_is_found(snippet: str) -> None:
    assert found(clocks, snippet)


@pytest.mark.parametrize(
    "snippet",
    [
        "from datetime import date\ndef f(today: date): return today.year",
        "def f(rate): return rate.now",
    ],
)
def test_dates_that_are_given_are_left_alone(snippet: str) -> None:
    assert not found(clocks, snippet)


@pytest.mark.parametrize(
    "snippet",
    [
        "import socket",
        "import urllib.request",
        "from urllib import request",
        "from http.client import HTTPConnection",
        "import requests as r",
    ],
)
def test_network_use_is_found(snippet: str) -> None:
    assert found(importing(*NETWORK), snippet)


def test_reading_an_address_is_left_alone() -> None:
    assert not found(importing(*NETWORK), "from urllib.parse import urlsplit")


# ---- nothing is run or unpickled ----


def code_running(source: str) -> Iterator[str]:
    """Ways to run text or bytes as code."""
    yield from importing(*UNSAFE_LOADERS)(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in CODE_RUNNERS:
            yield f"line {node.lineno} uses {node.id}"
        if isinstance(node, ast.Attribute):
            of_builtins = isinstance(node.value, ast.Name) and node.value.id in {
                "builtins",
                "__builtins__",
            }
            if node.attr in UNSAFE_READERS or (of_builtins and node.attr in CODE_RUNNERS):
                yield f"line {node.lineno} uses {node.attr}"


def test_no_text_is_run_as_code() -> None:
    assert not problems(EVERYTHING, code_running)


@pytest.mark.parametrize(
    "snippet",
    [
        "eval('1 + 1')",
        "run = exec",
        "import builtins\nbuiltins.eval('1')",
        "__import__('os')",
        "import pickle",
        "from joblib import load",
        "import pandas as pd\npd.read_pickle('x')",
    ],
)
def test_code_running_is_found(snippet: str) -> None:
    assert found(code_running, snippet)


def test_harmless_namesakes_are_left_alone() -> None:
    assert not found(code_running, "import re\nre.compile('a')\npage.evaluate('1')\n'eval(1)'")


# ---- the UI ----


def session_state(source: str) -> Iterator[str]:
    """Uses of Streamlit's session state, by attribute, name, import or string."""
    for node in ast.walk(ast.parse(source)):
        named = (
            getattr(node, "attr", None) if isinstance(node, ast.Attribute) else None,
            node.id if isinstance(node, ast.Name) else None,
            node.name if isinstance(node, ast.alias) else None,
            node.value if isinstance(node, ast.Constant) else None,
        )
        if "session_state" in named:
            yield f"line {node.lineno} touches session_state: use kpi_ui/session.py"


def test_only_one_door_to_session_state() -> None:
    door = ROOT / "kpi_ui" / "session.py"
    assert door in PRODUCT
    assert not problems([path for path in PRODUCT if path != door], session_state)
    assert found(session_state, door.read_text(encoding="utf-8")), "the door is elsewhere"


@pytest.mark.parametrize(
    "snippet",
    [
        "import streamlit as st\nst.session_state['a'] = 1",
        "import streamlit as st\nst.session_state.a = 1",
        "from streamlit import session_state",
        "import streamlit as st\ngetattr(st, 'session_state')",
    ],
)
def test_a_second_door_is_found(snippet: str) -> None:
    assert found(session_state, snippet)


def unsafe_html(source: str) -> Iterator[str]:
    """Permissions to put raw HTML or scripts on a page."""
    for node in ast.walk(ast.parse(source)):
        name = node.arg if isinstance(node, ast.keyword) else None
        name = node.value if isinstance(node, ast.Constant) else name
        if isinstance(name, str) and re.fullmatch(r"unsafe_allow_\w+", name):
            yield f"line {node.lineno} sets {name}"


def test_no_unsafe_html() -> None:
    assert not problems(EVERYTHING, unsafe_html)


@pytest.mark.parametrize(
    "snippet",
    [
        "st.markdown(text, unsafe_allow_html=True)",
        "st.markdown(text, unsafe_allow_html=False)",
        "st.html(text, unsafe_allow_javascript=True)",
        "st.markdown(text, **{'unsafe_' 'allow_html': True})",
    ],
)
def test_unsafe_html_is_found(snippet: str) -> None:
    assert found(unsafe_html, snippet)


SCRIPT_SINKS = re.compile(
    r"\.(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc)\b|\bdocument\s*\.\s*write|\beval\s*\("
    r"|\bnew\s+Function\b|\[\s*['\"`](?:innerHTML|outerHTML|insertAdjacentHTML)"
)
HEX_COLOUR = re.compile(r"(?<!url\()#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b", re.IGNORECASE)


def script_sinks(source: str) -> Iterator[str]:
    """Places where text could become markup or code."""
    for number, line in enumerate(source.splitlines(), start=1):
        for sink in SCRIPT_SINKS.findall(line):
            yield f"line {number} uses {sink}: build elements and set textContent"


def hex_colours(source: str) -> Iterator[str]:
    """Colours written out in declarations; selectors such as `#add` are none."""
    plain = re.sub(r"/\*.*?\*/", lambda c: "\n" * c[0].count("\n"), source, flags=re.DOTALL)
    for declaration in re.finditer(r":[^:;{}]*(?=[;}]|\Z)", plain):
        for colour in HEX_COLOUR.findall(declaration[0]):
            line = plain.count("\n", 0, declaration.start()) + 1
            yield f"line {line} has {colour}: take a --st-* variable"


def test_components_write_no_markup() -> None:
    files = sorted(COMPONENTS.rglob("*.js"))
    assert files
    assert not problems(files, script_sinks)


def test_components_take_their_colours_from_the_theme() -> None:
    files = sorted(COMPONENTS.rglob("*.css"))
    assert files
    assert not problems(files, hex_colours)


@pytest.mark.parametrize(
    "snippet",
    [
        "node.innerHTML = text;",
        "node['innerHTML'] = text;",
        "node.insertAdjacentHTML('beforeend', text)",
        "document.write(text)",
        "eval (text)",
        "const f = new Function(text)",
    ],
)
def test_a_script_sink_is_found(snippet: str) -> None:
    assert found(script_sinks, snippet)


def test_safe_script_is_left_alone() -> None:
    assert not found(script_sinks, "node.textContent = text; medieval(1); page.evaluate(2)")


@pytest.mark.parametrize(
    "snippet",
    [
        "a { color: #fff; }",
        "a{color:#1A2B3C}",
        "a { border: 1px solid #12345678 }",
        ".a { --ink: var(--st-text-color, #222); }",
        "a {\n  background: linear-gradient(\n    #abc, transparent);\n}",
    ],
)
def test_a_hex_colour_is_found(snippet: str) -> None:
    assert found(hex_colours, snippet)


def test_theme_colours_and_selectors_are_left_alone() -> None:
    snippet = """
        /* #fff */
        #add { color: var(--st-text-color); background: rgb(0 0 0 / 4%); fill: url(#fade); }
        a:hover #bad { border-color: transparent; outline: 2px solid currentColor }
    """
    assert not found(hex_colours, snippet)


# ---- sizes ----


def too_long(lines: int, what: str = "file") -> Rule:
    """The rule that a file has fewer than `lines` lines."""

    def rule(source: str) -> Iterator[str]:
        if (size := len(source.splitlines())) >= lines:
            yield f"{size} lines; a {what} stays under {lines}"

    return rule


def long_functions(source: str) -> Iterator[str]:
    """Functions that are no longer read at a glance."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size >= FUNCTION_LINES:
                yield f"{node.name} has {size} lines; a function stays under {FUNCTION_LINES}"


def test_pages_files_and_functions_stay_small() -> None:
    large = [
        *problems(python_files("pages"), too_long(PAGE_LINES, "page")),
        *problems(PRODUCT, too_long(FILE_LINES)),
        *problems(PRODUCT, long_functions),
    ]
    assert not large, "Too large, split it:\n" + "\n".join(large)


def test_large_files_and_functions_are_found() -> None:
    assert found(too_long(3), "a\nb\nc\n")
    assert not found(too_long(4), "a\nb\nc\n")
    line = "        pass\n"
    for head in ("def f():\n", "class A:\n    async def f(self):\n"):
        assert found(long_functions, head + line * (FUNCTION_LINES - 1))
        assert not found(long_functions, head + line * (FUNCTION_LINES - 2))


def test_the_rules_look_at_the_whole_product() -> None:
    """A renamed folder must not make a rule pass by finding nothing to look at."""
    names = {path.relative_to(ROOT).parts[0] for path in PRODUCT}
    assert names == {"app.py", "kpi_core", "kpi_store", "kpi_ui", "pages"}
    assert Path(__file__) in EVERYTHING
