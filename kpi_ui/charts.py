"""Results -> plotly figures in the app's own look."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from kpi_core.formats import money

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
            y=list(names),
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
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    _frame(
        figure, len(names), middle, text(middle), max(max(highs) - middle, middle - min(lows)), ink
    )
    return figure


def _frame(
    figure: go.Figure, rows: int, middle: float, label: str, reach: float, ink: dict[str, str]
) -> None:
    """The tornado's axes: the middle named, no grid, room for the amounts at the ends."""
    spread = max(reach, 1e-9) * 1.35
    figure.add_vline(x=middle, line_width=1, line_color=ink["strong"])
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        height=56 + _ROW * rows,
        margin={"l": 0, "r": 0, "t": 8, "b": 28},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 13, "color": ink["text"]},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "ticksuffix": "  "},
        xaxis={
            "fixedrange": True,
            "range": [middle - spread, middle + spread],
            "showgrid": False,
            "tickvals": [middle],
            "ticktext": [f"middle {label}"],
            "zeroline": False,
        },
    )
