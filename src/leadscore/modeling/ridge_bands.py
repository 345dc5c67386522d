"""Ridge logistic regression per horizon band, written as an additive model: a line per number, a step per category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from leadscore.modeling.additive import AdditiveModel, Term
from leadscore.modeling.base_rate import band_rates
from leadscore.modeling.rows import Flags, Floats, TrainingRows

STRENGTH, STRENGTH_ON_FEW_DATA = 0.1, 0.02
FEW_CONVERSIONS = 150
"""Below this many converting leads the coefficients are held closer to zero."""
BEYOND = 0.5
"""How far lines go on outside the values seen in training, in multiples of their range."""
SKEWED = 2.0
"""Skewness from which on a column is read on a logarithmic scale."""
PLACES = 33
STEPS = 200
TRUST_IN_POINTS = 5.0
"""How many times farther than any coefficient the scorecard as a whole may move at the same penalty."""


@dataclass(frozen=True)
class Ridge:
    """How hard coefficients are held, and where: `strength` is scikit-learn's C.

    points   column -> points of a scorecard: coefficients are pulled to the multiple of these that fits best, instead
             of to zero.
    """

    strength: float
    points: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberScale:
    """A number column on the scale of the regression: straight lines through (places, heights), mean 0 and spread 1.

    missing   whether the column has missing values to tell apart.
    """

    column: int
    places: tuple[float, ...]
    heights: tuple[float, ...]
    missing: bool

    def read(self, values: Floats) -> Floats:
        """Heights of values, shape (n,); 0, the mean, where one is missing."""
        return Term(self.column, "line", self.places, self.heights, 0.0).at_all(values)


@dataclass(frozen=True)
class CodeScale:
    """A category column: one 0/1 column for each of `codes` (0, 1, ...), one for all higher codes, one for missing."""

    column: int
    codes: int


@dataclass(frozen=True)
class RidgeDesign:
    """How a feature matrix becomes the columns of a regression; learned on training rows."""

    numbers: tuple[NumberScale, ...]
    categories: tuple[CodeScale, ...]

    def columns(self, matrix: Floats) -> sparse.csr_matrix:
        """Shape (n, c): the numbers, whether each is missing, then the categories' 0/1 columns."""
        dense = [np.zeros((len(matrix), 0))]
        for scale in self.numbers:
            values = matrix[:, scale.column]
            dense.append(scale.read(values)[:, None])
            if scale.missing:
                dense.append(np.isnan(values).astype(np.float64)[:, None])
        blocks = [
            sparse.csr_matrix(np.hstack(dense)),
            *(_one_hot(matrix[:, c.column], c.codes) for c in self.categories),
        ]
        return sparse.hstack(blocks, format="csr")

    def scorecard(self, points: Mapping[int, float]) -> Floats:
        """The direction of a scorecard among the coefficients, shape (c,) and length 1; zeros without points."""
        direction: list[float] = []
        for number in self.numbers:
            direction += [points.get(number.column, 0.0)] + [0.0] * number.missing
        direction += [0.0] * sum(category.codes + 2 for category in self.categories)
        return np.array(direction) / (np.linalg.norm(direction) or 1.0)

    def terms(self, coefficients: Floats) -> tuple[Term, ...]:
        """The terms that a regression on `columns` comes to."""
        found, left = [], coefficients.tolist()
        for number in self.numbers:
            slope = left.pop(0)
            effects = tuple(slope * height for height in number.heights)
            found.append(Term(number.column, "line", number.places, effects, left.pop(0) if number.missing else 0.0))
        for category in self.categories:
            effects, left = tuple(left[: category.codes + 1]), left[category.codes + 1 :]
            places = tuple(code + 0.5 for code in range(category.codes))
            found.append(Term(category.column, "steps", places, effects, left.pop(0)))
        return tuple(found)


def fit_ridge_bands(rows: TrainingRows, categorical: Sequence[int], ridge: Ridge | None = None) -> list[AdditiveModel]:
    """Fit a ridge logistic regression for each band on the rows whose label is known.

    rows         labels by band, shape (n, k). A band of one class gets the base rate.
    categorical  indexes of the columns that hold category codes.
    ridge        by default pulled to zero, harder on few conversions.
    Returns      k models whose terms are centred on the training rows.
    """
    design = learn_design(rows.matrix, categorical, rows.weight)
    columns = design.columns(rows.matrix)
    usual = STRENGTH if rows.converting_leads() >= FEW_CONVERSIONS else STRENGTH_ON_FEW_DATA
    ridge = ridge or Ridge(usual)
    scorecard = design.scorecard(ridge.points)
    rates = band_rates(rows)
    models = []
    for band in range(rows.columns):
        known = rows.known[:, band]
        label, intercept, coefficients = rows.converted[known, band], 0.0, np.zeros(columns.shape[1])
        if len(np.unique(label)) == 2:
            intercept, coefficients = _fit_towards(scorecard, columns[known], label, rows.weight[known], ridge)
        else:
            intercept = float(np.log(rates[band] / (1 - rates[band])))
        terms = design.terms(coefficients)
        model = AdditiveModel(rows.matrix.shape[1], intercept, terms)
        models.append(model.centred(rows.matrix[known], rows.weight[known]))
    return models


