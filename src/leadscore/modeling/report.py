"""A model's quality as one self-contained HTML page."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadscore.modeling.metrics import METRICS

_PAGES = Environment(
    loader=PackageLoader("leadscore.modeling"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def report_page(
    record: Mapping[str, Any], about: Mapping[str, Any], pictures: Mapping[str, str], leaks: Sequence[str] = ()
) -> str:
    """The page for one version.

    record    what `train` found out: model, baselines, gate, data, leak suspects, main horizon, assessment.
    about     name, version, kind, learner, as_of.
    pictures  file name -> SVG text, see `draw_pictures`; leaks: SVG texts of suspected leaks. All made by leadscore.
    """
    page = _PAGES.get_template("report.html")
    told = {"pictures": pictures, "leak_svgs": leaks, "metrics": METRICS}
    return page.render(**record, **about, **told, figure=figure_text, number=number_text)


def figure_text(metric: Mapping[str, float | None]) -> str:
    """A figure with its interval, or a dash."""
    if metric["value"] is None:
        return "-"
    span = "" if metric["low"] is None else f" [{metric['low']:.3g}, {metric['high']:.3g}]"
    return f"{metric['value']:.3g}{span}"


def number_text(value: float | None, form: str = ".3g") -> str:
    """A number, or a dash."""
    return "-" if value is None else format(value, form)
