"""The commands of the KPI tree: their arguments, what they look up, and the findings they add."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kpi_core import cli_reports as reports
from kpi_core import cli_text as text
from kpi_core import cli_values as values
from kpi_core.catalog.loader import Catalog, load_catalog
from kpi_core.catalog.records import FunnelTemplate
from kpi_core.cli_io import Unreadable, read_framework, report
from kpi_core.errors import unknown_id
from kpi_core.formats import count, percent
from kpi_core.kpi_tree.base import BASE, base_scenario
from kpi_core.kpi_tree.edit import with_rate, with_values
from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.simulate import MOST_DRAWS, simulate
from kpi_core.kpi_tree.solve import Rounding
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario

NEGLIGIBLE = 1e-9


def add_commands(command: Callable[..., Any]) -> None:
    """Add the tree commands with `command(name, run, text)`, which returns the new parser."""
    tree = command("tree", _tree, "Work back from a revenue to the funnel it needs.")
    tree.add_argument("--template", required=True, help="funnel template of the catalog")
    tree.add_argument(
        "--revenue", type=values.money, required=True, help="revenue wanted in the year"
    )
    tree.add_argument("--deal-size", type=values.deal_size, required=True, help="average deal size")
    rate_help = "a rate, for example win_rate=25%%; once for each"
    tree.add_argument("--rate", type=values.named_rate, action="append", default=[], help=rate_help)
    tree.add_argument("--exact", action="store_true", help="do not round up to whole units")

    def from_file(name: str, run: Callable[[argparse.Namespace], int], about: str) -> Any:
        sub = command(name, run, about)
        sub.add_argument("framework", type=Path)
        sub.add_argument("--scenario", help="name or id of a saved scenario, default the base")
        return sub

    from_file("bottleneck", _bottleneck, "Rank the rates by the money at stake.")
    seek = from_file("goal-seek", _goal_seek, "Say what would have to change to reach the target.")
    seek.add_argument("--rate", action="append", help="rate to raise, once for each; default all")
    cap_help = "the most a rate can be, for example win_rate=35%%"
    seek.add_argument("--cap", type=values.named_rate, action="append", default=[], help=cap_help)
    chance = from_file("simulate", _simulate, "Draw the year many times: the chance of the target.")
    chance.add_argument("--draws", type=values.whole(1, MOST_DRAWS), default=10_000)
    chance.add_argument("--seed", type=values.whole(0, 2**32 - 1), help="default the scenario's")
    chance.add_argument("--confidence", type=values.confidence, default=0.8, help="default 80%%")
    plan = from_file("plan", _plan, "Plan the months, with the time each step takes.")
    plan.add_argument(
        "--months", type=values.whole(12, 24), help="12 to 24, default the scenario's"
    )


# Look-ups and findings


def _once(pairs: Iterable[tuple[str, float]], option: str) -> dict[str, float]:
    """The pairs as a mapping. Raises `Unreadable` when a rate is given twice with different values."""
    found: dict[str, float] = {}
    for metric_id, value in pairs:
        if found.setdefault(metric_id, value) != value:
            both = f"{percent(found[metric_id])} and {percent(value)}"
            raise _refused(
                "given_twice", option, f"{metric_id} is given as {both}.", "Leave one out."
            )
    return found


def _refused(code: str, where: str, message: str, fix: str) -> Unreadable:
    return Unreadable([_finding(code, Severity.ERROR, where, message, fix)])


def _finding(code: str, severity: Severity, where: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def _known(kind: str, wrong: str, known: Iterable[str], where: str) -> None:
    """Raise `Unreadable`, with near matches, unless `wrong` is `known` after all."""
    ids = list(known)
    if wrong not in ids:
        message = str(unknown_id(kind, wrong[:64], ids))
        sentence = message[0].upper() + message[1:] + ("" if message.endswith("?") else ".")
        raise _refused(f"unknown_{kind}", where, sentence, f"There are: {', '.join(ids)}.")


# kpi tree


def _tree(options: argparse.Namespace) -> int:
    catalog = load_catalog()
    _known("template", options.template, catalog.funnels, "--template")
    template = catalog.funnels[options.template]
    given = _once(options.rate, "--rate")
    for metric_id in given:
        _known("rate", metric_id, (rate.metric_id for rate in template.rates), "--rate")
    rounding: Rounding = "exact" if options.exact else "whole"
    found = reports.tree_report(template, options.revenue, options.deal_size, given, rounding)
    findings = list(_tree_findings(found, template))
    names = {step.id: step.name for step in template.steps}
    return report(findings, options.json, asdict(found), text.tree(found, names))


def _tree_findings(found: reports.TreeReport, template: FunnelTemplate) -> Iterable[Finding]:
    if 0 < found.revenue < found.deal_size:
        yield _finding(
            "deal_above_revenue",
            Severity.INFO,
            "--deal-size",
            "One deal is larger than the whole revenue, so at most one deal is needed.",
            "Check both amounts.",
        )
    for rate in template.rates:
        if rate.metric_id in found.assumed:
            yield _finding(
                "rate_assumed",
                Severity.INFO,
                f"Rate {rate.metric_id}",
                f"{percent(rate.assumption)} is assumed. {rate.assumption_source}",
                f"Give your own with --rate {rate.metric_id}=...",
            )


# From a framework file


def _open(options: argparse.Namespace) -> tuple[MeasurementFramework, Scenario, Catalog]:
    catalog = load_catalog()
    framework = read_framework(options.framework)
    return framework, _scenario(framework, options.scenario, catalog), catalog


def _scenario(framework: MeasurementFramework, wanted: str | None, catalog: Catalog) -> Scenario:
    """The saved scenario of that id, else of that name in any case; the base when none is wanted."""
    by_id = {scenario.id: scenario for scenario in framework.scenarios}
    if wanted is None or (wanted == BASE and BASE not in by_id):
        return base_scenario(framework, catalog)
    if wanted in by_id:
        return by_id[wanted]
    name = wanted.strip().casefold()
    named = [scenario for scenario in framework.scenarios if scenario.name.casefold() == name]
    if len(named) > 1:
        ids = ", ".join(scenario.id for scenario in named)
        why = f"{len(named)} scenarios are named '{wanted[:120]}'."
        raise _refused("scenario_not_clear", "--scenario", why, f"Use an id: {ids}.")
    if not named:
        _known("scenario", wanted, [BASE, *by_id, *(s.name for s in by_id.values())], "--scenario")
    return named[0]


def _scaled(scenario: Scenario) -> list[Finding]:
    """What to say when the lanes' shares do not add up."""
    whole = solve(scenario).shares_sum
    if abs(whole - 1) <= NEGLIGIBLE:
        return []
    how = "each lane takes an even share" if whole == 0 else "they are scaled to 100%"
    message = f"The lanes' shares add up to {percent(whole)}, so {how}."
    fix = "Correct the shares in the KPI tree."
    return [_finding("shares_scaled", Severity.WARNING, "Lanes", message, fix)]


