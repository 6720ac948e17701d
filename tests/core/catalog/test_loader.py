"""The catalog as data, and what the loader says when a file is wrong."""

from __future__ import annotations

import csv
import functools
import operator
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kpi_core.catalog.loader import CATALOG_VERSION, DATA, Catalog, extended, load_catalog
from kpi_core.errors import CatalogError, UnknownIdError
from kpi_core.framework.interpret_company import DEFAULTS
from kpi_core.models.base import Motion, Role, Segment, Stage
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import MetricDefinition

NORTH_STARS = [
    "marketing_sourced_pipeline",
    "qualified_activations",
    "marketing_influenced_revenue",
]
METRICS_OF_STAGES = {
    Stage.AWARENESS: [
        "qualified_reach",
        "organic_search_visibility",
        "content_engagement_depth",
        "brand_mention_volume",
        "website_sessions",
        "organic_sessions",
        "ad_impressions",
        "target_keyword_rankings",
        "branded_search_volume",
        "traffic_source_composition",
    ],
    Stage.CONSIDERATION: [
        "engagement_qualified_leads",
        "content_conversion_rate",
        "return_visit_rate",
        "content_pipeline_influence",
        "new_leads",
        "form_submissions",
        "content_downloads",
        "webinar_registrations",
        "cost_per_lead",
        "mql_count",
        "lead_to_mql_rate",
        "email_open_rate",
        "email_click_through_rate",
        "email_unsubscribe_rate",
        "scoring_threshold_attainment_rate",
        "average_time_on_blog_posts",
        "white_paper_completion_rate",
        "recycled_lead_count",
    ],
    Stage.CONVERSION: [
        "marketing_sourced_pipeline",
        "marketing_sourced_opportunities",
        "mql_to_sql_rate",
        "sql_to_opportunity_rate",
        "opportunities_created",
        "win_rate",
        "marketing_sourced_win_rate",
        "sales_sourced_win_rate",
        "average_deal_size",
        "marketing_sourced_average_deal_size",
        "pipeline_velocity",
        "pipeline_coverage",
        "sales_cycle_length",
        "lead_response_time",
        "closed_won_deals",
        "customer_acquisition_cost",
        "cac_payback",
        "ltv_to_cac",
        "marketing_sourced_share_of_pipeline",
        "marketing_roi",
        "budget_utilisation",
    ],
    Stage.EXPANSION: [
        "net_revenue_retention",
        "gross_revenue_retention",
        "customer_marketing_engagement",
        "expansion_pipeline",
        "customer_advocacy",
        "churn_rate",
    ],
}
PRODUCT_LED = [
    "sign_ups",
    "activation_rate",
    "product_qualified_leads",
    "pql_to_paid_rate",
    "free_trial_conversion_rate",
    "time_to_value",
]
PRIMARIES = {
    Stage.AWARENESS: "qualified_reach",
    Stage.CONSIDERATION: "engagement_qualified_leads",
    Stage.CONVERSION: "marketing_sourced_pipeline",
    Stage.EXPANSION: "net_revenue_retention",
}


def test_version_and_size(catalog: Catalog) -> None:
    assert catalog.version == CATALOG_VERSION
    assert len(catalog.metrics) >= 60


def test_metrics_promised(catalog: Catalog) -> None:
    promised = {
        *NORTH_STARS,
        *PRODUCT_LED,
        *functools.reduce(operator.iadd, METRICS_OF_STAGES.values(), []),
    }
    assert promised - set(catalog.metrics) == set()


@pytest.mark.parametrize("stage", Stage)
def test_metrics_stand_on_their_stage(catalog: Catalog, stage: Stage) -> None:
    assert {catalog.metric(key).stage for key in METRICS_OF_STAGES[stage]} == {stage}
    assert Role.PRIMARY in catalog.metric(PRIMARIES[stage]).roles


def test_north_stars(catalog: Catalog) -> None:
    # DESIGN.md section 4: money, count, money
    chosen = {motion: catalog.motions[motion].north_star for motion in Motion}
    assert chosen == dict(zip(Motion, NORTH_STARS, strict=True))
    assert [catalog.metric(key).unit for key in NORTH_STARS] == ["money", "count", "money"]
    assert all(Role.NORTH_STAR in catalog.metric(key).roles for key in NORTH_STARS)
    assert catalog.candidates["closed_won_revenue"].refused


