"""The components' scripts as files: names, content, and the few lines sent inline."""

from pathlib import Path

import pytest
from streamlit.components.v2.component_path_utils import ComponentPathUtils

from kpi_ui import assets

FOLDER = Path(assets.__file__).parent / "components"
NAMES = sorted(path.stem for path in FOLDER.glob("*.js") if path.stem != "base")


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_is_base_and_component_with_their_styles(name: str) -> None:
    bundle = assets.bundle(name)
    for file in ("base.js", f"{name}.js"):
        assert (FOLDER / file).read_text(encoding="utf-8") in bundle
    for file in ("base.css", f"{name}.css"):
        first = (FOLDER / file).read_text(encoding="utf-8").split("\n", 1)[0]
        assert first.replace('"', '\\"') in bundle.split("\n")[1]
    assert bundle.count("export default function") == 1
    assert "begin(component)" in bundle, "the base puts the styles on in `begin`"


@pytest.mark.parametrize("name", NAMES)
def test_only_a_few_lines_are_sent_inline(name: str) -> None:
    inline = assets.loader(name)
    assert len(inline) < 200
    assert assets.file_name(name) in inline
    assert ComponentPathUtils.looks_like_inline_content(inline), (
        "else Streamlit takes it for a path"
    )


def test_the_name_changes_with_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("base.js", "base.css", "x.js", "x.css"):
        (tmp_path / file).write_text("", encoding="utf-8")
    monkeypatch.setattr(assets, "_HERE", tmp_path)
    names = [assets.file_name("x")]
    for file in ("base.js", "base.css", "x.js", "x.css"):
        (tmp_path / file).write_text("// changed", encoding="utf-8")
        names.append(assets.file_name("x"))
    assert len(set(names)) == len(names)
    assert assets.served(names[-1]) == (assets.bundle("x"), True)
    assert assets.served(names[0]) == (assets.bundle("x"), False)


@pytest.mark.parametrize(
    "file",
    [
        "",
        "tree",
        "tree.js",
        "tree.zzzzzzzzzzzz.js",
        "base.0123456789ab.js",
        "none.0123456789ab.js",
        "../server.0123456789ab.js",
        "tree.0123456789ab.js/",
        "tree.0123456789ab.js\n",
        "\x00",
    ],
)
def test_other_files_are_not_served(file: str) -> None:
    assert assets.served(file) is None
