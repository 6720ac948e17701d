"""Writes the JSON Schema and the generated parts of the docs (`make docs`).

Prose is written by hand in the documents. What stands there between `<!-- generated: NAME -->` and
`<!-- end: NAME -->` comes from the models, the tables and the catalog. Meanings come from the
attribute docstrings; for fields and columns without one, from `MEANINGS` below. The script fails
when a meaning is missing, and when one is left over.
"""

from __future__ import annotations

import ast
import csv
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from kpi_core import cli_actuals_reports, cli_benchmarks, cli_targets
from kpi_core import cli_reports as reports
from kpi_core.catalog.formula_text import formula_words
from kpi_core.catalog.loader import DATA, Catalog, load_catalog
from kpi_core.export import overview_table
from kpi_core.export import tables as t
from kpi_core.formats import UNIT_NAMES
from kpi_core.framework.answers import Answers
from kpi_core.models.base import Finding, Stage
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, Target
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.operation import Commitment, DashboardLayer, Review
from kpi_core.models.schema import SCHEMA_FILE, schema_text

DOCS = Path(__file__).parent
Schema = dict[str, Any]

# Columns of each CSV table, and the models whose docstrings explain columns of the same name.
TABLES: dict[str, tuple[tuple[str, ...], tuple[type[BaseModel], ...]]] = {
    "kpis": (t.KPI_COLUMNS, (Kpi, MetricDefinition, Target)),
    "definitions": (t.DEFINITION_COLUMNS, (MetricDefinition,)),
    "owners": (t.OWNER_COLUMNS, (Kpi, MetricDefinition)),
    "dashboards": (t.DASHBOARD_COLUMNS, (DashboardLayer, MetricDefinition)),
    "cadence": (t.CADENCE_COLUMNS, (Review,)),
    "funnel": (t.FUNNEL_COLUMNS, ()),
    "agreement": (t.AGREEMENT_COLUMNS, (Commitment,)),
    "signatures": (t.SIGNATURE_COLUMNS, ()),
    "ownership": (t.OWNERSHIP_COLUMNS, ()),
    "actions": (t.ACTION_COLUMNS, ()),
    "instrumentation": (t.INSTRUMENTATION_COLUMNS, ()),
    "sources": (t.SOURCE_COLUMNS, (Benchmark,)),
    "benchmark_overview": (overview_table.COLUMNS, (Benchmark,)),
}

# What the tree commands print, and those of benchmarks and targets.
TREE_OUTPUTS = (
    reports.TreeReport,
    reports.BottleneckReport,
    reports.GoalSeekReport,
    reports.SimulationReport,
    reports.PlanReport,
)
ACTUALS_OUTPUTS = (cli_actuals_reports.ActualsReport, cli_actuals_reports.StatusReport)
OUTPUTS = (
    *TREE_OUTPUTS,
    cli_benchmarks.BenchmarkReport,
    cli_targets.TargetsReport,
    *ACTUALS_OUTPUTS,
)