def test_choices_promised(catalog: Catalog) -> None:
    assert set(catalog.business_models) == {
        "subscription_saas",
        "usage_based",
        "professional_services",
        "transactional",
        "marketplace",
        "manufacturing",
    }
    assert list(catalog.motions) == list(Motion)
    assert list(catalog.segments) == list(Segment)
    assert list(catalog.stages) == list(Stage)
    channels = "seo paid email events social content partner outbound referral"
    assert set(catalog.channels) == set(channels.split())
    assert set(catalog.tools) == {
        "crm",
        "marketing_automation",
        "web_analytics",
        "product_analytics",
        "seo",
        "advertising",
        "bi",
        "warehouse",
        "billing",
        "customer_success",
        "social_listening",
    }
    assert all(len(tool.products) >= 3 for tool in catalog.tools.values())
    assert len(catalog.samples) == 4


@pytest.mark.parametrize("motion", Motion)
@pytest.mark.parametrize("stage", Stage)
def test_every_motion_suggests_for_every_stage(
    catalog: Catalog, motion: Motion, stage: Stage
) -> None:
    suggestion = catalog.suggestion(motion, stage)
    ids = [suggestion.primary.metric_id, *(s.metric_id for s in suggestion.supporting)]
    assert len(ids) == len(set(ids)) >= 5
    assert all(motion in catalog.metric(key).motions for key in ids)
    assert {catalog.metric(key).stage for key in ids} == {stage}
    assert not any(catalog.metric(key).vanity for key in ids)


def test_every_metric_says_what_it_means(catalog: Catalog) -> None:
    for metric in catalog.metrics.values():
        assert len(metric.definition) >= 60, metric.id
        assert metric.pitfalls, metric.id
        assert metric.measured_by, metric.id
        assert metric.owner_role in catalog.roles, metric.id
        assert metric.steward_role in catalog.roles, metric.id
        assert metric.guardrail in {*catalog.metrics, None}, metric.id


def test_rates_are_shares(catalog: Catalog) -> None:
    for metric in catalog.metrics.values():
        is_rate = metric.id.endswith("_rate")
        assert not is_rate or (metric.unit, metric.minimum, metric.maximum) == ("ratio", 0, 1)


def test_defaults_of_the_wizard_exist(catalog: Catalog) -> None:
    tables = {
        "business_model": catalog.business_models,
        "industry": catalog.industries,
        "region": catalog.regions,
        "segment": catalog.segments,
        "maturity": catalog.maturity,
    }
    assert {key: DEFAULTS[key] in table for key, table in tables.items()} == dict.fromkeys(
        DEFAULTS, True
    )


def test_unknown_metric_names_near_matches(catalog: Catalog) -> None:
    with pytest.raises(UnknownIdError, match="did you mean win_rate"):
        catalog.metric("win_rat")


# Published figures


