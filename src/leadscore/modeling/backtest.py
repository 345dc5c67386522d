"""The same recipe at several past cuts: figures at each, and of all their later rows together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadscore.modeling.comparison import PairedRows, compare
from leadscore.modeling.evaluation import Evaluation, evaluate
from leadscore.modeling.rows import Floats, LabelledRows, joined

MODEL, CHAMPION = "leadscore", "champion"


@dataclass(frozen=True)
class JudgedOrigin:
    """The recipe fitted at one cut, held against the rows that came after it.

    about   what to say of it: cut and until as ISO text, training_snapshots, conversions, learner;
            tuned_on if the settings were chosen by these very rows.
    p       model -> probabilities, shape (n, h): MODEL and the baselines, NaN where one must not be compared.
    rows    labels by horizon; `cluster` numbers the leads alike at all origins.
    """

    about: Mapping[str, Any]
    p: Mapping[str, Floats]
    rows: LabelledRows


def report_backtest(origins: Sequence[JudgedOrigin], horizons: Sequence[str], draws: int, seed: int) -> dict[str, Any]:
    """Figures of each origin, oldest first, and of all their rows together, as JSON.

    Returns   `origins` and `pooled`. Each has `evaluation` (the model's, with 90 % intervals over leads), `figures`
              (the bare numbers of every model by horizon and integrated) and `gains` (by how much the model's log loss
              is lower than that of each other, in pairs, with 95 % intervals over leads). A model that is not there at
              every origin, as a champion, is not pooled; nor is an origin that flatters settings tuned on it.
    """
    pool = [origin for origin in origins if not origin.about.get("tuned_on")]
    everywhere = [name for name in pool[0].p if all(name in origin.p for origin in pool)] if pool else []
    pooled = {name: np.concatenate([origin.p[name] for origin in pool]) for name in everywhere}
    return {
        "origins": [{**origin.about, **_figures(origin.p, origin.rows, horizons, draws, seed)} for origin in origins],
        "pooled": _figures(pooled, joined([origin.rows for origin in pool]), horizons, draws, seed) if pool else None,
    }


def _figures(
    p: Mapping[str, Floats], rows: LabelledRows, horizons: Sequence[str], draws: int, seed: int
) -> dict[str, Any]:
    model = evaluate(p[MODEL], rows, horizons, draws, seed)
    others = {name: evaluate(each, rows, horizons, 0, seed) for name, each in p.items() if name != MODEL}
    gains = {
        name: compare(PairedRows(model=p[MODEL], reference=p[name], rows=rows, horizons=horizons), 5 * draws, seed)
        for name in others
    }
    return {
        "evaluation": model.to_dict(),
        "figures": {name: bare_figures(each) for name, each in {MODEL: model, **others}.items()},
        "gains": {name: gain.figures() for name, gain in gains.items()},
    }


def bare_figures(evaluation: Evaluation) -> dict[str, dict[str, float | None]]:
    """Horizon -> metric -> value; the key "integrated" holds those over all horizons, if there are any."""
    found = {horizon: judged.values() for horizon, judged in evaluation.horizons.items()}
    overall = {name: metric.value for name, metric in evaluation.integrated.items()}
    return {**found, "integrated": overall} if overall else found