# What a field or column means where no docstring says it: `Model.field`, `table.column`, or the bare
# name where it means the same everywhere.
MEANINGS: dict[str, str] = {
    # framework
    "schema_version": "Version of this file format; older files are upgraded when opened, newer refused.",
    "catalog_version": "Version of the catalog the definitions were copied from: year and month.",
    "MeasurementFramework.name": "Name of the framework, as on screen and in file names.",
    "created_on": "Day the framework was first built.",
    "updated_on": "Day it was last changed.",
    "MeasurementFramework.company": "The company, and the answers that numbers depend on.",
    "MeasurementFramework.north_star": "The one KPI on top, with the candidates that were weighed.",
    "metrics": (
        "Definitions of every metric used: KPIs and their guardrails, dashboard tiles, funnel, commitments, "
        "and what the formulas of these are made of."
    ),
    "measures": "Raw quantities the formulas are made of.",
    "MeasurementFramework.kpis": "The metrics chosen, in the order of the stages.",
    "funnel_plan": "Steps, rates and the revenue they have to carry.",
    "data_infrastructure": "Tools in place.",
    "dashboards": "The three dashboard layers.",
    "operating_rhythm": "The standing reviews.",
    "agreement": "What marketing and sales promise each other.",
    "benchmarks": "The published figures that KPIs cite in `benchmark_id`.",
    "terms": "Readable names of the ids used, such as roles, channels and tool categories.",
    "Term.kind": "What the id names.",
    "Term.id": "Id as used elsewhere in the document.",
    "Term.name": "Its name for people.",
    # company
    "CompanyProfile.name": "Name of the company.",
    "CompanyProfile.business_model": "How the company earns.",
    "CompanyProfile.industry": "Its industry.",
    "CompanyProfile.region": "Where it sells.",
    "CompanyProfile.currency": "Currency of every amount in the document.",
    "CompanyProfile.fiscal_year_start_month": "First month of the fiscal year, 1 for January.",
    "CompanyProfile.segment": "Size of the buyer.",
    "CompanyProfile.maturity": "How far marketing measurement has come.",
    "motion": "How the company goes to market.",
    "DataInfrastructure.tools": "Tool categories in place.",
    "DataInfrastructure.notes": "Remarks on the data, free text.",
    "category": "Tool category.",
    "products": "Products in use; empty when none was named.",
    # metric definitions
    "metric_id": "The metric.",
    "metric_ids": "Its metrics, in order.",
    "MetricDefinition.id": "Stable key of the metric.",
    "MetricDefinition.name": "Name of the metric.",
    "MetricDefinition.stage": "Stage of the buyer journey it belongs to.",
    "MetricDefinition.roles": "Parts it can play in a framework.",
    "MetricDefinition.definition": "What is counted, what is not, and when.",
    "MetricDefinition.formula": "How it is computed, as data; told apart by `kind`.",
    "MetricDefinition.unit": "What its value counts.",
    "direction": "Which way is good.",
    "timing": "Whether it announces results or records them.",
    "over_time": "How the values of several periods become one.",
    "over_lanes": "How the values of several channels or segments become one.",
    "MetricDefinition.owner_role": "Role that usually owns it.",
    "MetricDefinition.steward_role": "Role that usually keeps its data right.",
    "MetricDefinition.cadence": "How often it is usually read.",
    "pitfalls": "How it misleads.",
    "kind": "Kind of formula.",
    "measure": "The measure it is read from.",
    "numerator": "Metric or measure above the line.",
    "denominator": "Metric or measure below the line.",
    "addends": "Metrics or measures to be added.",
    "factors": "Metrics or measures to be multiplied.",
    "divisors": "Metrics or measures the product is divided by.",
    "minuend": "Metric or measure to subtract from.",
    "subtrahend": "Metric or measure that is subtracted.",
    "requires": "Tool categories needed, all of them.",
    "how": "What to do with them.",
    "Measure.id": "Stable key of the measure.",
    "Measure.name": "Name of the measure.",
    "Measure.unit": "What it counts.",
    "Measure.definition": "What the source system counts.",
    # KPIs and north star
    "Kpi.stage": "Stage it is chosen for.",
    "Kpi.role": "Part it plays there; one primary KPI for each stage.",
    "Kpi.owner_person": "The person in that role.",
    "Kpi.baseline": "Own history; `None` when none was given.",
    "Kpi.target": "What the team commits to; `None` when nothing could be proposed.",
    "Kpi.thresholds": "Where its status changes.",
    "Kpi.cadence": "How often it is read.",
    "Kpi.layers": "Dashboard layers that show it.",
    "Baseline.value": "The last known value, in the metric's unit.",
    "PeriodValue.value": "The value.",
    "Target.flags": "What to know before committing to it.",
    "Target.value": "The target, in the metric's unit.",
    "Target.basis": "Where it comes from.",
    "Target.reason": "Why it can be defended, in one sentence.",
    "on_track_from": "On track from this ratio of actual to expected.",
    "at_risk_from": "At risk from this ratio; off track below it. Not above `on_track_from`.",
    "too_early_share": "Too early to judge before this share of the period has passed.",
    "NorthStar.metric_id": "The metric on top.",
    "reasons": "Why it is on top.",
    "candidates": "Every metric considered, with its scores.",
    "scores": "One score for each criterion.",
    "criterion": "The question it must answer well.",
    "score": "0 (no), 1 (partly) or 2 (fully).",
    "why": "Reason for the score.",
    # funnel plan
    "template": "Funnel template it was made from.",
    "FunnelPlan.average_deal_size": "First-year value of a typical won deal.",
    "rounding": "`whole` rounds up at every step, `exact` does not round.",
    "steps": "Funnel steps, from the top to the won deal.",
    "FunnelPlan.rates": "Rates between them, one fewer than steps.",
    "FunnelStep.id": "Key of the step, used once.",
    "FunnelStep.name": "Name of the step.",
    "FunnelStep.metric_id": "Metric that counts the step.",
    "FunnelRate.metric_id": "Metric the rate is.",
    "FunnelRate.name": "Name of the rate.",
    "FunnelRate.value": "Share of a step's units that reach the next step.",
    "FunnelRate.basis": "Where the value comes from.",
    # dashboards, reviews, agreement
    "executive": "Results, for leadership.",
    "operational": "The funnel step by step, for the marketing team.",
    "DashboardSpecification.channels": "One tab for each active channel.",
    "question": "The question the page answers.",
    "refresh": "How often its numbers are renewed.",
    "ChannelDashboard.channel": "The channel.",
    "OperatingRhythm.reviews": "The reviews held.",
    "Review.cadence": "How often it is held.",
    "Review.name": "Name of the review.",
    "purpose": "What it is for.",
    "attendees": "Roles that attend.",
    "duration_minutes": "Length in minutes.",
    "agenda": "Points in order.",
    "Review.metric_ids": "KPIs read in it, in order.",
    "definitions": "What counts as an MQL, an SQL, an opportunity or a PQL.",
    "commitments": "Promises of both sides.",
    "contact_attempts": "Attempts sales makes before it gives a lead back.",
    "recycling_rule": "What happens to leads that are given back.",
    "feedback": "How sales reports on lead quality.",
    "escalation": "What happens when a promise is broken.",
    "LeadDefinition.id": "Key of the definition, for example `mql`.",
    "LeadDefinition.name": "Its name.",
    "LeadDefinition.statement": "The definition in words.",
    "criteria": "Conditions that must hold.",
    "party": "Who promises.",
    "Commitment.statement": "The promise in words.",
    "Commitment.metric_id": "Metric that measures the promise; `None` when none does.",
    # benchmarks
    "Benchmark.id": "Key of the figure.",
    "published_name": "That name, readable.",
    "low": "Lower end of the published figure.",
    "typical": "Its typical value.",
    "high": "Its upper end.",
    "Benchmark.segment": "Segment the figure is cut for, or `any`.",
    "Benchmark.motion": "Go-to-market motion it is cut for, or `any`.",
    "Benchmark.industry": "Industry it is cut for, or `any`.",
    "Benchmark.channel": "Channel it is cut for, or `any`.",
    "Benchmark.stage": "Company stage or size it is cut for, or `any`. Not a stage of the buyer journey.",
    "Benchmark.region": "Region it is cut for, or `any`.",
    "statistic": "What kind of figure was published.",
    "sample": "Who was asked or measured, as far as the source says.",
    "Benchmark.definition": "What the source counts.",
    "source_title": "Title of the publication.",
    "source_publisher": "Who published it.",
    "confidence": "How well the figure can be traced.",
    "note": "Remarks.",
    # answers
    "framework_name": "Name of the framework. Left out: the company's name and `measurement framework`.",
    "Answers.company": "Wizard step 1.",
    "Answers.motion": "Go-to-market motion. Left out: `sales_led`.",
    "Answers.north_star": "Metric id of the north star. Left out: the motion's.",
    "Answers.data": "Wizard step 3.",
    "stages": "By stage id. A stage left out takes the suggestions.",
    "Answers.definitions": "Edited names and definitions, by metric id.",
    "Answers.kpis": "Values, owners and cadence, by metric id.",
    "Answers.channels": "Ids of the active channels. Left out: the motion's.",
    "Answers.reviews": "Changes to the reviews, by `weekly`, `monthly` or `quarterly`.",
    "CompanyAnswers.name": "Name of the company. Left out: `Your company`.",
    "CompanyAnswers.business_model": "Id. Left out: `subscription_saas`.",
    "CompanyAnswers.industry": "Id. Left out: `saas`.",
    "CompanyAnswers.region": "Id. Left out: `north_america`.",
    "CompanyAnswers.currency": "ISO 4217 code. Left out: the region's usual currency.",
    "CompanyAnswers.fiscal_year_start_month": "1 to 12. Left out: usual in the region.",
    "CompanyAnswers.segment": "Id. Left out: `mid_market`.",
    "CompanyAnswers.maturity": "Id. Left out: `developing`.",
    "CompanyAnswers.average_deal_size": "Money above 0. Left out: usual for the segment.",
    "CompanyAnswers.sales_cycle_days": "Days, 1 to 1,825. Left out: usual for the segment.",
    "revenue_target": (
        "Revenue to be added in the fiscal year, money above 0. Left out: average deal size times the deals "
        "a year that are usual for the segment."
    ),
    "start_arr": (
        "Annual recurring revenue at the start of the year. Ignored where the business model has none."
    ),
    "tools": "Products by tool category id. Left out: CRM, marketing automation, web analytics.",
    "DataAnswers.notes": "Free text, at most 2,000 characters.",
    "primary": "Metric id of the primary KPI.",
    "supporting": "Metric ids of the supporting KPIs; two or three are advised.",
    "DefinitionAnswers.name": "The metric's name in this framework.",
    "DefinitionAnswers.definition": "The metric's definition in this framework.",
    "KpiAnswers.baseline": "Last own value.",
    "KpiAnswers.baseline_period": "What that value covers, for example `FY2025`.",
    "KpiAnswers.target": "Own target. Left out: the tool's proposal.",
    "KpiAnswers.owner_person": "Name of the person in the owner's role.",
    "KpiAnswers.steward_role": "Role id; empty text for nobody. Left out: usual for the metric.",
    "KpiAnswers.cadence": "`daily`, `weekly`, `monthly` or `quarterly`. Left out: usual for the metric.",
    "KpiAnswers.layers": "Dashboard layers. Left out: chosen by role, stage, cadence and channels.",
    "OwnBenchmarkAnswers.metric": "Metric id. Needed.",
    "OwnBenchmarkAnswers.definition": "What the source counts.",
    "OwnBenchmarkAnswers.url": "Where it was read, starting with `https://` or `http://`.",
    "OwnBenchmarkAnswers.segment": "Segment id it describes; left out: any.",
    "OwnBenchmarkAnswers.industry": "Industry id it describes; left out: any.",
    "OwnBenchmarkAnswers.channel": "Channel id it describes; left out: any.",
    "held": "False drops the review.",
    "ReviewAnswers.duration_minutes": "Minutes, 5 to 480. Left out: usual for the review.",
    "ReviewAnswers.attendees": "Role ids. Left out: usual for the review.",
    # how files are read
    "ImportMapping.id": "Key of the mapping.",
    "ImportMapping.shape": (
        "What one row is: `leads`, `opportunities`, `touches`, `values_long` or `values_wide`."
    ),
    "FitCriterion.minimum": "Fewest employees; `None` for no limit. For company size only.",
    # scenarios of the KPI tree
    "Scenario.id": "Key of the scenario.",
    "Scenario.name": "Its name.",
    "Scenario.existing_customer_revenue": (
        "Part of the target that existing customers bring; negative when they shrink."
    ),
    "marketing_share": "Share of the new business that marketing must bring.",
    "Scenario.lanes": "Channels, segments or motions; their shares are scaled to sum 1.",
    "Scenario.budget": "Programme spend available in the year; `None` when not given.",
    "gross_margin": "Share of revenue left after the cost of delivering it; `None` when not given.",
    "payback_limit_months": "Longest acceptable CAC payback; `None` when not given.",
    "Scenario.seed": "Seed of the simulation: same seed, same draws.",
    "Scenario.time": "How the year is planned month by month.",
    "Lane.id": "Key of the lane.",
    "Lane.name": "Name of the lane.",
    "Lane.rates": "Rates between its steps, one fewer than steps.",
    "Lane.average_deal_size": "First-year value of a typical won deal of the lane.",
    "deal_size_low": "Smallest average deal size expected, for simulation; `None` for no spread.",
    "TreeStep.id": "Key of the step, used once in its lane.",
    "TreeStep.name": "Name of the step.",
    "TreeStep.metric_id": "Metric that counts the step; `None` for a step of one's own.",
    "TreeRate.metric_id": "Metric the rate is.",
    "TreeRate.name": "Name of the rate.",
    "TreeRate.low": "Lowest value the rate may take, for simulation without counts; `None` for no spread.",
    "reference_source": "Where the reference comes from; `None` when not known.",
    "TreeRate.lag": "How long units take to the next step.",
    "successes": "Units that reached the next step.",
    "trials": "Units that entered the step; not fewer than `successes`.",
    "mean_days": "Mean time to the next step, in days.",
    "TimeInputs.months": "Months planned.",
    # what the tree commands print
    "TreeReport.revenue": "Revenue wanted in the year, as given.",
    "TreeReport.deal_size": "Average deal size, as given.",
    "TreeReport.rounding": "`whole` rounds up at every step, `exact` (`--exact`) does not round.",
    "TreeStepRequired.id": "Key of the step in the template.",
    "BottleneckReport.lanes": "The rates of every lane.",
    "LeakReport.metric_id": "The rate.",
    "LeakReport.name": "Its name.",
    "LeakReport.now": "Current rate; `None` when not known.",
    "LeakReport.reference": "What it is held against; `None` for nothing.",
    "gain": (
        "Revenue that reaching the reference would add at today's volumes, R x (reference / now - 1); "
        "0 at or above it, and R where the current rate is 0."
    ),
    "proof": (
        "`proven`: the 95% interval of the current rate excludes its reference. `not_proven`: below the "
        "reference, but the interval holds it or there are no counts. `at_reference`: not below. "
        "`unknown`: no current rate or no reference."
    ),
    "Interval.low": "Lower end.",
    "Interval.high": "Upper end.",
    "GoalSeekReport.equal_effort": "The chosen rates raised together.",
    "GoalSeekReport.spend": "Whether the money for the plan is there.",
    "lane_id": "Id of its lane.",
    "SingleLever.name": "Name of the number.",
    "SingleLever.kind": "What it is: a rate, the volume of the first step, or the deal size.",
    "reachable": "Whether changing it alone can close the gap.",
    "EffortRate.metric_id": "The rate.",
    "EffortRate.name": "Its name.",
    "EffortRate.now": "Rate now, planned where today's is not known.",
    "EffortRate.cap": "The most it can be.",
    "SpendCheck.budget": "The scenario's budget.",
    "SimulationReport.draws": "How many years were drawn.",
    "SimulationReport.seed": "Seed they were drawn with.",
    "p10": "Revenue that one draw in ten does not reach.",
    "p50": "Median revenue.",
    "p90": "Revenue that nine draws in ten do not reach.",
    "SimulationReport.mean": "Mean revenue.",
    "histogram": "How the draws are spread.",
    "edges": "Revenue at the edges of the bins, rising.",
    "Histogram.counts": "Draws in each bin.",
    "Driver.id": "What varies: a rate's metric id, `average_deal_size`, `volume`, or `chance`.",
    "Driver.name": "Its name.",
    "Driver.low": "Total revenue with it at its 10th percentile.",
    "Driver.high": "Total revenue with it at its 90th percentile.",
    "PlanReport.revenue_target": "Revenue marketing must bring.",
    "deals_target": "Deals that takes.",
    "wins_in_year": "Deals won.",
    "revenue_in_year": "Revenue won.",
    "locked_in_revenue": "Their money.",
    "PlanReport.lanes": "The plan of every lane.",
    "LanePlan.revenue_target": "The lane's part of the revenue marketing must bring.",
    "LanePlan.months": "The months, in order.",
    "LanePlan.naive": "The plan that forgets the time in between.",
    "LanePlan.notes": "What the reader should know; a finding explains each.",
    "PlanMonth.revenue_target": "The month's part of the revenue.",
    "PlanMonth.deals_target": "The month's part of the deals.",
    "StepPlan.id": "Key of the step.",
    "StepPlan.name": "Name of the step.",
    "catch_up": "Extra entries at this step alone that close the gap.",
    # what the commands of benchmarks and targets print
    "FigureReport.id": "Key of the figure.",
    "FigureReport.text": "Low, typical and high in words.",
    "FigureReport.source": "Title of the publication.",
    "FigureReport.publisher": "Who published it.",
    "FigureReport.year": "Year of publication or of the data; `None` where the source states neither.",
    "FigureReport.url": "Where it was read; `None` without an address.",
    "FigureReport.definition": "What the source counts.",
    "FigureReport.same_definition": "False when the source counts something other than our metric.",
    "FigureReport.definition_note": "How its definition differs; `None` when it is the same.",
    "Cohort.segment": "Segment id; `None` for any.",
    "Cohort.industry": "Industry id; `None` for any.",
    "Cohort.channel": "Channel id; `None` for any.",
    "Cohort.region": "Region id; `None` for any.",
    "exact": "Dimensions on which it was cut for the cohort.",
    "relaxed": "Dimensions on which it was not cut at all, though the cohort is.",
    "matched": "The same in words.",
    "marks": "What to know about its evidence.",
    "Mark.code": "Kind of mark.",
    "Mark.text": "The mark in words.",
    "ConflictReport.what": "The figures that disagree.",
    "ConflictReport.why": "Why they do.",
    "BenchmarkReport.metric_id": "The metric.",
    "BenchmarkReport.name": "Its name.",
    "BenchmarkReport.unit": "What its value counts; ratios are shares.",
    "BenchmarkReport.cohort": "Whom the figures had to describe.",
    "BenchmarkReport.figures": "The figures, best first.",
    "BenchmarkReport.conflicts": "Figures of the metric that are known to contradict each other.",
    "KpiTarget.metric_id": "The KPI.",
    "KpiTarget.name": "Its name.",
    "KpiTarget.target": "The number the team commits to; `None` when nothing could be proposed.",
    # what the commands for actuals print
    "FileRead.name": "Name of the file.",
    "encoding": "How its characters were read.",
    "RowSetAside.file": "Name of the file.",
    "RowSetAside.reason": "Why it was not used.",
    "MeasuredPeriod.period": "Name of the period.",
    "MeasuredMetric.metric_id": "The metric.",
    "MeasuredMetric.name": "Its name.",
    "MeasuredMetric.unit": "What its value counts; ratios are shares.",
    "ActualsReport.files": "The files, in the order given.",
    "rows_read": "Rows of all files together.",
    "rows_used": "Rows that count.",
    "KpiStatus.metric_id": "The KPI.",
    "KpiStatus.name": "Its name.",
    "KpiStatus.unit": "What its value counts; ratios are shares.",
    "StatusReport.period": "Name of the period.",
    # findings
    "code": "Stable key of the kind of finding.",
    "severity": "`error` blocks sign-off, `warning` should be read, `info` may be.",
    "message": "What is wrong.",
    "fix": "What to do.",
    "Finding.metric_id": "Metric it is about; `None` when it is about none.",
    # CSV columns
    "is_north_star": "Whether it is the KPI on top.",
    "kpis.formula": "How it is computed, in words.",
    "definitions.formula": "How it is computed, in words.",
    "kpis.currency": "ISO 4217 code for money, empty for every other unit.",
    "kpis.baseline": "Own history: the last known value.",
    "baseline_period": "What the baseline covers.",
    "benchmark_id": "Key of the published figure.",
    "benchmark_source": "Who published the figure chosen as reference.",
    "benchmark_year": "Year of that figure.",
    "kpis.target": "The number the team commits to.",
    "target_basis": "Where the target comes from: `own_history`, `benchmark`, `model_requirement`, `user`.",
    "target_reason": "Why it can be defended.",
    "target_proposed": "What the tool proposed.",
    "baseline_successes": "Events that reached the next step, of the counts behind a rate.",
    "baseline_trials": "Events that could have.",
    "target_note": "The user's note on the target.",
    "target_flags": "A list of `stretch`, `infeasible`, `definition_differs`, `calibrate`.",
    "target_q1": (
        "What to reach by the end of the first quarter: even steps from the baseline; for sums over time the "
        "cumulative share of the year's target."
    ),
    "target_q2": "The same for the second quarter.",
    "target_q3": "The same for the third quarter.",
    "target_q4": "The year's target.",
    "kpis.layers": "Dashboard layers that show it, a list.",
    "measurability": "With the tools in place: `now`, `stand_in` or `not_yet`.",
    "framework": "Name of the framework.",
    "kpis.company": "Name of the company.",
    "definitions.measured_by": (
        "Ways to measure it in full, a list; each names its tool categories joined by `+`, then how."
    ),
    "definitions.stand_in": "Approximations in the same form; empty when there is none.",
    "definitions.pitfalls": "How it misleads, a list.",
    "layer": "`executive`, `operational` or `channel`.",
    "dashboards.channel": "Channel of the tab; empty on the other layers.",
    "position": "Place of the tile on its page, from 1.",
    "review": "Name of the review.",
    "cadence.attendees": "Roles that attend, a list.",
    "cadence.agenda": "Points in order, a list.",
    "cadence.decision_rules": "What is decided when a number is off, a list.",
    "cadence.metric_ids": "KPIs read in it, a list.",
    "step": "Funnel step, from the top to the won deal.",
    "funnel.name": "Name of the step.",
    "funnel.metric_id": "Metric that counts the step.",
    "required_in_year": "Volume the step must deliver in the fiscal year for marketing's part of the revenue.",
    "rate_to_next": "Share of its units that reach the next step; empty for the last step.",
    "rate_metric_id": "Metric that rate is.",
    "rate_basis": "Where the rate comes from: `own_history`, `benchmark` or `assumption`.",
    "rate_source": "What the rate rests on, in words.",
    "agreement.kind": (
        "`definition`, `commitment`, `recycling_rule`, `feedback`, `escalation`, `response_hours`, "
        "`contact_attempts` or `disposition_days`."
    ),
    "agreement.party": "Who promises: `marketing` or `sales`.",
    "agreement.name": "What is defined.",
    "agreement.statement": "The text; criteria of a definition follow it.",
    "agreement.value": "The number promised: in the metric's unit, hours, attempts or days.",
    "sources.unit": "Unit of low, typical and high: percentages as shares (0.15 is 15%).",
    # tables of the operating rhythm
    "signatures.party": "`marketing` or `sales`; a row for each side, also while it has not signed.",
    "signatures.signed_by": "Who signed; empty before.",
    "signatures.role": "Role id of who signed.",
    "signatures.signed_on": "Day of the signature.",
    "signatures.valid_from": "First day of the agreement; empty when not fixed.",
    "signatures.valid_until": "Last day of the agreement; empty when not fixed.",
    "ownership.metric_id": "The KPI.",
    "ownership.name": "Its name.",
    "ownership.accountable": "Role id of the one accountable owner; empty when nobody is named.",
    "ownership.owner_person": "Name of the person in that role.",
    "ownership.responsible": "Role id that keeps the data right.",
    "ownership.consulted": "Role ids asked before a change.",
    "ownership.informed": "Role ids told of a change.",
    "ownership.proposed": "True while consulted and informed roles are the tool's proposal.",
    "actions.action_id": "Key of the action.",
    "actions.what": "What was agreed.",
    "actions.owner_role": "Role id that does it.",
    "actions.owner_person": "Name of the person.",
    "actions.due": "Day by which it is to be done.",
    "actions.done_on": "Day it was done; empty while it is open.",
    "actions.agreed_in": "Review it comes from: `weekly`, `monthly` or `quarterly`.",
    "actions.created_on": "Day it was agreed.",
    "instrumentation.tool": "Tool category id in which it is set up.",
    "instrumentation.tool_in_place": "Whether the company has such a tool.",
    "instrumentation.object": "Record or place in the tool it belongs to.",
    "instrumentation.kind": "What is created: a field, event, list, report or table.",
    "instrumentation.name": "Its name.",
    "instrumentation.type": "Type of the field or of what the event carries.",
    "instrumentation.note": "What to mind when setting it up.",
    "instrumentation.metric_ids": "KPIs that need it.",
    # benchmark_overview.csv
    "benchmark_overview.metric_id": "The KPI's metric; one row for each figure that fits, one without any.",
    "benchmark_overview.name": "Name of the metric.",
    "benchmark_overview.unit": "Unit of every number of the row but `at_stake`: shares for rates (0.15 is 15%).",
    "benchmark_overview.currency": "ISO 4217 code for money, empty for every other unit.",
    "benchmark_overview.baseline": "Own history: the last known value.",
    "baseline_low": "Lower end of its Wilson 95% interval; empty for all but rates with counts.",
    "baseline_high": "Upper end of that interval.",
    "model_requirement": (
        "What it must be for the revenue plan to close or unit economics to hold, all else as today."
    ),
    "benchmark_overview.target": "The number the team commits to.",
    "benchmark_overview.at_stake": (
        "Revenue a year, in the framework's currency, that reaching the reference would add; empty where the "
        "tree gives none."
    ),
    "benchmark_overview.state": (
        "`bottleneck`, `not_proven`, `below_typical`, `covered`, `short_of_plan`, `no_link` or `no_figure`."
    ),
    "benchmark_overview.matched": "Dimensions on which the figure fits the companies compared with, a list.",
    "benchmark_overview.relaxed": "Dimensions on which it describes any company, a list.",
    # benchmarks.csv
    "benchmarks.csv.id": "Key of the figure: `metric_id`, a dot, a running number. Never reused.",
    "benchmarks.csv.metric_id": "Name it was gathered under; `benchmark_metrics.yaml` maps it to a metric.",
    "benchmarks.csv.metric_name": "That name, readable.",
    "benchmarks.csv.unit": (
        "As published: `percent` (15 is 15%), `ratio` (a multiple), `days`, `months`, `hours`, `minutes`, or "
        "`currency_` with the code (`currency_usd`)."
    ),
    "benchmarks.csv.source_year": "Year of publication or of the data; empty where the source gives none.",
    "benchmarks.csv.source_url": "Where it was read; empty for a guide without an address.",
}

PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "id",
    r"^[a-z][a-z0-9_.]*$": "benchmark id",
    r"^[A-Z]{3}$": "ISO 4217 code",
    r"^\d{4}\.\d{1,2}(\.\d+)?$": "version, for example `2026.11`",
    r"^https?://\S+$": "web address",
}


class Meanings:
    """Looks meanings up and keeps book of what is missing and what was used."""

    def __init__(self, table: Mapping[str, str] = MEANINGS) -> None:
        self.table, self.used, self.missing = table, set[str](), list[str]()

    def of(self, key: str, docstring: str | None = None) -> str:
        """The docstring, else the meaning of `Model.field`, else of the bare name."""
        if docstring:
            return docstring
        for candidate in (key, key.rpartition(".")[2]):
            if candidate in self.table:
                self.used.add(candidate)
                return self.table[candidate]
        self.missing.append(key)
        return ""

    def of_column(self, table: str, column: str, models: Iterable[type[BaseModel]]) -> str:
        """The column's own meaning, else that of the field it shows."""
        if (own := f"{table}.{column}") in self.table:
            return self.of(own)
        for model in models:
            if column in model.model_fields:
                field = model.model_fields[column]
                meaning = self.of(f"{model.__name__}.{column}", field.description)
                return f"{meaning}{_values_in_words(field.annotation)}"
        return self.of(own)

    def complete(self) -> None:
        """End the script when a meaning is missing or belongs to nothing."""
        if self.missing:
            raise SystemExit(f"docs/generate.py: no meaning for {', '.join(self.missing)}")
        if unused := self.table.keys() - self.used:
            raise SystemExit(f"docs/generate.py: meaning of nothing: {', '.join(sorted(unused))}")


