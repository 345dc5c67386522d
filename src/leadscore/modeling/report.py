"""A model's quality as one self-contained HTML page."""

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadscore.modeling.metrics import METRICS

_PAGES = Environment(
    loader=PackageLoader("leadscore.modeling"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def report_page(record: dict[str, Any], about: dict[str, Any], pictures: Sequence[str]) -> str:
    """The page for one version.

    record    what `train` found out: model, baselines, gate, data, leak suspects, main horizon.
    about     name, version, kind, learner, as_of.
    pictures  SVG texts, made by leadscore itself.
    """
    page = _PAGES.get_template("report.html")
    return page.render(**record, **about, pictures=pictures, metrics=METRICS, figure=_figure)


def _figure(metric: dict[str, float | None]) -> str:
    if metric["value"] is None:
        return "-"
    span = "" if metric["low"] is None else f" [{metric['low']:.3g}, {metric['high']:.3g}]"
    return f"{metric['value']:.3g}{span}"
