"""From one model per horizon band to the chance of converting within each horizon, and why."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError
from leadscore.modeling.band_model import BandModel, BandScorer
from leadscore.modeling.row_bands import RowBands

# Beyond it a float probability is exactly 0 or 1, and shares of it or its log-odds are no numbers.
_RAW_BOUND = 35.0

_PLACES, _SHARES = (np.polynomial.legendre.leggauss(5)[part] / 2 + shift for part, shift in ((0, 0.5), (1, 0)))
"""Places on the way from 0 to 1, and how much each counts, for a mean over the whole way."""
_PLACES_OF_ROW, _SHARES_OF_ROW = _PLACES.tolist(), _SHARES.tolist()


class BandPredictor:
    """Conditional bands: h_k = P(converts in band k | not before it), P(H) = 1 - product of (1 - h_k) up to H.

    bands              model of each band, nearest band first.
    horizons_days      end of each band, rising; a model of one band may carry any single number.
    main_horizon_days  the horizon that contributions speak about; the last one by default.
    Raises             DataError [LS-MODEL-02] if bands and horizons do not fit each other.

    base_p_convert     probability at the main horizon that contributions start from, with every effect at 0.
    """

    def __init__(
        self, bands: Sequence[BandModel], horizons_days: Sequence[int], main_horizon_days: int | None = None
    ) -> None:
        main = horizons_days[-1] if main_horizon_days is None and horizons_days else main_horizon_days
        if not bands or len(bands) != len(horizons_days) or main not in horizons_days:
            found = f"{len(bands)} band models for horizons {list(horizons_days)}, main horizon {main}"
            raise DataError("LS-MODEL-02", found=found, allowed="one model per horizon, the main one among them")
        self.horizons_days = tuple(horizons_days)
        self.main = self.horizons_days.index(main)
        self._bands = [BandScorer(band) for band in bands]
        self.n_features = self._bands[0].n_features
        if any(band.n_features != self.n_features for band in self._bands):
            raise DataError("LS-MODEL-02", found="the band models were trained on different features")
        self._row_bands = RowBands(self._bands)
        self._base_of_row = [band.bias for band in self._bands]
        self._base = np.array(self._base_of_row)
        self.base_p_convert = float(_cumulated(_hazard(self._base))[self.main])

    def raw(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of each band for one row of shape (n_features,): shape (n_bands,)."""
        return np.array(self._row_bands.raw(self._row_bands.reach(row)))

    def curve(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of converting within each horizon.

        matrix    feature values, shape (n, n_features); NaN means missing.
        Returns   shape (n, n_horizons), never falling along a row; equal to `row` bit for bit.
        """
        raw = np.column_stack([band.raw_matrix(matrix) for band in self._bands])
        return _cumulated(_hazard(raw))

    def row(self, row: NDArray[np.float64], *, shapley: bool = False) -> tuple[list[float], NDArray[np.float64]]:
        """Score one row.

        row       feature values, shape (n_features,); NaN means missing.
        shapley   whether trees give Shapley values, which take long, instead of path attributions.
        Returns   the probability within each horizon, and the effect of each feature on the log-odds of converting
                  within the main horizon, shape (n_features,).
        """
        reached = self._row_bands.reach(row)
        p, weights = self._curve_and_weights_of_row(self._row_bands.raw(reached))
        told, bands = self._row_bands, len(weights)
        effects = told.shapley(row, reached, bands) if shapley else told.effects(reached, bands)
        return p, np.add.reduce(np.array(weights)[:, None] * effects, axis=0)

    def explained(self, matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`row` for many rows: probabilities (n, n_horizons) and effects (n, n_features), equal bit for bit."""
        rows = len(matrix)
        reached = [band.reach_matrix(matrix) for band in self._bands]
        p, weights = self._curve_and_weights(
            np.column_stack([band.raw_of(found, rows) for band, found in zip(self._bands, reached, strict=True)])
        )
        effects = np.zeros((rows, self.n_features))
        for number, weight in enumerate(weights.T):
            effects += weight[:, None] * self._bands[number].effects_of(reached[number], rows)
        return p, effects

    def _curve_and_weights(self, raw: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probabilities of many rows, and how the log-odds at the main horizon follow each band's up to it.

        raw      log-odds of every band, shape (n, n_bands).
        Returns  shape (n, n_bands), and weights of shape (n, main + 1).

        The log-odds of P rise with those of band k at the rate h_k / P. Its mean over the straight way from the base to
        the row, times the change of band k, adds up over the bands to the change of the log-odds of P: the integrated
        gradients of Sundararajan, Taly and Yan (2017).
        """
        way = np.empty((1 + len(_PLACES), *raw.shape))
        way[0], way[1:] = raw, self._base + _PLACES[:, None, None] * (raw - self._base)
        hazard = _hazard(way)
        p = _cumulated(hazard)
        rate = hazard[1:, :, : self.main + 1] / p[1:, :, self.main, None]
        return p[0], np.add.reduce(_SHARES[:, None, None] * rate, axis=0)

    def _curve_and_weights_of_row(self, raw: list[float]) -> tuple[list[float], list[float]]:
        """`_curve_and_weights` of one row, bit for bit: on so few numbers numpy would spend its time on beginning."""
        spans = [(base, end - base) for base, end in zip(self._base_of_row, raw, strict=True)]
        way = [base + place * span for place in _PLACES_OF_ROW for base, span in spans[: self.main + 1]]
        # Python's own exponential would give other bits.
        hazard = _hazard(np.array(raw + way)).tolist()
        bands, steps = self.main + 1, iter(hazard[len(raw) :])
        weights = [0.0] * bands
        for share in _SHARES_OF_ROW:
            here = [next(steps) for _ in range(bands)]
            survived = 1.0
            for each in here:
                survived *= 1.0 - each
            at_main = 1.0 - survived
            weights = [weight + share * (each / at_main) for weight, each in zip(weights, here, strict=True)]
        return _curve(hazard[: len(raw)]), weights


def _hazard(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    bounded = np.minimum(np.maximum(raw, -_RAW_BOUND), _RAW_BOUND)
    return np.asarray(1.0 / (1.0 + np.exp(-bounded)))


def _cumulated(hazard: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 - np.multiply.accumulate(1.0 - hazard, axis=-1))


def _curve(hazard: list[float]) -> list[float]:
    """`_cumulated` of one row."""
    survived, found = 1.0, []
    for each in hazard:
        survived *= 1.0 - each
        found.append(1.0 - survived)
    return found