def _values_in_words(annotation: object) -> str:
    is_enum = isinstance(annotation, type) and issubclass(annotation, StrEnum)
    values = tuple(annotation) if is_enum else get_args(annotation)
    is_choice = is_enum or get_origin(annotation) is Literal
    return f" One of {', '.join(f'`{value}`' for value in values)}." if is_choice else ""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def anchor(heading: str) -> str:
    """The address of a heading within its page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link(heading: str) -> str:
    """A link to a heading of the same page."""
    return f"[{heading}](#{anchor(heading)})"


# The models, by way of their JSON Schema


def type_words(field: Schema, definitions: Schema) -> str:
    """The type of a field in words."""
    if not field.keys() - {"title", "default"}:
        return "any value"
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        is_object = "properties" in definitions[name]
        return link(name) if is_object else type_words(definitions[name], definitions)
    if options := field.get("oneOf") or field.get("anyOf"):
        words = dict.fromkeys(type_words(option, definitions) for option in options)
        return " or ".join(
            word for word in words if (word, "number" in words) != ("whole number", True)
        )
    if "const" in field or "enum" in field:
        values = field.get("enum") or [field["const"]]
        return ("one of " if len(values) > 1 else "") + ", ".join(f"`{value}`" for value in values)
    kinds: dict[str, Callable[[], str]] = {
        "array": lambda: _list_words(field, definitions),
        "object": lambda: f"object of {type_words(_values_of(field), definitions)}",
        "string": lambda: _text_words(field),
        "number": lambda: f"number{_range_words(field)}",
        "integer": lambda: f"whole number{_range_words(field)}",
        "boolean": lambda: "true or false",
        "null": lambda: "`null`",
    }
    return kinds[field["type"]]()


def _values_of(field: Schema) -> Schema:
    """The schema of an object's values, whatever their keys must look like."""
    for values in (*field.get("patternProperties", {}).values(), field.get("additionalProperties")):
        if isinstance(values, dict):
            return values
    return {}