def learn_design(matrix: Floats, categorical: Sequence[int], weight: Floats) -> RidgeDesign:
    """Learn the columns of a regression from training rows, shape (n, f); constant columns are left out."""
    codes = set(categorical)
    numbers = [_scale(column, matrix[:, column], weight) for column in range(matrix.shape[1]) if column not in codes]
    found = [CodeScale(column, _highest(matrix[:, column]) + 1) for column in categorical]
    return RidgeDesign(tuple(scale for scale in numbers if scale is not None), tuple(found))


def _scale(column: int, values: Floats, weight: Floats) -> NumberScale | None:
    present = ~np.isnan(values)
    seen = values[present]
    missing = bool(present.any() and not present.all())
    if not len(seen) or seen.min() == seen.max():
        return NumberScale(column, (0.0, 1.0), (0.0, 0.0), missing) if missing else None
    spread = BEYOND * (seen.max() - seen.min())
    low, high = float(seen.min() - spread), float(seen.max() + spread)
    places = np.array([low, high])
    heights = places
    if _skewness(seen) > SKEWED:
        reach = np.log1p(max(abs(low), abs(high)) / _unit(seen))
        places = np.unique(np.clip(_unit(seen) * _signed_expm1(np.linspace(-reach, reach, 2 * PLACES)), low, high))
        heights = np.copysign(np.log1p(np.abs(places) / _unit(seen)), places)
    read = np.interp(seen, places, heights)
    share = weight[present] / weight[present].sum()
    mean = float(share @ read)
    deviation = float(np.sqrt(share @ (read - mean) ** 2)) or 1.0
    heights = (heights - mean) / deviation
    return NumberScale(column, tuple(places.tolist()), tuple(heights.tolist()), missing)


def _unit(seen: Floats) -> float:
    """The size from which on a logarithmic scale bends: a typical value, so that the unit of measure has no say."""
    sizes = np.abs(seen[seen != 0])
    return float(np.median(sizes)) if len(sizes) else 1.0


def _signed_expm1(values: Floats) -> Floats:
    return np.asarray(np.copysign(np.expm1(np.abs(values)), values))


def _skewness(seen: Floats) -> float:
    deviation = seen.std()
    return float(np.abs(((seen - seen.mean()) / deviation) ** 3).mean()) if deviation > 0 else 0.0


def _highest(codes: Floats) -> int:
    seen = codes[~np.isnan(codes)]
    return int(seen.max()) if len(seen) else 0


def _one_hot(values: Floats, codes: int) -> sparse.csr_matrix:
    """Shape (n, codes + 2): the codes, any higher code, missing."""
    place = np.where(np.isnan(values), codes + 1, np.minimum(np.nan_to_num(values), codes)).astype(np.int64)
    ones = np.ones(len(values))
    return sparse.csr_matrix((ones, (np.arange(len(values)), place)), shape=(len(values), codes + 2))


def _fit_towards(
    scorecard: Floats, columns: sparse.csr_matrix, label: Flags, weight: Floats, ridge: Ridge
) -> tuple[float, Floats]:
    """Intercept and coefficients pulled to a multiple of a scorecard.

    The scorecard is one more column, so large that the penalty hardly touches its coefficient: what the others then
    hold is the distance from it.
    """
    if not scorecard.any():
        return _fit(columns, label, weight, ridge.strength)
    whole = sparse.csr_matrix((TRUST_IN_POINTS * (columns @ scorecard))[:, None])
    intercept, found = _fit(sparse.hstack([columns, whole], format="csr"), label, weight, ridge.strength)
    return intercept, found[:-1] + TRUST_IN_POINTS * found[-1] * scorecard


def _fit(columns: sparse.csr_matrix, label: Flags, weight: Floats, strength: float) -> tuple[float, Floats]:
    model = LogisticRegression(C=strength, max_iter=STEPS, tol=1e-4).fit(
        columns, label, sample_weight=weight / weight.mean()
    )
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)
