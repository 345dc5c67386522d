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
        self.mix, self.additive = model.mix, model.additive
        self.booster = None if model.trees is None else NativeBooster(model.trees)
        self.table = None if self.booster is None else _table_of(self.booster)
        widths = {part.n_features for part in (self.table, self.additive) if part is not None}
        if len(widths) != 1:
            found = f"takes {sorted(widths)} features" if widths else "has neither trees nor an additive model"
            raise DataError("LS-MODEL-02", found=f"a band {found}")
        self.n_features: int = widths.pop()
        trees = 0.0 if self.table is None else self.table.bias
        self.bias = float(self._mixed(trees, 0.0 if self.additive is None else self.additive.bias))

    def raw_matrix(self, matrix: Floats) -> Floats:
        """Log-odds of many rows, shape (n, n_features): shape (n,)."""
        trees = 0.0 if self.booster is None else self.booster.raw_matrix(matrix)
        return np.asarray(self._mixed(trees, 0.0 if self.additive is None else self.additive.raw_matrix(matrix)))

    def reach_matrix(self, matrix: Floats) -> tuple[Any, Any]:
        """Leaves and term effects of many rows, from which `raw_of` and `effects_of` are read."""
        leaves = None if self.booster is None else self.booster.leaf_matrix(matrix)
        return leaves, None if self.additive is None else self.additive.effect_matrix(matrix)

    def raw_of(self, reached: tuple[Any, Any], rows: int) -> Floats:
        """Log-odds of each row, shape (rows,)."""
        leaves, terms = reached
        trees = 0.0 if self.table is None else self.table.raw_matrix(leaves)
        additive = 0.0 if self.additive is None else self.additive.total(terms, np.full(rows, self.additive.bias))
        return np.asarray(self._mixed(trees, additive))

    def effects_of(self, reached: tuple[Any, Any], rows: int) -> Floats:
        """Effect of each feature on the log-odds of each row, shape (rows, n_features).

        With `bias` those of a row add up to its log-odds.
        """
        leaves, terms = reached
        trees = np.zeros((rows, self.n_features)) if self.table is None else self.table.contribution_matrix(leaves)
        return self._scaled(trees, None if self.additive is None else self.additive.by_column(terms).T)

    def raw_of_row(self, trees: float, terms: Sequence[float]) -> float:
        """Log-odds of one row from the raw score of its trees and the effects of its additive terms."""
        total = 0.0 if self.additive is None else self.additive.bias
        for effect in terms:
            total = total + effect
        return float(self._mixed(trees, total))

    def _mixed(self, trees: Any, additive: Any) -> Any:
        return self.mix.slope * (self.mix.trees * trees + self.mix.additive * additive) + self.mix.intercept

    def _scaled(self, trees: Floats, additive: Floats | None) -> Floats:
        mixed = self.mix.trees * trees
        if additive is not None:
            mixed = mixed + self.mix.additive * additive
        return np.asarray(self.mix.slope * mixed)


def _table_of(booster: NativeBooster) -> LeafTable:
    structure = booster.dump()
    refuse_odd_trees(structure)
    return LeafTable(structure)