def _list_words(field: Schema, definitions: Schema) -> str:
    least, most = field.get("minItems"), field.get("maxItems")
    if least and most:
        size = f" ({least} to {most})"
    else:
        size = f" (at most {most})" if most else f" (at least {least})" if least else ""
    items = field.get("items") or field["prefixItems"][0]  # pairs hold two of a kind
    return f"list{size} of {type_words(items, definitions)}"


def _text_words(field: Schema) -> str:
    if "pattern" in field:
        return PATTERNS[field["pattern"]]
    if field.get("format") == "date":
        return "date, for example `2026-11-21`"
    most = field.get("maxLength")
    least = "1 to " if field.get("minLength") else "at most "
    return f"text, {least}{most:,} characters" if most else "text"


def _range_words(field: Schema) -> str:
    words = {
        "minimum": "from",
        "exclusiveMinimum": "above",
        "maximum": "to",
        "exclusiveMaximum": "below",
    }
    if "exclusiveMinimum" in field:
        words = {"exclusiveMinimum": "above", "maximum": "up to", "exclusiveMaximum": "below"}
    ends = [f"{word} {_number_words(field[key])}" for key, word in words.items() if key in field]
    return " ".join(["", *ends])


def _number_words(value: float) -> str:
    """`1e15`, `0.000001`, and all digits where six do not tell the whole number."""
    if float(f"{value:g}") != value:
        return str(value)
    return f"{value:f}".rstrip("0") if 0 < value < 1e-4 else f"{value:g}".replace("e+", "e")


