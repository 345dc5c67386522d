"""A model that is a sum over columns: each cell adds its own effect to the log-odds, and that effect is its reason.

Effects are read off with comparisons, additions and multiplications alone, so that they are equal on every processor.
Only numpy is used, for the service reads these models.
"""

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError
from leadscore.modeling.rows import Floats

Shape = Literal["line", "steps"]


@dataclass(frozen=True)
class Term:
    """What the values of one column add.

    column   index of the column.
    shape    "line": straight lines between the places, level beyond the first and the last; "steps": one effect below,
             between and above the places, where a value equal to a place lies above it. Category codes are steps
             between 0.5, 1.5, ...; the last step is every other category.
    places   rising values of the column; at least two for a line.
    effects  at each place (line), or between them, one more than places (steps).
    missing  effect of a missing value.
    """

    column: int
    shape: Shape
    places: tuple[float, ...]
    effects: tuple[float, ...]
    missing: float

    def __post_init__(self) -> None:
        wanted = len(self.places) + (self.shape == "steps")
        if len(self.effects) != wanted or (self.shape == "line" and len(self.places) < 2):
            raise ValueError(f"{self.shape} with {len(self.places)} places and {len(self.effects)} effects")

    def moved(self, slope: float, shift: float) -> "Term":
        """The term whose every effect is slope x effect + shift."""
        effects = tuple(slope * effect + shift for effect in self.effects)
        return replace(self, effects=effects, missing=slope * self.missing + shift)

    def at(self, value: float) -> float:
        """The effect of one value; NaN is missing."""
        if isnan(value):
            return self.missing
        place = bisect_right(self.places, value)
        if self.shape == "steps":
            return self.effects[place]
        if place == 0:
            return self.effects[0]
        if place == len(self.places):
            return self.effects[-1]
        start, end = self.places[place - 1], self.places[place]
        left, right = self.effects[place - 1], self.effects[place]
        # The share of the way, since two places next to each other would make an infinite slope.
        return left + (right - left) * ((value - start) / (end - start))

    def at_all(self, values: Floats) -> Floats:
        """The effect of each value, shape (n,); equal to `at` bit for bit."""
        effects = np.asarray(self.effects)
        place = np.searchsorted(self.places, values, side="right")
        if self.shape == "steps":
            found = effects[np.minimum(place, len(self.places))]
        else:
            left = np.clip(place - 1, 0, len(self.places) - 2)
            places = np.asarray(self.places)
            way = (np.clip(values, places[0], places[-1]) - places[left]) / (places[left + 1] - places[left])
            inside = effects[left] + (effects[left + 1] - effects[left]) * way
            found = np.where(place == 0, effects[0], np.where(place >= len(self.places), effects[-1], inside))
        return np.where(np.isnan(values), self.missing, found)


@dataclass(frozen=True)
class AdditiveModel:
    """Log-odds as a sum: `bias`, which is their mean over the training rows, and the effect of each term.

    n_features  columns of the rows that the model scores.
    """

    n_features: int
    bias: float
    terms: tuple[Term, ...]

    @cached_property
    def _columns(self) -> NDArray[np.intp]:
        return np.array([term.column for term in self.terms], dtype=np.intp)

    def effects(self, row: list[float]) -> list[float]:
        """Effect of each term on one row of n_features numbers, in the order of the terms."""
        return [term.at(row[term.column]) for term in self.terms]

    def effect_matrix(self, matrix: Floats) -> Floats:
        """`effects` of many rows: shape (terms, n)."""
        found = np.zeros((len(self.terms), len(matrix)))
        for number, term in enumerate(self.terms):
            found[number] = term.at_all(matrix[:, term.column])
        return found

    def raw_matrix(self, matrix: Floats) -> Floats:
        """Log-odds of each row, shape (n,)."""
        return self.total(self.effect_matrix(matrix), np.full(len(matrix), self.bias))

    def total(self, effects: Floats, start: Floats) -> Floats:
        """The effects of the terms, shape (terms, n), added to a start one after the other."""
        for effect in effects:
            start = start + effect
        return start

    def by_column(self, effects: Floats) -> Floats:
        """Effects of the terms, shape (terms, n), summed by column: shape (n_features, n)."""
        summed = np.zeros((self.n_features, effects.shape[1]))
        for term, effect in zip(self.terms, effects, strict=True):
            summed[term.column] += effect
        return summed

    def row_by_column(self, effects: list[float]) -> Floats:
        """Effects of the terms on one row, in their order, summed by column: shape (n_features,)."""
        return np.asarray(np.bincount(self._columns, effects, self.n_features), np.float64)

    def centred(self, matrix: Floats, weight: Floats) -> "AdditiveModel":
        """The same model with the weighted mean of each term over some rows, shape (n, f), moved into its bias."""
        if not len(matrix):
            return self
        means = self.effect_matrix(matrix) @ (weight / weight.sum())
        terms = tuple(term.moved(1.0, -mean) for term, mean in zip(self.terms, means.tolist(), strict=True))
        return AdditiveModel(self.n_features, self.bias + float(means.sum()), terms)

    def recalibrated(self, slope: float, intercept: float) -> "AdditiveModel":
        """The model of slope x log-odds + intercept."""
        terms = tuple(term.moved(slope, 0.0) for term in self.terms)
        return AdditiveModel(self.n_features, slope * self.bias + intercept, terms)

    def to_json(self) -> str:
        """The model as JSON text; equal models give equal text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "AdditiveModel":
        """The model that `to_json` wrote.

        Raises  DataError [LS-MODEL-02] if the text is no such JSON.
        """
        try:
            parts = json.loads(text)
            terms = tuple(
                Term(**{**term, "places": tuple(term["places"]), "effects": tuple(term["effects"])})
                for term in parts["terms"]
            )
            return cls(int(parts["n_features"]), float(parts["bias"]), terms)
        except (ValueError, TypeError, KeyError) as error:
            raise DataError("LS-MODEL-02", found=f"no additive model: {error}", fix="export the model again") from error