def _rows() -> list[dict[str, str]]:
    """The committed CSV, read without the loader."""
    with (DATA / "benchmarks.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_published_row_is_there(catalog: Catalog) -> None:
    rows = _rows()
    assert len(rows) == len(catalog.benchmarks) == 430
    assert [row["id"] for row in rows] == [figure.id for figure in catalog.benchmarks]
    assert len({row["metric_id"] for row in rows}) == 78
    assert Counter(row["confidence"] for row in rows) == {"high": 41, "medium": 279, "low": 110}


def test_figures_are_converted_right(catalog: Catalog) -> None:
    # Percent becomes a share, the CSV's `ratio` is our `multiple`, currency_usd is money in USD.
    units = {"percent": "ratio", "ratio": "multiple"}
    for row, figure in zip(_rows(), catalog.benchmarks, strict=True):
        published = row["unit"]
        is_money = published.startswith("currency_")
        assert figure.unit == ("money" if is_money else units.get(published, published))
        assert figure.currency == (published[-3:].upper() if is_money else None)
        for column in ("low", "typical", "high"):
            shift = Decimal(100) if published == "percent" else Decimal(1)
            wanted = float(Decimal(row[column]) / shift) if row[column] else None
            assert getattr(figure, column) == wanted, (row["id"], column)


def test_figures_keep_source_and_cuts(catalog: Catalog) -> None:
    copied = [
        "segment",
        "motion",
        "industry",
        "channel",
        "stage",
        "region",
        "statistic",
        "sample",
        "definition",
        "source_title",
        "source_publisher",
        "confidence",
        "note",
    ]
    for row, figure in zip(_rows(), catalog.benchmarks, strict=True):
        assert [str(getattr(figure, column)) for column in copied] == [row[c] for c in copied]
        assert figure.source_title
        assert figure.source_publisher
        assert str(figure.source_year or "") == row["source_year"]
        assert (figure.source_url or "") == row["source_url"]


def test_figures_are_ordered_and_dated(catalog: Catalog) -> None:
    for figure in catalog.benchmarks:
        given = [v for v in (figure.low, figure.typical, figure.high) if v is not None]
        assert given == sorted(given), figure.id
        assert given, figure.id
        assert figure.source_year is None or 2000 <= figure.source_year <= 2026, figure.id
    assert sum(figure.source_year is None for figure in catalog.benchmarks) == 112


def test_figures_are_cut_as_the_readme_says(catalog: Catalog) -> None:
    cuts = {
        "segment": {"any", "smb", "mid_market", "enterprise"},
        "motion": {"any", "sales_led", "product_led", "hybrid"},
        "region": {"any", "us", "eu", "jp", "apac"},
    }
    for column, known in cuts.items():
        assert {getattr(figure, column) for figure in catalog.benchmarks} <= known
    regions = {"any", *(region.benchmark_cut for region in catalog.regions.values())}
    assert {figure.region for figure in catalog.benchmarks} <= regions


def test_cuts_of_industries_and_channels_are_published(catalog: Catalog) -> None:
    industries = {figure.industry for figure in catalog.benchmarks}
    channels = {figure.channel for figure in catalog.benchmarks}
    for industry in catalog.industries.values():
        assert set(industry.benchmark_cuts) <= industries, industry.id
    for channel in catalog.channels.values():
        assert set(channel.benchmark_cuts) <= channels, channel.id


def test_figures_without_our_metric_say_why(catalog: Catalog) -> None:
    for figure in catalog.benchmarks:
        explained = figure.same_definition or bool(figure.definition_note)
        assert explained, figure.id
        assert figure.metric_id is None or figure.metric_id in catalog.metrics


# A framework may know more than the catalog


def test_extended_adds_what_only_a_file_knows(
    catalog: Catalog, worked_example: MeasurementFramework
) -> None:
    own = MetricDefinition.model_validate(
        {**dict(worked_example.metrics[0]), "id": "trade_show_cards", "name": "Trade show cards"}
    )
    document = worked_example.model_dump()
    document["metrics"] = [*document["metrics"], own.model_dump()]
    wider = extended(catalog, MeasurementFramework.model_validate(document))
    assert wider.metric("trade_show_cards") == own
    assert set(wider.metrics) - set(catalog.metrics) == {"trade_show_cards"}
    assert wider.metrics["win_rate"] is catalog.metrics["win_rate"]
    assert len(wider.benchmarks) == len(catalog.benchmarks)


# Broken data: one thing at a time, in a copy

Edit = Callable[[dict], None]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the catalog's data folder."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def _edit(path: Path, change: Edit) -> None:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _record(content: dict, table: str, key: str, by: str = "id") -> dict:
    return next(row for row in content[table] if row[by] == key)


def _problem(folder: Path) -> str:
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return str(caught.value)


def test_the_copy_itself_is_right(data: Path, catalog: Catalog) -> None:
    assert load_catalog(data) == catalog


CONVERSION = "metrics/conversion.yaml"


@pytest.mark.parametrize(
    ("file", "record", "field", "change"),
    [
        pytest.param(
            CONVERSION,
            "win_rate",
            "guardrail",
            lambda c: _record(c, "metrics", "win_rate").update(guardrail="no_such_metric"),
            id="unknown guardrail",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "leads",
            lambda c: _record(c, "metrics", "win_rate").update(leads="no_such_metric"),
            id="unknown metric led",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "owner",
            lambda c: _record(c, "metrics", "win_rate").update(owner_role="wizard"),
            id="unknown owner role",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "channels",
            lambda c: _record(c, "metrics", "win_rate").update(channels=["pigeon"]),
            id="unknown channel",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "requires",
            lambda c: _record(c, "metrics", "win_rate")["measured_by"][0].update(
                requires=["abacus"]
            ),
            id="unknown tool category",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "definition",
            lambda c: _record(c, "metrics", "win_rate").pop("definition"),
            id="missing field",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "colour",
            lambda c: _record(c, "metrics", "win_rate").update(colour="red"),
            id="unknown field",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "unit",
            lambda c: _record(c, "metrics", "win_rate").update(unit="furlong"),
            id="unknown unit",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "motions",
            lambda c: _record(c, "metrics", "win_rate").update(motions=["guess_led"]),
            id="unknown motion of a metric",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "id",
            lambda c: c["metrics"].append(dict(_record(c, "metrics", "win_rate"))),
            id="duplicate id",
        ),
        pytest.param(
            CONVERSION,
            "closed_won_deals",
            "name",
            lambda c: _record(c, "metrics", "closed_won_deals").update(name="Win rate"),
            id="duplicate name",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "formula",
            lambda c: _record(c, "metrics", "win_rate")["formula"].update(numerator="nothing"),
            id="unknown formula input",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "formula",
            lambda c: _record(c, "metrics", "win_rate").update(
                formula={"kind": "eval", "text": "1 + 1"}
            ),
            id="unknown kind of formula",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "formula",
            lambda c: _record(c, "metrics", "win_rate").update(
                formula={"kind": "product", "factors": ["win_rate"]}
            ),
            id="formula of itself",
        ),
        pytest.param(
            CONVERSION,
            "win_rate",
            "funnel_rate",
            lambda c: _record(c, "metrics", "win_rate").pop("funnel_rate"),
            id="funnel rate not marked",
        ),
        pytest.param(
            "suggestions.yaml",
            "sales_led awareness",
            "no_such_metric",
            lambda c: c["suggestions"][0]["supporting"][0].update(metric_id="no_such_metric"),
            id="unknown suggestion",
        ),
        pytest.param(
            "suggestions.yaml",
            "suggestions 0",
            "motion",
            lambda c: c["suggestions"][0].update(motion="guess_led"),
            id="unknown motion",
        ),
        pytest.param(
            "suggestions.yaml",
            "sales_led",
            "awareness",
            lambda c: c["suggestions"].pop(0),
            id="motion without a stage",
        ),
        pytest.param(
            "general.yaml",
            "sales_led",
            "north_star",
            lambda c: _record(c, "motions", "sales_led").update(north_star="closed_won_revenue"),
            id="refused north star",
        ),
        pytest.param(
            "general.yaml",
            "sales_led",
            "funnel_template",
            lambda c: _record(c, "motions", "sales_led").update(funnel_template="spiral"),
            id="unknown funnel",
        ),
        pytest.param(
            "planning.yaml",
            "sales_led_short",
            "rates",
            lambda c: _record(c, "funnels", "sales_led_short")["rates"].pop(),
            id="a rate too few",
        ),
        pytest.param(
            "operation.yaml",
            "weekly",
            "janitor",
            lambda c: _record(c, "reviews", "weekly", "cadence").update(attendees=["janitor"]),
            id="unknown attendee",
        ),
        pytest.param(
            "benchmark_metrics.yaml",
            "visitor_to_lead",
            "win_rate_of_dreams",
            lambda c: c["mappings"][0].update(metric_id="win_rate_of_dreams"),
            id="benchmark mapped to an unknown metric",
        ),
        pytest.param(
            "benchmark_metrics.yaml",
            "lead_form_fill_rate",
            "note",
            lambda c: _record(c, "mappings", "lead_form_fill_rate", "published_as").pop("note"),
            id="mapping without its reason",
        ),
        pytest.param(
            "company.yaml",
            "smb",
            "deal_size_usd",
            lambda c: _record(c, "segments", "smb").update(deal_size_usd="much"),
            id="text for a number",
        ),
    ],
)
def test_a_mistake_is_named_with_file_record_and_field(
    data: Path, file: str, record: str, field: str, change: Edit
) -> None:
    _edit(data / file, change)
    message = _problem(data)
    assert Path(file).name in message
    assert record in message
    assert field in message


def test_a_formula_cycle_is_named(data: Path) -> None:
    def loop(content: dict) -> None:
        first = _record(content, "metrics", "closed_won_deals")
        second = _record(content, "metrics", "opportunities_created")
        first["formula"] = {"kind": "product", "factors": ["opportunities_created"]}
        second["formula"] = {"kind": "product", "factors": ["closed_won_deals"]}

    _edit(data / CONVERSION, loop)
    message = _problem(data)
    assert "refers to itself through" in message
    assert "closed_won_deals" in message
    assert "opportunities_created" in message


def test_a_missing_table_is_named(data: Path) -> None:
    _edit(data / "tools.yaml", lambda content: content.pop("tools"))
    assert _problem(data) == "tools.yaml: table tools is missing"


def test_broken_yaml_is_named(data: Path) -> None:
    (data / "tools.yaml").write_text("tools: [", encoding="utf-8")
    assert "tools.yaml" in _problem(data)


def test_a_list_instead_of_tables_is_named(data: Path) -> None:
    (data / "tools.yaml").write_text("- tools", encoding="utf-8")
    assert _problem(data) == "tools.yaml: must be a mapping of tables"


def _replace_in_csv(data: Path, old: str, new: str) -> None:
    path = data / "benchmarks.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("visitor_to_lead.1,visitor_to_lead,", "visitor_to_lead.1,unmapped_rate,", "metric_id"),
        ("percent,1,,3,any", "percent,one,,3,any", "low"),
        ("percent,1,,3,any", "percent,4,,3,any", "low"),
        ("percent,1,,3,any", "percent,,,,any", "low"),
        ("percent,1,,3,any", "percent,nan,,3,any", "low"),
        ("percent,1,,3,any,any", "percent,1,,3,huge,any", "segment"),
        (",any,range,", ",any,hearsay,", "statistic"),
        (",GTM Tools,,https", ",GTM Tools,soon,https", "source_year"),
        (",GTM Tools,,https:", ",GTM Tools,,javascript:", "source_url"),
    ],
)
def test_a_wrong_figure_is_named_with_its_row_and_column(
    data: Path, old: str, new: str, field: str
) -> None:
    _replace_in_csv(data, old, new)
    message = _problem(data)
    assert "benchmarks.csv" in message
    assert "line 2" in message or "visitor_to_lead.1" in message
    assert field in message


def test_a_figure_used_twice_is_named(data: Path) -> None:
    _replace_in_csv(data, "\nvisitor_to_lead.2,", "\nvisitor_to_lead.1,")
    assert "visitor_to_lead.1, id: used twice" in _problem(data)


def test_a_missing_column_is_named(data: Path) -> None:
    _replace_in_csv(data, ",source_publisher,", ",publisher,")
    message = _problem(data)
    assert "benchmarks.csv" in message
    assert "source_publisher" in message


def test_a_mapping_nobody_uses_is_named(data: Path) -> None:
    def add(content: dict) -> None:
        content["mappings"].append({"published_as": "horoscope_rate", "metric_id": "win_rate"})

    _edit(data / "benchmark_metrics.yaml", add)
    assert "horoscope_rate: no row in benchmarks.csv" in _problem(data)


def test_all_mistakes_are_listed_at_once(data: Path) -> None:
    def spoil(content: dict) -> None:
        _record(content, "metrics", "win_rate")["guardrail"] = "no_such_metric"
        _record(content, "metrics", "closed_won_deals")["leads"] = "no_such_thing"

    _edit(data / CONVERSION, spoil)
    message = _problem(data)
    assert "no_such_metric" in message
    assert "no_such_thing" in message