def need_words(name: str, field: Schema, model: Schema) -> str:
    """Whether a field is required, and what stands in when it is left out."""
    if name in model.get("required", ()) or "const" in field:
        return "required"
    if "default" not in field:
        return "default `[]`" if field.get("type") == "array" else "default `{}`"
    if field["default"] is None:
        return "optional"
    return f"default `{json.dumps(field['default'], ensure_ascii=False)}`"


def models_of(schema: Schema) -> dict[str, list[str]]:
    """Every object of a schema in reading order, each with the paths at which it stands."""
    definitions = schema.get("$defs", {})
    found: dict[str, list[str]] = {}

    def visit(name: str, model: Schema, path: str) -> None:
        if path not in found.setdefault(name, []):
            found[name].append(path)
        for key, field in model["properties"].items():
            here = f"{path}.{key}" if path else key
            for inner, suffix in _references(field):
                if "properties" in definitions[inner]:
                    visit(inner, definitions[inner], here + suffix)

    visit(schema["title"], schema, "")
    return found


def _references(field: Schema, suffix: str = "") -> Iterator[tuple[str, str]]:
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2], suffix
    for option in (*field.get("oneOf", ()), *field.get("anyOf", ())):
        yield from _references(option, suffix)
    if "items" in field:
        yield from _references(field["items"], f"{suffix}[]")
    if values := _values_of(field):
        yield from _references(values, f"{suffix}.<id>")


