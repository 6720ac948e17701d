"""Whom a published figure must describe: a company's cohort and the cuts that fit it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import Choice
from kpi_core.errors import unknown_id
from kpi_core.models.company import CompanyProfile

T = TypeVar("T")

BAND_CURRENCY = "USD"
"""Bands of contract value and seller revenue are published in it, and nothing is converted."""
WORLDWIDE = "global"
"""The region that is the same as any."""
SEGMENT_CONTRACTS = {
    "smb": (0.0, 25e3),
    "mid_market": (25e3, 100e3),
    "enterprise": (100e3, float("inf")),
}
_LIMIT = r"(\d+(?:_\d+)?[km])"
_BAND = re.compile(rf"(acv|deal|arr)_(?:(gt|lt)_{_LIMIT}|{_LIMIT}_{_LIMIT})")
_SCALE = {"k": 1e3, "m": 1e6}
_CUT_NAMES = {
    "us": "United States",
    "eu": "Europe",
    "jp": "Japan",
    "apac": "Asia-Pacific",
    "saas": "SaaS",
    "saas_crm": "CRM software (SaaS)",
    "ai_native_saas": "AI-native SaaS",
    "b2b": "B2B in general",
    "b2b_product": "B2B products",
    "b2b_services": "B2B services",
    "it_services": "IT services",
    "it_business_services": "IT and business services",
    "it_tech_software": "IT, technology and software",
    "industrial_iot": "industrial IoT",
    "seo": "organic search (SEO)",
    "abm": "ABM",
    "pr": "PR",
    "linkedin": "LinkedIn",
    "pe_backed": "backed by private equity",
    "vc_backed": "backed by venture capital",
}


@dataclass(frozen=True)
class Cohort:
    """Whom a figure must describe. Ids are the catalog's; `None` takes only figures not cut by it.

    A figure that is not cut at all by a dimension always fits. `stages` are the published bands of
    contract value and seller revenue that fit, nearest first. `confidence` is the least shown.
    """

    segment: str | None = None
    motion: str | None = None
    industry: str | None = None
    channel: str | None = None
    region: str | None = None
    confidence: Literal["high", "medium", "low"] = "low"
    stages: tuple[str, ...] = ()


def cohort_of(profile: CompanyProfile, catalog: Catalog, channel: str | None = None) -> Cohort:
    """The cohort the company belongs to.

    Its deal size and start ARR are held against the published bands only where the company's money
    is in US dollars.
    """
    in_dollars = profile.currency == BAND_CURRENCY
    stages = bands(catalog, profile.average_deal_size, profile.start_arr) if in_dollars else ()
    return Cohort(
        segment=profile.segment.value,
        motion=profile.motion.value,
        industry=profile.industry,
        channel=channel,
        region=profile.region,
        stages=stages,
    )


def wanted_cuts(cohort: Cohort, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The cuts that describe the cohort for each dimension: its own id, then published ones, nearest first.

    Figures the user added carry the catalog's ids, published ones the cuts of their sources. Raises
    `UnknownIdError` for an id the catalog lacks.
    """
    segment = _known("segment", cohort.segment, catalog.segments)
    motion = _known("motion", cohort.motion, catalog.motions)
    industry = _known("industry", cohort.industry, catalog.industries)
    channel = _known("channel", cohort.channel, catalog.channels)
    region = _known("region", cohort.region, catalog.regions)
    return {
        "segment": _cuts(segment),
        "motion": _cuts(motion),
        "stage": cohort.stages,
        "industry": _cuts(industry, industry.benchmark_cuts if industry else ()),
        "channel": _cuts(channel, channel.benchmark_cuts if channel else ()),
        "region": _cuts(region, (region.benchmark_cut,) if region else ()),
    }


def _cuts(chosen: Choice | None, published: Iterable[str | None] = ()) -> tuple[str, ...]:
    if chosen is None or chosen.id == WORLDWIDE:
        return ()
    return tuple(dict.fromkeys((chosen.id, *(cut for cut in published if cut))))


