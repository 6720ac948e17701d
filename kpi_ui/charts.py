"""Results -> plotly figures in the app's own look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import plotly.graph_objects as go

from kpi_core.formats import money, value_text
from kpi_core.models.base import Unit

_INK = {
    "light": {
        "text": "#566170",
        "line": "#E6E9EE",
        "strong": "#151B23",
        "up": "#2B4EC0",
        "down": "#B86E00",
    },
    "dark": {
        "text": "#A3ADBA",
        "line": "#232A34",
        "strong": "#E8ECF1",
        "up": "#8CA6FF",
        "down": "#F5C04F",
    },
}
_ROW = 34
_LONGEST = 48


def tornado(
    names: Sequence[str],
    lows: Sequence[float],
    highs: Sequence[float],
    middle: float,
    currency: str,
    theme: str,
) -> go.Figure:
    """Bars from the middle to the low and the high end, widest on top, amounts at their ends."""
    ink = _INK[theme]

    def text(value: float) -> str:
        return money(value, currency, compact=True)

    figure = go.Figure()
    for ends, colour, side in ((lows, ink["down"], "low"), (highs, ink["up"], "high")):
        figure.add_bar(
            y=list(range(len(names))),
            x=[end - middle for end in ends],
            base=middle,
            orientation="h",
            marker_color=colour,
            width=0.55,
            text=[text(end) for end in ends],
            textposition="outside",
            textfont={"size": 12.5, "color": ink["strong"]},
            cliponaxis=False,
            name=side,
            customdata=[escape(name, quote=False) for name in names],
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    reach = max(max(highs) - middle, middle - min(lows))
    _frame(figure, names, middle, text(middle), reach, ink)
    return figure


def _plain(name: str) -> str:
    """A name as it is, since Plotly reads tags; shortened, to leave room for the bars."""
    return escape(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…", quote=False)


def _frame(
    figure: go.Figure,
    names: Sequence[str],
    middle: float,
    label: str,
    reach: float,
    ink: dict[str, str],
) -> None:
    """The tornado's axes: the middle named, no grid, room for the amounts at the ends."""
    spread = max(reach, 1e-9) * 1.35
    figure.add_vline(x=middle, line_width=1, line_color=ink["strong"])
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        height=56 + _ROW * len(names),
        margin={"l": 0, "r": 0, "t": 8, "b": 28},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 13, "color": ink["text"]},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "automargin": True,
            "tickvals": list(range(len(names))),
            "ticktext": [f"{_plain(name)}  " for name in names],
            "showgrid": False,
            "zeroline": False,
        },
        xaxis={
            "fixedrange": True,
            "range": [middle - spread, middle + spread],
            "showgrid": False,
            "tickvals": [middle],
            "ticktext": [f"middle {label}"],
            "zeroline": False,
        },
    )


def history_line(
    points: Sequence[tuple[date, float]], unit: Unit, currency: str, theme: str
) -> go.Figure:
    """Own values by period, the last one named at the line's end."""
    ink = _INK[theme]
    periods, values = [point[0] for point in points], [point[1] for point in points]
    texts = [value_text(value, unit, currency, compact=True) for value in values]
    figure = go.Figure()
    figure.add_scatter(
        x=periods,
        y=values,
        mode="lines+markers+text",
        line={"color": ink["up"], "width": 2.5},
        marker={"size": [5] * (len(values) - 1) + [9], "color": ink["up"]},
        text=[""] * (len(values) - 1) + [texts[-1]],
        textposition="top center",
        textfont={"size": 12.5, "color": ink["strong"]},
        cliponaxis=False,
        customdata=texts,
        hovertemplate="%{x|%b %Y}: %{customdata}<extra></extra>",
    )
    figure.update_layout(
        height=160,
        showlegend=False,
        margin={"l": 0, "r": 28, "t": 24, "b": 24},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 12.5, "color": ink["text"]},
        xaxis={"fixedrange": True, "showgrid": False, "nticks": 5},
        yaxis={"visible": False, "fixedrange": True, "rangemode": "tozero"},
    )
    return figure