def field_tables(
    document: type[BaseModel], meanings: Meanings, elsewhere: type[BaseModel] | None = None
) -> str:
    """One section for each object of a document, with a table of its fields.

    Objects that have a section under the document `elsewhere` are left out.
    """
    told = models_of(elsewhere.model_json_schema()) if elsewhere else {}
    schema = document.model_json_schema()
    definitions = {**schema.get("$defs", {}), schema["title"]: schema}
    parts = []
    for name, paths in models_of(schema).items():
        if name in told:
            continue
        where = ", ".join(f"`{path}`" for path in paths if path) or "The whole file"
        about = " ".join(definitions[name]["description"].split())
        parts += [f"### {name}", f"{where}. {about}", field_table(name, definitions, meanings)]
    return "\n\n".join(parts)


def field_table(name: str, definitions: Schema, meanings: Meanings) -> str:
    """The fields of one object: name, type, whether it is required, meaning."""
    rows = []
    for key, field in definitions[name]["properties"].items():
        need = need_words(key, field, definitions[name])
        words = type_words(field, definitions)
        if need == "optional":
            words = words.removesuffix(" or `null`")
        meaning = " ".join(meanings.of(f"{name}.{key}", field.get("description")).split())
        rows.append((f"`{key}`", words, need, meaning.replace("`None`", "`null`")))
    return table(("field", "type", "needed", "meaning"), rows)


# What the tree commands print, by way of the schema of their dataclasses


def output_tables(meanings: Meanings) -> dict[str, str]:
    """What the tree commands print, and the rest, which refers to objects of the first."""
    made = _output_sections(OUTPUTS, meanings)
    tree = _output_sections(TREE_OUTPUTS, meanings)
    actuals = _output_sections(ACTUALS_OUTPUTS, meanings)
    return {
        "tree output": "\n\n".join(tree),
        "target output": "\n\n".join(made[len(tree) : -len(actuals)]),
        "actuals output": "\n\n".join(actuals),
    }


def _output_sections(outputs: Iterable[type], meanings: Meanings) -> list[str]:
    """One section for each object that is printed, with a table of its fields."""
    parts: list[str] = []
    for report in outputs:
        schema = TypeAdapter(report).json_schema(mode="serialization")
        definitions = {**schema.get("$defs", {}), schema["title"]: schema}
        for name, paths in models_of(schema).items():
            if f"### {name}" not in parts:
                where = ", ".join(f"`{path}`" for path in paths if path)
                about = " ".join(definitions[name]["description"].split()).replace(
                    "`None`", "`null`"
                )
                parts += [f"### {name}", f"{where}. {about}" if where else about]
                parts.append(
                    _output_table(name, definitions, _docstrings(_dataclass(name)), meanings)
                )
    return parts


def _output_table(
    name: str, definitions: Schema, docstrings: Mapping[str, str], meanings: Meanings
) -> str:
    rows = (
        (
            f"`{key}`",
            type_words(field, definitions),
            meanings.of(f"{name}.{key}", docstrings.get(key)).replace("`None`", "`null`"),
        )
        for key, field in definitions[name]["properties"].items()
    )
    return table(("field", "type", "meaning"), rows)


def _dataclass(name: str) -> type:
    """The dataclass of that name that a report is made of."""
    modules = [vars(module) for key, module in sys.modules.items() if key.startswith("kpi_core.")]
    return next(found[name] for found in modules if is_dataclass(found.get(name)))


