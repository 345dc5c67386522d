"""The points scorecard that most marketing tools use: points per event, fading with a half-life of 30 days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.features.definitions import Feature
from leadscore.modeling.base_rate import base_rates, not_falling
from leadscore.modeling.logistic import fit_ridge
from leadscore.modeling.rows import Floats, TrainingRows

HALF_LIFE_DAYS = 30
POINTS: tuple[tuple[str, float], ...] = (
    ("unsubscri", -20.0),
    ("bounce", -10.0),
    ("spam", -20.0),
    ("demo", 25.0),
    ("trial", 25.0),
    ("quote", 25.0),
    ("proposal", 25.0),
    ("meeting", 20.0),
    ("call", 15.0),
    ("pric", 15.0),
    ("referr", 15.0),
    ("chat", 10.0),
    ("webinar", 10.0),
    ("show", 10.0),
    ("form", 10.0),
    ("download", 8.0),
    ("click", 5.0),
    ("reply", 5.0),
    ("page", 2.0),
    ("screen", 2.0),
    ("open", 1.0),
    ("like", 1.0),
)
"""Points of one event whose type contains the word; the first that fits counts."""
DEFAULT_POINTS = 3.0


@dataclass(frozen=True, slots=True)
class Points:
    """A scorecard: points per column (c,), and for each horizon the line from points to log-odds, shape (h,) each."""

    columns: tuple[int, ...]
    points: Floats
    mean: float
    scale: float
    intercepts: Floats
    slopes: Floats

    def score(self, matrix: Floats) -> Floats:
        """Points of each row, shape (n,); a missing count is none."""
        return np.asarray(np.nan_to_num(matrix[:, list(self.columns)]) @ self.points)

    def predict(self, matrix: Floats) -> Floats:
        """Shape (n, h), not falling over the horizons."""
        standard = (self.score(matrix) - self.mean) / self.scale
        return not_falling(1 / (1 + np.exp(-(standard[:, None] * self.slopes + self.intercepts))))


def points_of(event_type: str) -> float:
    """The points that one event of a type is worth at once.

    >>> points_of("Demo Requested"), points_of("email_opened"), points_of("tea_drunk")
    (25.0, 1.0, 3.0)
    """
    return next((points for word, points in POINTS if word in event_type.lower()), DEFAULT_POINTS)


def marketers_points(features: Sequence[Feature]) -> dict[int, float]:
    """Column -> points, of the 30-day decayed counts of single event types."""
    return {
        column: points_of(feature.event_type)
        for column, feature in enumerate(features)
        if feature.kind == "decayed" and feature.half_life_days == HALF_LIFE_DAYS and feature.event_type
    }


def fit_points(rows: TrainingRows, features: Sequence[Feature]) -> Points | None:
    """A scorecard whose points are fixed and whose line to a probability is fitted (Platt) on the training rows.

    rows      labels by horizon. A horizon of one class gets the base rate.
    features  what the columns of the matrix mean; without 30-day decayed counts there is no scorecard: None.
    """
    worth = marketers_points(features)
    if not worth:
        return None
    columns, points = tuple(worth), np.array(list(worth.values()))
    rates = base_rates(rows)
    intercepts, slopes = np.log(rates / (1 - rates)), np.zeros(rows.columns)
    card = Points(columns, points, 0.0, 1.0, intercepts, slopes)
    score = card.score(rows.matrix)
    mean, scale = float(score.mean()), float(score.std()) or 1.0
    for horizon in range(rows.columns):
        known = rows.known[:, horizon]
        label = rows.converted[known, horizon]
        if len(np.unique(label)) == 2:
            standard = ((score[known] - mean) / scale)[:, None]
            intercepts[horizon], slope = fit_ridge(standard, label, rows.weight[known], strength=1.0)
            slopes[horizon] = slope[0]
    return Points(columns, points, mean, scale, intercepts, slopes)
