"""Pictures of a model's quality, as charts for notebooks and as SVG text: drawn after training, never while serving."""

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import vl_convert

from leadscore.modeling.evaluation import HorizonEvaluation

_SIZE = {"width": 380, "height": 300}
_MOST_GROUPS = 12
BLUE, GREY = "#3b6fb6", "#8a8f98"


def calibration_plot(judged: HorizonEvaluation, title: str) -> str:
    """`calibration_chart` as SVG text."""
    return drawn(calibration_chart(judged), title)


def calibration_chart(judged: HorizonEvaluation) -> Any:
    """Predicted against observed conversion rate, each point with its 90 % interval; the diagonal is perfect."""
    points = [
        {"predicted": bin_.predicted, "observed": bin_.observed, "low": bin_.low, "high": bin_.high}
        for bin_ in judged.calibration
    ]
    top = max([0.01, *(max(point["predicted"], point["high"]) for point in points)]) * 1.05
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("predicted:Q", scale=scale, title="predicted", axis=alt.Axis(format=".1%", tickCount=5))
    y = alt.Y("observed:Q", scale=scale, title="observed", axis=alt.Axis(format=".1%", tickCount=5))
    line: list[dict[str, float]] = [{"predicted": 0.0, "observed": 0.0}, {"predicted": top, "observed": top}]
    diagonal = alt.Chart(alt.InlineData(values=line)).mark_line(color=GREY, strokeDash=[4, 4]).encode(x=x, y=y)
    base = alt.Chart(alt.InlineData(values=points))
    bars = base.mark_rule(color=BLUE, clip=True).encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q")
    dots = base.mark_circle(color=BLUE, size=60, opacity=1).encode(x=x, y=y)
    return alt.layer(diagonal, bars, dots)


def gain_plot(judged: dict[str, HorizonEvaluation], title: str) -> str:
    """`gain_chart` as SVG text."""
    return drawn(gain_chart(judged), title)


def gain_chart(judged: dict[str, HorizonEvaluation]) -> Any:
    """Share of all conversions found among the best-scored share of leads, one line per model."""
    values = [
        {"share": share, "found": found, "model": name}
        for name, horizon in judged.items()
        for share, found in horizon.gain
    ]
    x = alt.X("share:Q", title="share of leads worked, best first", axis=alt.Axis(format=".0%", tickCount=5))
    y = alt.Y("found:Q", title="share of conversions found", axis=alt.Axis(format=".0%", tickCount=5))
    chart = alt.Chart(alt.InlineData(values=values)).mark_line(interpolate="linear")
    return chart.encode(x=x, y=y, color=alt.Color("model:N", title=None))


def importance_plot(importances: Sequence[tuple[str, float]], title: str) -> str:
    """`importance_chart` as SVG text."""
    return drawn(importance_chart(importances), title)


def importance_chart(importances: Sequence[tuple[str, float]]) -> Any:
    """Mean absolute effect on the log-odds by group of features, strongest first."""
    values = [{"what": name, "effect": effect} for name, effect in importances]
    x = alt.X("effect:Q", title="mean absolute effect on the log-odds", axis=alt.Axis(tickCount=5))
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=220))
    return alt.Chart(alt.InlineData(values=values)).mark_bar(color=BLUE).encode(x=x, y=y)


def styled(chart: Any, title: str) -> Any:
    """A chart with its title, in the size and letters of all pictures."""
    sized = chart.properties(title=alt.Title(title, anchor="start", fontSize=14), **_SIZE)
    return sized.configure(font="system-ui, sans-serif").configure_view(stroke=None)


def group_plot(names: Sequence[str], converted: Iterable[float], rows: Iterable[float], title: str) -> str:
    """Share of rows that converted by group of a field's values; a bar's label says how many rows it stands for."""
    told = [each for each in zip(names, converted, rows, strict=True) if each[2] > 0]
    biggest = sorted(told, key=lambda each: -each[2])[:_MOST_GROUPS]
    values = [
        {"what": f"{name[:40]} ({count:,.0f} rows)", "rate": won / count}
        for name, won, count in told
        if (name, won, count) in biggest
    ]
    x = alt.X("rate:Q", title="share of rows that converted", axis=alt.Axis(format=".0%", tickCount=5))
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))
    return drawn(alt.Chart(alt.InlineData(values=values)).mark_bar(color=BLUE).encode(x=x, y=y), title)


def drawn(chart: Any, title: str) -> str:
    """A chart as SVG text."""
    return str(vl_convert.vegalite_to_svg(styled(chart, title).to_dict(validate=False)))
