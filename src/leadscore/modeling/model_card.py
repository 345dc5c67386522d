"""A model card: what a version is for, what it learnt from, how good it is and where it is not, on one page."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadscore.modeling.backtest import MODEL
from leadscore.modeling.report import figure_text, number_text

# Markdown, and no page of a browser: nothing is escaped.
_CARDS = Environment(
    loader=PackageLoader("leadscore.modeling"),
    autoescape=False,  # noqa: S701
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def model_card(record: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The card as Markdown; it names attributes and groups, and no lead.

    record   what training wrote down, see `fitted_model.evaluation_record`.
    about    name, version, kind, learner, as_of, manifest, and the names of the attributes that the model reads.

    After Mitchell et al. (2019), Model Cards for Model Reporting.
    """
    models = {MODEL: record["model"], **record["baselines"]}
    pooled = record["assessment"]["backtest"]["pooled"]["evaluation"]["horizons"][record["main_horizon"]]
    text = _CARDS.get_template("model_card.md").render(
        **record, **about, models=models, pooled=pooled, figure=figure_text, number=number_text
    )
    return text.strip() + "\n"
