"""How many leads of a whole export would qualify: all of a small one, an even sample of a large one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kpi_core.formats import count, percent
from kpi_core.kpi_tree.intervals import Interval, wilson
from kpi_core.models.base import Finding
from kpi_core.models.lead_rules import LeadRules
from kpi_core.rhythm.leads import read_leads
from kpi_core.rhythm.scoring import score

MOST_SCORED = 3000
"""Leads scored at most: the share is then known to within two points."""
BATCH = 100


@dataclass(frozen=True)
class LeadCount:
    """How many of an export's leads qualify under the rules."""

    total: int
    """Leads of the export."""
    scored: int
    """Leads looked at: all of them, or a sample spread evenly over the export."""
    qualifying: int
    kept_out: int
    """Leads with enough points or not that a disqualifier keeps out."""
    missing: tuple[tuple[str, int], ...]
    """What the rules ask for and how many of the leads looked at do not say, most first."""
    findings: tuple[Finding, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether not every lead was looked at."""
        return self.scored < self.total

    @property
    def interval(self) -> Interval | None:
        """Wilson 95% interval of the share in the whole export; `None` when all were looked at."""
        return wilson(self.qualifying, self.scored) if self.is_sample and self.scored else None

    @property
    def words(self) -> str:
        """The answer in a sentence."""
        if not self.scored:
            return "No lead could be read."
        share = self.qualifying / self.scored
        if self.interval is None:
            return (
                f"{count(self.qualifying)} of {count(self.total)} leads would qualify "
                f"({percent(share)})."
            )
        low, high = (round(self.total * end) for end in (self.interval.low, self.interval.high))
        return (
            f"About {percent(share)} would qualify: between {count(low)} and {count(high)} of "
            f"{count(self.total)} leads, judged by {count(self.scored)} spread evenly over the file."
        )


def even_sample(total: int, most: int = MOST_SCORED) -> tuple[int, ...]:
    """Positions of at most `most` rows, spread evenly over `total`; all of them when they fit."""
    if total <= most:
        return tuple(range(total))
    return tuple(position * total // most for position in range(most))


def count_leads(
    rules: LeadRules,
    rows: Sequence[Mapping[str, str]],
    total: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> LeadCount:
    """Score `rows`, which are all or a sample of the `total` leads of an export.

    Rows without any value are no leads. `progress` is told the share done, 0 to 1.
    """
    scored = qualifying = kept_out = 0
    missing: Counter[str] = Counter()
    findings: tuple[Finding, ...] = ()
    for start in range(0, len(rows), BATCH):
        read = read_leads(rows[start : start + BATCH])
        findings = findings or read.findings
        for lead in read.leads:
            found = score(rules, lead)
            scored += 1
            qualifying += found.qualifies
            kept_out += bool(found.disqualified_by)
            missing.update(found.missing)
        if progress:
            progress(min(1.0, (start + BATCH) / len(rows)))
    whole = max(total or 0, len(rows)) - (len(rows) - scored)
    ordered = sorted(missing.items(), key=lambda entry: (-entry[1], entry[0]))
    return LeadCount(whole, scored, qualifying, kept_out, tuple(ordered), findings)