def _bottleneck(options: argparse.Namespace) -> int:
    framework, scenario, catalog = _open(options)
    found = reports.bottleneck_report(framework, scenario, catalog)
    return report(_scaled(scenario), options.json, asdict(found), text.bottleneck(found))


def _goal_seek(options: argparse.Namespace) -> int:
    framework, scenario, _ = _open(options)
    caps = _once(options.cap, "--cap")
    ids = list(dict.fromkeys(rate.metric_id for lane in scenario.lanes for rate in lane.rates))
    for option, wanted in (("--rate", options.rate or ()), ("--cap", caps)):
        for metric_id in wanted:
            _known("rate", metric_id, ids, option)
    chosen = set()
    for lane in scenario.lanes:
        for position, rate in enumerate(lane.rates):
            if rate.metric_id in caps:
                cap = caps[rate.metric_id]
                scenario = with_rate(scenario, lane.id, position, cap=cap)
            if rate.metric_id in (options.rate or ids):
                chosen.add((lane.id, rate.metric_id))
    found = reports.goal_seek_report(framework, scenario, chosen)
    findings = [*_scaled(scenario), *_goal_findings(found)]
    return report(findings, options.json, asdict(found), text.goal_seek(found))


def _goal_findings(found: reports.GoalSeekReport) -> Iterable[Finding]:
    effort, spend = found.equal_effort, found.spend
    if effort.infeasible_by is not None:
        short = text.amount(effort.infeasible_by, found.currency)
        message = f"With every chosen rate at its cap {short} is still missing."
        fix = "Add volume, raise deal size or caps, choose more rates, or lower the target."
        yield _finding("infeasible", Severity.WARNING, "Equal effort", message, fix)
    if spend.over_by:
        over = text.amount(spend.over_by, found.currency)
        message = f"The plan's spend is {over} above what {spend.binding} allows."
        fix = "Raise the limit, lower the cost per lead, or lower the target."
        yield _finding("spend_above_limit", Severity.WARNING, "Spend", message, fix)
    for sentence in spend.missing:
        yield _finding(
            "spend_not_known", Severity.INFO, "Spend", sentence, "Give it in the KPI tree."
        )


def _simulate(options: argparse.Namespace) -> int:
    framework, scenario, _ = _open(options)
    drawn = simulate(scenario, options.draws, options.seed, options.confidence)
    found = reports.simulation_report(framework, scenario, drawn)
    return report(_scaled(scenario), options.json, asdict(found), text.simulation(found))


def _plan(options: argparse.Namespace) -> int:
    framework, scenario, _ = _open(options)
    if options.months:
        time = {**scenario.time.model_dump(), "months": options.months}
        scenario = with_values(scenario, time=time)
    found = reports.plan_report(framework, scenario)
    findings = [*_scaled(scenario), *_plan_findings(found)]
    return report(findings, options.json, asdict(found), text.plan(found))


def _plan_findings(found: reports.PlanReport) -> Iterable[Finding]:
    for lane in found.lanes:
        where = f"Lane {lane.name}"
        if lane.locked_in_revenue:
            short = f"{count(lane.locked_in_deals)} deals"
            worth = text.amount(lane.locked_in_revenue, found.currency)
            message = (
                f"{short} ({worth}) had to be in the funnel before the plan starts and are not."
            )
            fix = "Enter the opening pipeline, or catch up in the months that still help."
            yield _finding("locked_in_shortfall", Severity.WARNING, where, message, fix)
        for note in lane.notes:
            message, fix = text.NOTES[note]
            yield _finding(note, Severity.INFO, where, message, fix)
