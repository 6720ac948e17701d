"""Keeps the theme's part of a message that Streamlit makes anew for every run of a script.

Setting some 100 options, each by a name converted with regular expressions, was a fifth of the
server's work for a slider step. The result follows from the configuration alone. This replaces a
private function of Streamlit (1.67); where a version has none of that name, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_NAME = "_populate_theme_msg"
Populate = Callable[..., None]


def install() -> None:
    """From now on make each section of the theme once per configuration; to be called at start."""
    build: Populate | None = getattr(app_session, _NAME, None)
    if build is not None and build.__module__ != __name__:
        setattr(app_session, _NAME, keeping(build))


def keeping(build: Populate) -> Populate:
    """`build`, which fills a message with a section's options, with what it made kept."""
    kept: dict[str, CustomThemeConfig] = {}
    options: list[object] = [None]

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        current = config.get_config_options()
        if options[0] is not current:  # another object after each reading of the files
            options[0] = current
            kept.clear()
        made = kept.get(section)
        if made is None:
            made = CustomThemeConfig()
            build(made, section)
            kept[section] = made
        if made.ListFields():
            message.MergeFrom(made)

    return populate
