"""The docs say what the code does: generated parts are current, nothing is unnamed, no link is dead."""

import importlib.util
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from kpi_core import cli
from kpi_core.catalog.loader import DATA, load_catalog
from kpi_core.export.tables import tables
from kpi_core.framework.answers import Answers
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.schema import SCHEMA_FILE, schema_text

ROOT = Path(__file__).parents[1]
OPTION = r"--[a-z]+(?:-[a-z]+)*"
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("README.md"))]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generator()


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


# ---- generated parts ----


def test_generated_files_are_current() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, expected in generate.documents().items()
        if path.read_text(encoding="utf-8") != expected
    ]
    assert not stale, "run `make docs`"


def test_the_committed_schema_is_the_schema_of_the_models() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_renewing_a_block_leaves_prose_alone() -> None:
    old = "Prose.\n<!-- generated: a b -->\nold\n<!-- end: a b -->\nMore prose.\n"
    new = "Prose.\n<!-- generated: a b -->\n\nnew\n\n<!-- end: a b -->\nMore prose.\n"
    assert generate.filled(old, {"a b": "new"}) == new
    assert generate.filled(new, {"a b": "new"}) == new


def test_a_missing_and_a_left_over_meaning_end_the_script() -> None:
    missing = generate.Meanings({})
    missing.of("Kpi.stage")
    with pytest.raises(SystemExit, match=r"no meaning for Kpi\.stage"):
        missing.complete()
    left_over = generate.Meanings({"Kpi.stage": "Stage.", "no_such_field": "Nothing."})
    assert left_over.of("Kpi.stage") == "Stage."
    with pytest.raises(SystemExit, match="meaning of nothing: no_such_field"):
        left_over.complete()


def test_a_docstring_wins_over_the_table_and_a_full_name_over_a_bare_one() -> None:
    meanings = generate.Meanings({"Kpi.stage": "full", "stage": "bare"})
    assert meanings.of("Kpi.stage", "docstring") == "docstring"
    assert meanings.of("Kpi.stage") == "full"
    assert meanings.of("Review.stage") == "bare"


# ---- nothing is unnamed ----


def test_every_metric_and_measure_is_in_the_glossary() -> None:
    catalog, glossary = load_catalog(), text_of("glossary.md")
    missing = [key for key in (*catalog.metrics, *catalog.measures) if f"`{key}`" not in glossary]
    assert not missing
    unnamed = [m.name for m in catalog.metrics.values() if f"### {m.name}\n" not in glossary]
    assert not unnamed


def test_every_channel_role_and_tool_category_is_in_the_glossary() -> None:
    catalog, glossary = load_catalog(), text_of("glossary.md")
    known = (*catalog.channels, *catalog.roles, *catalog.tools)
    assert not [key for key in known if f"| `{key}` |" not in glossary]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    level = heading.split(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"no section '{heading}'"
    return found[1]


@pytest.mark.parametrize("document", [MeasurementFramework, Answers], ids=lambda d: d.__name__)
def test_every_field_is_listed_under_its_model(document: type) -> None:
    schema = document.model_json_schema()
    models = {schema["title"]: schema, **schema["$defs"]}
    for name, model in models.items():
        if "properties" in model:
            listed = section(text_of("file-formats.md"), f"### {name}")
            assert not [field for field in model["properties"] if f"| `{field}` |" not in listed]


def test_every_column_is_listed_under_its_table() -> None:
    catalog = load_catalog()
    read = interpret({}, catalog)
    framework = build_framework(read.profile, read.selection, catalog, date(2026, 1, 1))
    for table in tables(framework):
        listed = section(text_of("file-formats.md"), f"### {table.name}.csv")
        assert not [column for column in table.columns if f"| `{column}` |" not in listed]
    columns = (DATA / "benchmarks.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    listed = section(text_of("file-formats.md"), "## benchmarks.csv")
    assert not [column for column in columns if f"| `{column}` |" not in listed]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        cli.main(arguments)
    return capsys.readouterr().out


def test_every_command_and_option_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    listed = section(text_of("file-formats.md"), "## Command line")
    commands = re.findall(r"^    ([a-z-]+)(?: |$)", printed(capsys, "--help"), re.MULTILINE)
    assert sorted(commands) == sorted(set(re.findall(r"^\| `kpi ([a-z-]+)", listed, re.MULTILINE)))
    options = {
        option
        for command in commands
        for option in re.findall(OPTION, printed(capsys, command, "--help"))
    }
    assert options == set(re.findall(OPTION, listed))


def test_the_answers_example_builds_a_framework_without_errors() -> None:
    found = re.search(r"```yaml\n(.*?)```", text_of("file-formats.md"), re.DOTALL)
    assert found
    catalog = load_catalog()
    read = interpret(yaml.safe_load(found[1]), catalog)
    assert not [finding for finding in read.findings if finding.severity is Severity.ERROR]
    framework = build_framework(read.profile, read.selection, catalog, date(2026, 1, 1))
    assert not [f for f in check_framework(framework) if f.severity is Severity.ERROR]
    assert framework.company.average_deal_size == 30_000
    assert framework.company.revenue_target == 4_000_000
    kpi = next(kpi for kpi in framework.kpis if kpi.metric_id == "mql_count")
    assert (kpi.target.value, kpi.cadence) == (600, "weekly")


# ---- links ----


def dead_links(page: Path, text: str) -> Iterator[str]:
    """Links of a page to repository files or headings that are not there."""
    for target in re.findall(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)", without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        path = page.parent / file if file else page
        if not path.exists() or not path.resolve().is_relative_to(ROOT):
            yield f"{page.name}: {target}"
        elif heading and path.suffix == ".md":
            found = text if path == page else path.read_text(encoding="utf-8")
            if heading not in headings(found):
                yield f"{page.name}: {target}"


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str) -> set[str]:
    """Addresses of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    assert not list(dead_links(page, page.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "link",
    ["no-such-file.md", "glossary.md#no-such-heading", "#nowhere", "../../outside.md", "../.."],
)
def test_a_dead_link_is_found(link: str) -> None:
    page = ROOT / "docs" / "adding-a-metric.md"
    text = f"# Here\n\nSee [this]({link}).\n"
    assert list(dead_links(page, text)) == [f"adding-a-metric.md: {link}"]


def test_good_links_and_code_are_left_alone() -> None:
    text = (
        "# LTV:CAC, here\n[a](#ltvcac-here) [b](glossary.md#words) [c](https://example.org/x)\n"
        "![d](../LICENSE)\n```\n[e](nowhere.md)\n```\n"
    )
    assert not list(dead_links(ROOT / "docs" / "adding-a-metric.md", text))


def test_no_two_metrics_share_an_address_in_the_glossary() -> None:
    found = re.findall(r"^#+ (.+)$", text_of("glossary.md"), re.MULTILINE)
    addresses = [generate.anchor(heading) for heading in found]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_docs_name_no_absolute_path(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.])/(?:home|root|tmp|work|Users)/\S*", text)
