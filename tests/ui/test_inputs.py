"""Text from people inside Markdown: escaped, on one line, and nothing live is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from kpi_ui.inputs import md

JOINER = "\u2060"


def as_read(markdown: str) -> str:
    """What is left when Markdown has taken the backslashes out."""
    shown, escaped = [], False
    for character in markdown:
        if character == "\\" and not escaped:
            escaped = True
            continue
        shown.append(character)
        escaped = False
    return "".join(shown).replace(JOINER, "")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Plain words 123", "Plain words 123"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("<script>", r"\<script\>"),
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("$5 and $x^2$", r"\$5 and \$x\^2\$"),
        ("1. one # two | ~", r"1\. one \# two \| \~"),
        ("back\\slash", r"back\\slash"),
        ("=cmd()&amp;", r"\=cmd\(\)\&amp;"),
        ("two\nlines\n\n# head", r"two lines \# head"),
        ("  around\t\u00a0", "around"),
        ("שלום 🚀 株式会社", "שלום 🚀 株式会社"),
        (42, "42"),
        ("", ""),
    ],
)
def test_signs_of_markdown_are_escaped(text: object, markdown: str) -> None:
    assert md(text) == markdown


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        (":material/home:", ":|material/home:"),
        (":red[x]", ":|red[x]"),
        ("https://example.org", "https:|//example.org"),
        ("WWW.example.org", "WWW|.example.org"),
        ("me@example.org", "me@|example.org"),
        ("a -> b <- c -- d", "a -|> b <|- c -|- d"),
        ("x >= y <= z", "x >|= y <|= z"),
    ],
)
def test_what_streamlit_makes_live_later_is_parted(text: str, parted: str) -> None:
    unescaped = md(text).replace("\\", "")
    assert unescaped == parted.replace("|", JOINER)


@given(st.text(max_size=80))
def test_every_text_reads_as_it_was(text: str) -> None:
    plain = " ".join(text.replace(JOINER, "").split())
    assert as_read(md(plain)) == plain


@given(st.text(alphabet="\\`*_{}[]()#+-.!|<>~$:\"'&=^ab\n ", max_size=40))
def test_no_sign_stays_bare(text: str) -> None:
    bare = md(text).replace("\\\\", "")
    for place, character in enumerate(bare):
        if character in "`*_{}[]()#+-.!|<>~$:\"'&=^":
            assert bare[place - 1] == "\\"


# ---- the widgets ----


def fields_app() -> None:
    """One of each input over one draft."""
    import streamlit as st

    from kpi_ui import inputs, state

    read = state.interpretation()
    inputs.text("Name", ("company", "name"), "Your company", read)
    inputs.text("Target", ("company", "revenue_target"), "5", read, note="A start")
    inputs.choose("Letter", ("letter",), {"a": "A", "b": "B"}, state.answer("letter") or "a")
    inputs.several("Roles", ("channels",), ["seo", "paid"], state.answer("channels") or ["seo"])
    inputs.toggle("Held", ("held",), state.answer("held") is not False, "Review")
    inputs.whole_number("Minutes", ("minutes",), state.answer("minutes") or 30, 5, 480, 5)
    inputs.remark("Wrong ![x](y)", "5", "note")
    inputs.remark(None, None, "")
    st.json(state.draft())


def test_inputs_write_to_the_draft_and_show_what_it_says() -> None:
    at = AppTest.from_function(fields_app, default_timeout=15).run()
    assert not at.exception
    at.text_input[0].set_value("Acme *")
    at.text_input[1].set_value("1,234.5")
    at.run()
    at.selectbox[0].set_value("b").run()
    at.multiselect[0].set_value(["paid"]).run()
    at.toggle[0].set_value(False).run()
    at.number_input[0].set_value(45).run()
    assert not at.exception
    assert at.session_state["kpi.draft"] == {
        "company": {"name": "Acme *", "revenue_target": "1,234.5"},
        "letter": "b",
        "channels": ["paid"],
        "held": False,
        "minutes": 45,
    }
    captions = [caption.value for caption in at.caption]
    assert captions[1] == "Read as \\$1,234\\.50. A start"


def test_the_remark_under_a_field() -> None:
    at = AppTest.from_function(fields_app, default_timeout=15).run()
    captions = [caption.value for caption in at.caption]
    assert captions[0] == "&nbsp;", "an empty line keeps the page from jumping"
    assert captions[1] == "A start"
    assert captions[2] == r":red[:material/error: Wrong \!\[x\]\(y\)]"
