"""Pictures of what else was found out about a model: other cuts, groups, fewer data."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from leadscore.modeling.plots import BLUE, GREY, drawn

_MOST_CELLS = 30


def backtest_plot(origins: Sequence[Mapping[str, Any]], horizon: str, title: str) -> str:
    """ROC-AUC of every model at each cut, the model's own with its 90 % interval, as SVG text."""
    values = [
        {"cut": origin["cut"][:10], "model": name, "auc": figures[horizon]["roc_auc"]}
        for origin in origins
        for name, figures in origin["figures"].items()
        if figures[horizon]["roc_auc"] is not None
    ]
    spans = [
        {"cut": origin["cut"][:10], "low": metric["low"], "high": metric["high"]}
        for origin in origins
        if (metric := origin["evaluation"]["horizons"][horizon]["metrics"]["roc_auc"])["low"] is not None
    ]
    scale = alt.Scale(zero=False)
    x = alt.X("cut:O", title="fitted by what was known at", axis=alt.Axis(labelAngle=0))
    y = alt.Y("auc:Q", title=f"ROC-AUC, {horizon}", scale=scale)
    color = alt.Color("model:N", title=None)
    lines = alt.Chart(alt.InlineData(values=values)).mark_line(point=True).encode(x=x, y=y, color=color)
    bars = alt.Chart(alt.InlineData(values=spans)).mark_rule(color=BLUE, strokeWidth=3, opacity=0.4)
    return drawn(alt.layer(bars.encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"), lines), title)


def card_plot(card: Mapping[str, Any], horizon: str, title: str) -> str:
    """Predicted over observed conversions of each group with its 95 % interval, as SVG text; the band is accepted."""
    lowest, highest = 0.1, 10.0
    cells = [cell for cell in card["cells"] if cell["horizon"] == horizon and cell["ratio"] is not None][:_MOST_CELLS]
    values = [
        {
            "what": f"{cell['grouping']}: {cell['value']} ({cell['converting_leads']})",
            "ratio": min(max(cell["ratio"], lowest), highest),
            "low": max(cell["low"], lowest),
            "high": min(cell["high"], highest),
            "off": "beyond chance" if cell["outside"] else "within chance",
        }
        for cell in cells
    ]
    scale = alt.Scale(type="log", domain=[lowest, highest])
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=300))
    x = alt.X(
        "ratio:Q", scale=scale, title="predicted / observed conversions", axis=alt.Axis(values=[0.1, 0.5, 1, 2, 10])
    )
    color = alt.Color(
        "off:N", title=None, scale=alt.Scale(domain=["within chance", "beyond chance"], range=[BLUE, "#c0392b"])
    )
    low, high = card["accepted"]
    span: list[dict[str, float]] = [{"from": low, "to": high}]
    band = alt.Chart(alt.InlineData(values=span)).mark_rect(color=GREY, opacity=0.2)
    base = alt.Chart(alt.InlineData(values=values))
    rules = base.mark_rule().encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=color)
    dots = base.mark_circle(size=60, opacity=1).encode(x=x, y=y, color=color)
    return drawn(alt.layer(band.encode(x=alt.X("from:Q", scale=scale), x2="to:Q"), rules, dots), title)


def learning_plot(curve: Mapping[str, Any], horizon: str, title: str) -> str:
    """Log loss at a horizon by the number of converting leads learnt from, as SVG text."""
    values = [
        {"leads": point["converting_leads"], "loss": point["figures"][horizon]["log_loss"]}
        for point in curve["points"]
        if point["figures"][horizon]["log_loss"] is not None
    ]
    x = alt.X("leads:Q", title="converting leads learnt from")
    y = alt.Y("loss:Q", title=f"log loss on later leads, {horizon}", scale=alt.Scale(zero=False))
    return drawn(alt.Chart(alt.InlineData(values=values)).mark_line(point=True, color=BLUE).encode(x=x, y=y), title)
