"""The benchmarks page's overview: where we are, what others report, what the plan needs, in rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

__all__ = ["RangeBar", "RangeMark", "RangeRow", "StateTone", "plain_number", "ranges"]

StateTone = Literal["good", "warn", "bad", "muted"]

SOURCES_DRAWN = 3
OPEN_END = 0.12  # of the scale: how far a bar with a missing end fades out
OUTSIDE = " (outside the scale)"

_TEXTS = ["id", "name", "note", "baseline_text", "baseline_note", "target_text", "target_note"]
_STATE = ["state_text", "state_tone", "stake_text"]

_RANGES = _register("ranges")


def plain_number(value: float) -> str:
    """The number without a unit, whole from a thousand on, else with four digits that count."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class RangeBar:
    """One source. None, or what is not a number, is an end (or a typical value) not reported.

    `title` names the source ("B2B funnel survey, 2025"); its figures are added on hover and when
    read aloud. `different` is a definition other than ours.
    """

    low: float | None
    typical: float | None
    high: float | None
    different: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class RangeMark:
    """The baseline, with its 95% interval where both ends are known."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One KPI on its own scale. All text is shown as it is, never as markup.

    `ticks` are (value, text). The first three `sources` are drawn, from the axis upwards; all are
    read aloud. `show` turns a value into text ("22.2%") for hovering and reading aloud. A scale
    that is no range (not a number, or high not above low) leaves the chart without marks.
    """

    id: str
    name: str
    note: str
    scale_low: float
    scale_high: float
    ticks: Sequence[tuple[float, str]] = ()
    sources: Sequence[RangeBar] = ()
    baseline: RangeMark | None = None
    requirement: float | None = None
    requirement_at_most: bool = False
    target: float | None = None
    baseline_text: str = ""
    baseline_note: str = ""
    target_text: str = ""
    target_note: str = ""
    state_text: str = ""
    state_tone: StateTone = "muted"
    stake_text: str = ""
    show: Callable[[float], str] = plain_number


def ranges(
    rows: Sequence[RangeRow],
    key: str,
    *,
    selected: str | None,
    on_select: Callable[[str], None],
    caption: str,
    metric_label: str = "Metric",
    chart_label: str = "Where we are, what others report, what the plan needs",
    baseline_label: str = "Baseline",
    target_label: str = "Target",
    stake_label: str = "At stake",
    baseline_legend: str = "Baseline, 95% interval",
    source_legend: str = "One source: range and typical",
    different_legend: str = "Defined differently",
    requirement_legend: str = "Model requirement",
) -> None:
    """The rows in the order given; `on_select(row_id)` when one is pressed.

    `caption` is read aloud as the name of the list. The labels are those of the columns, the
    legends those above them; the target's legend is its label.
    """
    known = {row.id for row in rows}
    if len(known) != len(rows):
        raise ValueError("Two rows have the same id")

    def on_event(name: str, value: object) -> None:
        if name == "select" and isinstance(value, str) and value in known:
            on_select(value)

    said = _Said(baseline_label, target_label, different_legend, requirement_legend)
    data = {
        "rows": [_row_data(row, said) for row in rows],
        "selected": selected,
        "caption": caption,
        "columns": [metric_label, chart_label, baseline_label, target_label, stake_label],
        "legend": [baseline_legend, source_legend, different_legend, requirement_legend],
    }
    _mount(_RANGES, data, key, on_event)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words for the marks in titles and in the text read aloud."""

    baseline: str
    target: str
    different: str
    requirement: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """The axis of one row; places on it are in [0, 1]."""

    low: float
    high: float

    def at(self, value: float) -> float:
        return round(min(1.0, max(0.0, (value - self.low) / (self.high - self.low))), 4)

    def side(self, value: float) -> int:
        """-1 for a value below the scale, 1 for one above, 0 for one on it."""
        slack = (self.high - self.low) * 1e-9
        return (value > self.high + slack) - (value < self.low - slack)

    def mark(self, value: float | None, title: str) -> dict[str, Any] | None:
        """A mark to draw, at the edge if it lies outside; None if there is nothing to draw."""
        if value is None:
            return None
        side = self.side(value)
        return {"at": self.at(value), "out": side, "title": title + OUTSIDE * bool(side)}


def _row_data(row: RangeRow, said: _Said) -> dict[str, Any]:
    bars = [bar for bar in map(_cleaned, row.sources) if _figures(bar)]
    sources = [(bar, _bar_words(bar, row.show, said)) for bar in bars]
    words = [_baseline_words(row, said), _requirement_words(row, said), _target_words(row, said)]
    spoken = [*filter(None, words), *(title for _, title in sources)]
    return {
        **{name: getattr(row, name) for name in (*_TEXTS, *_STATE)},
        **_marks(row, sources[:SOURCES_DRAWN], words),
        "more": len(sources[SOURCES_DRAWN:]),
        "more_title": "\n".join(title for _, title in sources[SOURCES_DRAWN:]),
        "words": ". ".join(spoken),
    }


def _marks(
    row: RangeRow, sources: Sequence[tuple[RangeBar, str]], titles: Sequence[str]
) -> dict[str, Any]:
    """All that stands on the row's scale; nothing if that is not a range."""
    low, high = _number(row.scale_low), _number(row.scale_high)
    if low is None or high is None or not 0 < high - low < math.inf:
        nothing = dict.fromkeys(("baseline", "requirement", "target"))
        return {"ticks": [], "sources": [], **nothing, "drawn": False}
    scale = _Scale(low, high)
    ticks = [(_number(value), text) for value, text in row.ticks]
    return {
        "ticks": [[scale.at(v), text] for v, text in ticks if v is not None and not scale.side(v)],
        "sources": [_bar_data(bar, title, scale) for bar, title in sources],
        "baseline": _baseline_data(row.baseline, scale, titles[0]),
        "requirement": scale.mark(_number(row.requirement), titles[1]),
        "target": scale.mark(_number(row.target), titles[2]),
        "drawn": True,
    }