def _known(kind: str, wanted: str | None, known: Mapping[str, T]) -> T | None:
    if wanted is not None and wanted not in known:
        raise unknown_id(kind, wanted, known)
    return None if wanted is None else known[wanted]


def bands(catalog: Catalog, deal_size: float, start_arr: float | None) -> tuple[str, ...]:
    """Published bands that hold a deal size and an ARR in US dollars, the narrowest first.

    Bands of contract value (`acv_`, `deal_`) and of seller revenue (`arr_`) only. `acv_25k_50k`
    runs from 25,000 to below 50,000; `gt` is above its limit, `lt` below.
    """
    values = {"acv": deal_size, "deal": deal_size, "arr": start_arr}
    found = []
    for name in {figure.stage for figure in catalog.benchmarks}:
        band = band_limits(name)
        value = values[name.split("_")[0]] if band else None
        if band is None or value is None:
            continue
        low, high = band
        above = value > low if "_gt_" in name else value >= low
        if above and value < high:
            found.append((high / low if low else float("inf"), name))
    return tuple(name for _, name in sorted(found))


def segment_bands(segment: str | None, catalog: Catalog) -> tuple[str, ...]:
    """Published bands of contract value in US dollars that lie inside a segment, lowest first.

    For a cohort without a deal size of its own: contracts under 25,000 are read as smb, from 100,000
    as enterprise, as the benchmark data does. Empty for no segment.
    """
    least, most = SEGMENT_CONTRACTS.get(segment or "", (0.0, 0.0))
    found = []
    for name in {figure.stage for figure in catalog.benchmarks}:
        band = None if name.startswith("arr_") else band_limits(name)
        if band and least <= band[0] and band[1] <= most:
            found.append((band, name))
    return tuple(name for _, name in sorted(found))


def band_limits(name: str) -> tuple[float, float] | None:
    """Lower and upper limit of a band in US dollars, 0 and infinity where open; `None` for others."""
    parts = _BAND.fullmatch(name)
    if parts is None:
        return None
    _, side, limit, least, most = parts.groups()
    if side:
        return (_amount(limit), float("inf")) if side == "gt" else (0.0, _amount(limit))
    return _amount(least), _amount(most)


def _amount(text: str) -> float:
    """`25k` is 25,000 and `2_5m` 2.5 million."""
    return float(text[:-1].replace("_", ".")) * _SCALE[text[-1]]


# In words


def cut_name(dimension: str, cut: str, catalog: Catalog) -> str:
    """A published cut in words: `Mid-market`, `SaaS`, `ACV 25K to 50K USD`, `Japan`."""
    if dimension == "stage" and (band := band_limits(cut)):
        kind, (low, high) = cut.split("_")[0], band
        label = {"acv": "ACV", "arr": "ARR", "deal": "deals"}[kind]
        if high == float("inf"):
            return f"{label} over {_short(low)} {BAND_CURRENCY}"
        if low == 0:
            return f"{label} under {_short(high)} {BAND_CURRENCY}"
        return f"{label} {_short(low)} to {_short(high)} {BAND_CURRENCY}"
    if cut in _CUT_NAMES:
        return _CUT_NAMES[cut]
    choices = _choices(catalog).get(dimension, {})
    return choices[cut].name if cut in choices else cut.replace("_", " ")


def own_name(dimension: str, cohort: Cohort, catalog: Catalog) -> str | None:
    """The cohort's own choice in words; `None` for the bands, which have no name of their own."""
    chosen = getattr(cohort, dimension, None)
    return None if chosen is None else _choices(catalog)[dimension][chosen].name


def _choices(catalog: Catalog) -> dict[str, Mapping[str, Choice]]:
    return {
        "segment": catalog.segments,
        "motion": catalog.motions,
        "industry": catalog.industries,
        "channel": catalog.channels,
        "region": catalog.regions,
    }


def _short(amount: float) -> str:
    scale, letter = (1e6, "M") if amount >= 1e6 else (1e3, "K")
    return f"{amount / scale:g}{letter}"
