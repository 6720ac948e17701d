"""What all tests share: the catalog, a framework per sample, golden files and the hypothesis profile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kpi_core.catalog.loader import Catalog, load_catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.framework import MeasurementFramework

_DATA = tempfile.TemporaryDirectory(prefix="kpi-tests-", ignore_cleanup_errors=True)
os.environ["KPI_DATA_DIR"] = _DATA.name  # for the servers the tests start, too
os.environ.pop("DATABASE_URL", None)

TODAY = date(2026, 4, 1)
GOLDEN = Path(__file__).parent / "golden"
SAMPLES = (
    "sales_led_enterprise_saas_usd",
    "product_led_smb_saas_eur",
    "hybrid_mid_market_gbp",
    "manufacturer_jpy",
)

settings.register_profile(
    "default",
    deadline=None,
    database=None,  # nothing is carried from run to run
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the files in tests/golden anew; review their diff",
    )


@pytest.fixture(scope="session")
def today() -> date:
    """The date every framework in the tests is stamped with."""
    return TODAY


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog as shipped."""
    return load_catalog()


@pytest.fixture(scope="session")
def build(catalog: Catalog) -> Callable[..., MeasurementFramework]:
    """Answers -> framework, stamped with the tests' date."""

    def built(answers: object) -> MeasurementFramework:
        read = interpret(answers, catalog)
        return build_framework(read.profile, read.selection, catalog, TODAY)

    return built


@pytest.fixture(scope="session", params=SAMPLES)
def framework(
    request: pytest.FixtureRequest,
    catalog: Catalog,
    build: Callable[..., MeasurementFramework],
) -> MeasurementFramework:
    """Each sample company's framework in turn."""
    return build(catalog.samples[request.param].answers)


@pytest.fixture(scope="session")
def worked_example(
    catalog: Catalog, build: Callable[..., MeasurementFramework]
) -> MeasurementFramework:
    """The Japanese manufacturer: the worked example every test knows."""
    return build(catalog.samples["manufacturer_jpy"].answers)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a committed file; `--update-golden` rewrites it."""

    def compare(name: str, content: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert path.read_bytes().decode() == content.decode()

    return compare
