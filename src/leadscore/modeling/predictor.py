"""From one LightGBM model per horizon band to the chance of converting within each horizon, and why."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError
from leadscore.modeling.native import NativeBooster
from leadscore.modeling.reasons import LeafTable

# Beyond it a float probability is exactly 0 or 1, and shares of it or its log-odds are no numbers.
_RAW_BOUND = 35.0

_Number = TypeVar("_Number", float, NDArray[np.float64])


class BandPredictor:
    """Conditional bands: h_k = P(converts in band k | not before it), P(H) = 1 - product of (1 - h_k) up to H.

    texts              LightGBM model text of each band, nearest band first.
    horizons_days      end of each band, rising; a model of one band may carry any single number.
    main_horizon_days  the horizon that contributions speak about; the last one by default.
    Raises             DataError [LS-MODEL-02] if texts and horizons do not fit each other.

    base_p_convert     probability at the main horizon that contributions start from, with every effect at 0.
    """

    def __init__(
        self, texts: Sequence[str], horizons_days: Sequence[int], main_horizon_days: int | None = None
    ) -> None:
        main = horizons_days[-1] if main_horizon_days is None and horizons_days else main_horizon_days
        if not texts or len(texts) != len(horizons_days) or main not in horizons_days:
            found = f"{len(texts)} band models for horizons {list(horizons_days)}, main horizon {main}"
            raise DataError("LS-MODEL-02", found=found, allowed="one model per horizon, the main one among them")
        self.horizons_days = tuple(horizons_days)
        self.main = self.horizons_days.index(main)
        self._boosters = [NativeBooster(text) for text in texts]
        self._tables = [LeafTable(booster.dump()) for booster in self._boosters]
        self.n_features = self._tables[0].n_features
        if any(table.n_features != self.n_features for table in self._tables):
            raise DataError("LS-MODEL-02", found="the band models were trained on different features")
        base = _hazard(np.array([table.bias for table in self._tables]))
        self.base_p_convert = float(_cumulated(base)[self.main])
        self._base_shares = [hazard / self.base_p_convert for hazard in base.tolist()][: self.main + 1]

    def raw(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of each band for one row of shape (n_features,): shape (n_bands,)."""
        pairs = zip(self._tables, self._boosters, strict=True)
        return np.array([table.raw(booster.leaves(row)) for table, booster in pairs])

    def curve(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of converting within each horizon.

        matrix    feature values, shape (n, n_features); NaN means missing.
        Returns   shape (n, n_horizons), never falling along a row; equal to `row` bit for bit.
        """
        raw = np.column_stack([booster.raw_matrix(matrix) for booster in self._boosters])
        return _cumulated(_hazard(raw))

    def row(self, row: NDArray[np.float64]) -> tuple[list[float], NDArray[np.float64]]:
        """Score one row.

        row       feature values, shape (n_features,); NaN means missing.
        Returns   the probability within each horizon, and the effect of each feature on the log-odds of converting
                  within the main horizon, shape (n_features,).
        """
        leaves = [booster.leaves(row) for booster in self._boosters]
        hazard = _hazard(np.array([table.raw(taken) for table, taken in zip(self._tables, leaves, strict=True)]))
        p: list[float] = _cumulated(hazard).tolist()
        effects = np.zeros(self.n_features)
        for band, weight in enumerate(self._weights(hazard.tolist(), p[self.main])):
            effects += weight * self._tables[band].contributions(leaves[band])
        return p, effects

    def explained(self, matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`row` for many rows: probabilities (n, n_horizons) and effects (n, n_features), equal bit for bit."""
        leaves = [booster.leaf_matrix(matrix) for booster in self._boosters]
        raw = [table.raw_matrix(taken) for table, taken in zip(self._tables, leaves, strict=True)]
        hazard = _hazard(np.column_stack(raw))
        p = _cumulated(hazard)
        effects = np.zeros((len(matrix), self.n_features))
        for band, weight in enumerate(self._weights(hazard.T, p[:, self.main])):
            effects += weight[:, None] * self._tables[band].contribution_matrix(leaves[band])
        return p, effects

    def _weights(self, hazards: Iterable[_Number], p_main: _Number) -> list[_Number]:
        """How the log-odds at the main horizon follow each band's up to it: mean of h_k / P here and at the base.

        hazards and p_main are numbers for one row or columns for many; both give the same bits.
        """
        return [(hazard / p_main + base) / 2 for hazard, base in zip(hazards, self._base_shares, strict=False)]


def _hazard(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    bounded = np.minimum(np.maximum(raw, -_RAW_BOUND), _RAW_BOUND)
    return np.asarray(1.0 / (1.0 + np.exp(-bounded)))


def _cumulated(hazard: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 - np.multiply.accumulate(1.0 - hazard, axis=-1))
