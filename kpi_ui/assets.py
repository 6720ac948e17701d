"""The components' scripts as files of their own, so that a page is not sent them with every rerun.

Streamlit sends a component's inline script along each time its element changes: 65 KB for one step of
the KPI tree's sliders. Its files by address need an installed package with a manifest, so the app
serves them itself (`kpi_ui/server.py`), and what is sent inline only loads the file. The address holds
a digest of the content: browsers keep the file for good, and fetch a changed one.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

PLACE = "kpi-components"
"""Where the files are, beside the app's pages."""

_HERE = Path(__file__).parent / "components"
_FILE = re.compile(r"([a-z][a-z_]*)\.([0-9a-f]{12})\.js")


def bundle(name: str) -> str:
    """The script of the component made of `name`.js and `name`.css, behind the shared base."""
    css, js = (_read(f"base.{kind}") + _read(f"{name}.{kind}") for kind in ("css", "js"))
    sheet = f"const SHEET = new CSSStyleSheet();\nSHEET.replaceSync({json.dumps(css)});\n"
    return sheet + js


def loader(name: str) -> str:
    """The inline script: it stands for the component's file, and takes part in no render itself.

    A path alone would not do: what Streamlit makes of inline scripts has no address to start from.
    """
    return (
        f'const file = new URL("{PLACE}/{file_name(name)}", document.baseURI);\n'
        "const { default: draw } = await import(file.href);\n"
        "export default draw;\n"
    )


def file_name(name: str) -> str:
    """The file's name, which changes with its content."""
    digest = hashlib.sha256(bundle(name).encode()).hexdigest()
    return f"{name}.{digest[:12]}.js"


def served(file: str) -> tuple[str, bool] | None:
    """The script asked for by file name, and whether it is the very one; `None` if there is none.

    A page that was open while the app changed asks for the old one and gets the new.
    """
    asked = _FILE.fullmatch(file)
    name = asked.group(1) if asked else "base"
    if name == "base" or not (_HERE / f"{name}.js").is_file():
        return None
    return bundle(name), file == file_name(name)


def _read(filename: str) -> str:
    return (_HERE / filename).read_text(encoding="utf-8")
