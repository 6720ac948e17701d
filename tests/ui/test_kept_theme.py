"""The theme's part of a message, kept: the same bytes as Streamlit's own."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig, NewSession
from streamlit.runtime import app_session

from kpi_ui import kept_theme

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.dark.sidebar")


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> kept_theme.Populate:
    """Streamlit's own function; what a test puts in its place goes with the test."""
    own: kept_theme.Populate = app_session._populate_theme_msg
    monkeypatch.setattr(app_session, "_populate_theme_msg", own)
    return own


def message(populate: kept_theme.Populate) -> bytes:
    made = NewSession()
    theme = made.custom_theme
    parts = (theme, theme.light, theme.dark, theme.sidebar, theme.dark.sidebar)
    for part, section in zip(parts, SECTIONS, strict=True):
        populate(part, section)
    return made.SerializeToString(deterministic=True)


def test_the_kept_theme_is_the_same(build: kept_theme.Populate) -> None:
    kept = kept_theme.keeping(build)
    own = message(build)
    assert b"#2B4EC0" in own, "the theme of .streamlit/config.toml"
    assert [message(kept), message(kept)] == [own, own]


def test_it_is_made_once_for_a_configuration(
    build: kept_theme.Populate, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(part: CustomThemeConfig, section: str) -> None:
        made.append(section)
        build(part, section)

    kept = kept_theme.keeping(counted)
    message(kept)
    message(kept)
    assert made == list(SECTIONS)
    monkeypatch.setattr(config, "_config_options", dict(config.get_config_options()))
    message(kept)
    assert made == [*SECTIONS, *SECTIONS]


def test_it_is_put_in_place_once(build: kept_theme.Populate) -> None:
    kept_theme.install()
    first = app_session._populate_theme_msg
    kept_theme.install()
    assert first is not build
    assert app_session._populate_theme_msg is first


def test_a_streamlit_without_that_function_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(app_session, "_populate_theme_msg")
    kept_theme.install()
    assert not hasattr(app_session, "_populate_theme_msg")
