"""What one horizon band is made of: trees, an additive model or both, and the line that recalibrates their log-odds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leadscore.domain.errors import DataError
from leadscore.modeling.additive import AdditiveModel
from leadscore.modeling.native import NativeBooster
from leadscore.modeling.reasons import LeafTable
from leadscore.modeling.rows import Floats
from leadscore.modeling.tree_structure import refuse_odd_trees


@dataclass(frozen=True)
class Mix:
    """How the log-odds of a band's parts become its own: slope x (trees x theirs + additive x its) + intercept.

    slope   above 0, so that recalibration never changes the order of leads.
    """

    trees: float = 1.0
    additive: float = 0.0
    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Mix":
        """Read a mix back.

        Raises   DataError [LS-MODEL-02] if it is none.
        """
        try:
            mix = cls(**{name: float(value) for name, value in values.items()})
        except (TypeError, ValueError) as error:
            raise DataError("LS-MODEL-02", found=f"no mix of models: {error}") from error
        if not mix.slope > 0:
            raise DataError("LS-MODEL-02", found=f"slope {mix.slope}", allowed="above 0")
        return mix


@dataclass(frozen=True)
class BandModel:
    """The model of one band: LightGBM text, additive model, or both, and how they are mixed."""

    trees: str | None
    additive: AdditiveModel | None = None
    mix: Mix = Mix()

    def mix_dict(self) -> dict[str, float]:
        """The mix as plain values for a JSON file."""
        return asdict(self.mix)


def of_trees(texts: Sequence[str]) -> tuple[BandModel, ...]:
    """Bands of nothing but trees, as they are: one per LightGBM text."""
    return tuple(BandModel(text) for text in texts)


class BandScorer:
    """One band at work; one row and many rows give the same bits.

    Raises      DataError [LS-MODEL-02] if the band has no part, parts of different width, or trees that cannot be.

    n_features  columns of the rows that it scores.
    bias        log-odds that the effects start from.
    """

    def __init__(self, model: BandModel) -> None:
        self._mix, self._additive = model.mix, model.additive
        self._booster = None if model.trees is None else NativeBooster(model.trees)
        self._table = None if self._booster is None else _table_of(self._booster)
        widths = {part.n_features for part in (self._table, self._additive) if part is not None}
        if len(widths) != 1:
            found = f"takes {sorted(widths)} features" if widths else "has neither trees nor an additive model"
            raise DataError("LS-MODEL-02", found=f"a band {found}")
        self.n_features: int = widths.pop()
        trees = 0.0 if self._table is None else self._table.bias
        self.bias = float(self._mixed(trees, 0.0 if self._additive is None else self._additive.bias))

    def raw_matrix(self, matrix: Floats) -> Floats:
        """Log-odds of many rows, shape (n, n_features): shape (n,)."""
        trees = 0.0 if self._booster is None else self._booster.raw_matrix(matrix)
        return np.asarray(self._mixed(trees, 0.0 if self._additive is None else self._additive.raw_matrix(matrix)))

    def reach(self, row: Floats) -> tuple[Any, list[float]]:
        """Leaves and term effects of one row, from which `raw` and `effects` are read."""
        leaves = None if self._booster is None else self._booster.leaves(row)
        return leaves, [] if self._additive is None else self._additive.effects(row.tolist())

    def raw(self, reached: tuple[Any, list[float]]) -> float:
        """Log-odds of one row."""
        leaves, terms = reached
        trees = 0.0 if self._table is None else self._table.raw(leaves)
        total = 0.0 if self._additive is None else self._additive.bias
        for effect in terms:
            total = total + effect
        return float(self._mixed(trees, total))

    def effects(self, reached: tuple[Any, list[float]]) -> Floats:
        """Effect of each feature on the log-odds of one row, shape (n_features,); with `bias` they add up to `raw`."""
        leaves, terms = reached
        trees = np.zeros(self.n_features) if self._table is None else self._table.contributions(leaves)
        if self._additive is None:
            return self._scaled(trees, None)
        return self._scaled(trees, self._additive.by_column(np.array(terms)[:, None])[:, 0])

    def reach_matrix(self, matrix: Floats) -> tuple[Any, Any]:
        """`reach` of many rows."""
        leaves = None if self._booster is None else self._booster.leaf_matrix(matrix)
        return leaves, None if self._additive is None else self._additive.effect_matrix(matrix)

    def raw_of(self, reached: tuple[Any, Any], rows: int) -> Floats:
        """`raw` of many rows, shape (rows,)."""
        leaves, terms = reached
        trees = 0.0 if self._table is None else self._table.raw_matrix(leaves)
        additive = 0.0 if self._additive is None else self._additive.total(terms, np.full(rows, self._additive.bias))
        return np.asarray(self._mixed(trees, additive))

    def effects_of(self, reached: tuple[Any, Any], rows: int) -> Floats:
        """`effects` of many rows, shape (rows, n_features)."""
        leaves, terms = reached
        trees = np.zeros((rows, self.n_features)) if self._table is None else self._table.contribution_matrix(leaves)
        return self._scaled(trees, None if self._additive is None else self._additive.by_column(terms).T)

    def _mixed(self, trees: Any, additive: Any) -> Any:
        return self._mix.slope * (self._mix.trees * trees + self._mix.additive * additive) + self._mix.intercept

    def _scaled(self, trees: Floats, additive: Floats | None) -> Floats:
        mixed = self._mix.trees * trees
        if additive is not None:
            mixed = mixed + self._mix.additive * additive
        return np.asarray(self._mix.slope * mixed)


def _table_of(booster: NativeBooster) -> LeafTable:
    structure = booster.dump()
    refuse_odd_trees(structure)
    return LeafTable(structure)