def _docstrings(described: type) -> dict[str, str]:
    """The docstrings below a dataclass's attributes, inherited ones too."""
    found: dict[str, str] = {}
    for base in reversed(described.__mro__[:-1]):
        body = ast.parse(dedent(inspect.getsource(base))).body[0].body
        for field, text in pairwise(body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(
                    value=ast.Constant(value=str(words))
                ):
                    found[key] = " ".join(words.split())
    return found


def finding_table(meanings: Meanings) -> str:
    """The fields of a finding, as `kpi --json` prints them."""
    schema = Finding.model_json_schema()
    return field_table("Finding", {**schema["$defs"], "Finding": schema}, meanings)


# The tables


def column_tables(meanings: Meanings) -> str:
    """One section for each CSV table of the ZIP, with its columns."""
    parts = []
    for name, (columns, models) in TABLES.items():
        parts += [f"### {name}.csv", _column_table(name, columns, models, meanings)]
    return "\n\n".join(parts)


def benchmark_columns(meanings: Meanings) -> str:
    """The columns of the catalog's benchmark file."""
    with (DATA / "benchmarks.csv").open(encoding="utf-8", newline="") as stream:
        columns = next(csv.reader(stream))
    return _column_table("benchmarks.csv", columns, (Benchmark,), meanings)


def _column_table(
    name: str, columns: Iterable[str], models: Iterable[type[BaseModel]], meanings: Meanings
) -> str:
    rows = (
        (f"`{column}`", meanings.of_column(name, column, models).replace("`None`", "empty"))
        for column in columns
    )
    return table(("column", "meaning"), rows)


# The catalog


def choices(catalog: Catalog) -> str:
    """Ids an answers file may use for the company."""
    groups = {
        "business_model": catalog.business_models,
        "industry": catalog.industries,
        "region": catalog.regions,
        "segment": catalog.segments,
        "maturity": catalog.maturity,
        "motion": catalog.motions,
    }
    rows = (
        (f"`{key}`", ", ".join(f"`{record.id}` ({record.name})" for record in records.values()))
        for key, records in groups.items()
    )
    return table(("answer", "ids"), rows)


def north_stars(catalog: Catalog) -> str:
    """The north star of each motion, and the candidates that are refused."""
    motions = (
        (
            motion.name,
            link(catalog.metrics[motion.north_star].name),
            ", ".join(step.name for step in catalog.funnels[motion.funnel_template].steps),
        )
        for motion in catalog.motions.values()
    )
    refused = (
        (link(catalog.metrics[c.metric_id].name), c.refused)
        for c in catalog.candidates.values()
        if c.refused
    )
    return "\n\n".join(
        (
            table(("motion", "north star", "funnel steps"), motions),
            "Considered and refused:",
            table(("metric", "why not"), refused),
        )
    )


def metric_entries(catalog: Catalog) -> str:
    """Every metric, by stage."""
    parts = []
    for stage in Stage:
        parts += [f"## {catalog.stages[stage].name}", catalog.stages[stage].question]
        for metric in catalog.metrics.values():
            if metric.stage is stage:
                parts += _metric_entry(metric, catalog)
    return "\n\n".join(parts)


def _metric_entry(metric: MetricDefinition, catalog: Catalog) -> list[str]:
    named = {**catalog.measures, **catalog.metrics}
    formula = formula_words(metric.formula, lambda key: named[key].name)
    good = metric.direction.value.replace("_", " ")
    return [
        f"### {metric.name}",
        f"`{metric.id}` · {UNIT_NAMES[metric.unit]} · {good}",
        metric.definition,
        f"Formula: {formula}",
    ]


def measure_table(catalog: Catalog) -> str:
    """The raw quantities formulas are made of."""
    rows = (
        (f"`{m.id}`", m.name, UNIT_NAMES[m.unit], m.definition) for m in catalog.measures.values()
    )
    return table(("id", "name", "unit", "definition"), rows)


def named_table(records: Mapping[str, Any]) -> str:
    """Id, name and description of channels, roles or tool categories."""
    rows = ((f"`{key}`", record.name, record.description) for key, record in records.items())
    return table(("id", "name", "description"), rows)


# The files


def blocks() -> dict[str, str]:
    """Every generated block by its name."""
    catalog, meanings = load_catalog(), Meanings()
    made = {
        "framework": field_tables(MeasurementFramework, meanings),
        "answers": field_tables(Answers, meanings, MeasurementFramework),
        "choices": choices(catalog),
        "tables": column_tables(meanings),
        "benchmarks": benchmark_columns(meanings),
        **output_tables(meanings),
        "finding": finding_table(meanings),
        "north stars": north_stars(catalog),
        "metrics": metric_entries(catalog),
        "measures": measure_table(catalog),
        "channels": named_table(catalog.channels),
        "roles": named_table(catalog.roles),
        "tool categories": named_table(catalog.tools),
    }
    meanings.complete()
    return made


def filled(text: str, made: Mapping[str, str]) -> str:
    """A document with its generated blocks renewed; its prose is left alone."""

    def renew(match: re.Match[str]) -> str:
        return f"{match[1]}\n\n{made[match[2]]}\n\n{match[3]}"

    pattern = r"(<!-- generated: ([\w ]+) -->).*?(<!-- end: \2 -->)"
    return re.sub(pattern, renew, text, flags=re.DOTALL)


def documents() -> dict[Path, str]:
    """Every generated file as it should be."""
    made = blocks()
    pages = (DOCS / "glossary.md", DOCS / "file-formats.md")
    written = {page: filled(page.read_text(encoding="utf-8"), made) for page in pages}
    for name in made:
        if not any(f"<!-- generated: {name} -->" in text for text in written.values()):
            raise SystemExit(f"docs/generate.py: no document has the block '{name}'")
    return {**written, SCHEMA_FILE: schema_text()}


def main() -> None:
    """Write what has changed."""
    for path, text in documents().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"Wrote {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