def _baseline_data(mark: RangeMark | None, scale: _Scale, title: str) -> dict[str, Any] | None:
    """The dot and its whisker; either may be missing."""
    if mark is None:
        return None
    dot, ends = scale.mark(_number(mark.value), title), _interval(mark)
    if ends is None:
        return dot and {**dot, "whisker": None}
    low, high = ends
    sides = [min(0, scale.side(low)), max(0, scale.side(high))]
    whisker = {"from": scale.at(low), "to": scale.at(high), "out": sides}
    return {**(dot or {"at": None, "out": 0, "title": title}), "whisker": whisker}


def _bar_data(bar: RangeBar, title: str, scale: _Scale) -> dict[str, Any]:
    """`from` and `to` bound what is solid; beyond an open end the bar fades out over `fade`."""
    stub = bar.low is None and bar.high is None
    first = min(_figures(bar)) if bar.low is None else bar.low
    last = max(_figures(bar)) if bar.high is None else bar.high
    start, end = scale.at(first), scale.at(last)
    fade = [
        round(min(OPEN_END, start), 4) if bar.low is None and not stub else 0,
        round(min(OPEN_END, 1 - end), 4) if bar.high is None and not stub else 0,
    ]
    sides = scale.side(first), scale.side(last)
    out = [-1 if -1 in sides else 0, 1 if 1 in sides else 0]
    typical = None if bar.typical is None or scale.side(bar.typical) else scale.at(bar.typical)
    return {
        "from": start,
        "to": end,
        "fade": fade,
        "typical": typical,
        "stub": stub,
        "out": out,
        "different": bar.different,
        "title": title + OUTSIDE * any(out),
    }


def _baseline_words(row: RangeRow, said: _Said) -> str:
    mark = row.baseline or RangeMark(math.nan)
    ends = _interval(mark)
    spread = f"95% interval {row.show(ends[0])} to {row.show(ends[1])}" if ends else ""
    text = row.baseline_text or _shown(row, mark.value)
    return _sentence(said.baseline, text, row.baseline_note, spread)


def _requirement_words(row: RangeRow, said: _Said) -> str:
    text = _shown(row, row.requirement)
    bound = "at most" if row.requirement_at_most else "at least"
    return _sentence(said.requirement, f"{bound} {text}" if text else "")


def _target_words(row: RangeRow, said: _Said) -> str:
    return _sentence(said.target, row.target_text or _shown(row, row.target), row.target_note)


def _bar_words(bar: RangeBar, show: Callable[[float], str], said: _Said) -> str:
    low = "" if bar.low is None else show(bar.low)
    high = "" if bar.high is None else show(bar.high)
    extent = f"from {low}" if low else ""
    if high:
        extent = f"{low} to {high}" if low else f"up to {high}"
    typical = "" if bar.typical is None else f"typical {show(bar.typical)}"
    different = said.different[:1].lower() + said.different[1:] if bar.different else ""
    return _sentence(bar.title, extent, typical, different)


def _sentence(subject: str, *parts: str) -> str:
    """ "Subject: part, part", or nothing without parts."""
    text = ", ".join(filter(None, parts))
    return f"{subject}: {text}" if subject and text else text


def _shown(row: RangeRow, value: float | None) -> str:
    number = _number(value)
    return "" if number is None else row.show(number)


def _cleaned(bar: RangeBar) -> RangeBar:
    """The bar with ends in order, and None for what is not a number."""
    low, high = _number(bar.low), _number(bar.high)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return RangeBar(low, _number(bar.typical), high, bool(bar.different), bar.title)


def _figures(bar: RangeBar) -> list[float]:
    return [value for value in (bar.low, bar.typical, bar.high) if value is not None]


def _interval(mark: RangeMark) -> tuple[float, float] | None:
    low, high = _number(mark.low), _number(mark.high)
    return None if low is None or high is None else (min(low, high), max(low, high))


def _number(value: float | None) -> float | None:
    """The value as a finite number, else None."""
    try:
        number = math.nan if value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
