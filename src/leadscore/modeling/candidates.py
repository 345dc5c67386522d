"""The learners among which a table chooses, each a model of the same form: trees, sums of column effects, or both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from leadscore.config.training import LightGbmConfig
from leadscore.modeling.band_model import BandModel, Mix
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.bayes_bands import fit_bayes_bands
from leadscore.modeling.ridge_bands import fit_ridge_bands
from leadscore.modeling.rows import Floats, TrainingRows

Part = Literal["lightgbm", "logistic", "naive_bayes"]
PARTS: tuple[Part, ...] = ("lightgbm", "logistic", "naive_bayes")
LEARNERS: dict[str, tuple[Part, ...]] = {
    "blend": ("lightgbm", "logistic"),
    "lightgbm": ("lightgbm",),
    "logistic": ("logistic",),
    "naive_bayes": ("naive_bayes",),
}
HALF_LIVES: tuple[float | None, ...] = (None, 0.3, 0.1)
"""Ages, as shares of the history, at which a row counts half; None: all rows count alike."""
FEWEST_CONVERSIONS = 100
"""Conversions that must be left in effect after weighing by age, or the half-life is not tried."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A learner and how fast it forgets: `half_life` is an age as a share of the history, or None."""

    learner: str
    half_life: float | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it is made of."""
        return LEARNERS[self.learner]


@dataclass(frozen=True, slots=True)
class Growth:
    """Settings of the fits: LightGBM's, and the seed."""

    lightgbm: LightGbmConfig
    seed: int


def half_lives(conversions: int) -> tuple[float | None, ...]:
    """The half-lives that leave enough conversions to learn from."""
    return tuple(h for h in HALF_LIVES if h is None or conversions * h / np.log(2) >= FEWEST_CONVERSIONS)


def recency(rows: int, half_life: float | None) -> Floats:
    """Weights of rows from the oldest to the newest, shape (rows,), with a mean of 1.

    >>> recency(3, None).tolist()
    [1.0, 1.0, 1.0]
    """
    if half_life is None:
        return np.ones(rows)
    weight = 0.5 ** (np.arange(rows - 1, -1, -1) / (half_life * rows))
    return np.asarray(weight / weight.mean())


def fit_part(
    part: Part, half_life: float | None, rows: TrainingRows, categorical: Sequence[int], growth: Growth
) -> list[BandModel]:
    """One part fitted on rows from the oldest to the newest: a model per band."""
    weighed = replace(rows, weight=rows.weight * recency(len(rows), half_life))
    if part == "lightgbm":
        bands = [f"band {number + 1}" for number in range(rows.columns)]
        return [BandModel(text) for text in fit_bands(weighed, bands, categorical, growth.lightgbm, growth.seed)]
    sums = (fit_ridge_bands if part == "logistic" else fit_bayes_bands)(weighed, categorical)
    return [BandModel(None, model, Mix(0.0, 1.0)) for model in sums]


def fit_candidate(
    candidate: Candidate, rows: TrainingRows, categorical: Sequence[int], growth: Growth
) -> list[BandModel]:
    """The candidate fitted on rows from the oldest to the newest: per band the mean of the log-odds of its parts."""
    fitted = [fit_part(part, candidate.half_life, rows, categorical, growth) for part in candidate.parts]
    if len(fitted) == 1:
        return fitted[0]
    trees, sums = fitted
    return [BandModel(grown.trees, summed.additive, Mix(0.5, 0.5)) for grown, summed in zip(trees, sums, strict=True)]
