"""All horizon bands of one row in one go: a lead that is scored alone is scored within microseconds."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leadscore.modeling.band_model import BandScorer
from leadscore.modeling.reasons import LeafTable
from leadscore.modeling.rows import Floats

Reached = tuple[NDArray[np.intp], list[list[float]]]
"""The places of a row's leaves in `JoinedLeaves`, and the effects of the additive terms of each band."""


class RowBands:
    """The bands of a model for one row at a time; equal bit for bit to what each band gives for many rows."""

    def __init__(self, bands: Sequence[BandScorer]) -> None:
        self._bands = tuple(bands)
        self._grown = [band.booster for band in bands if band.booster is not None]
        tables = {place: band.table for place, band in enumerate(bands) if band.table is not None}
        self._leaves = JoinedLeaves(tables, len(bands), bands[0].n_features)
        self._share_of_trees = np.array([[band.mix.trees] for band in bands])
        self._slopes = np.array([[band.mix.slope] for band in bands])

    def reach(self, row: Floats) -> Reached:
        """What a row of shape (n_features,) meets in each band, from which `raw` and `effects` are read."""
        values = row.tolist()
        return (
            self._leaves.places([booster.leaves(row) for booster in self._grown]),
            [[] if band.additive is None else band.additive.effects(values) for band in self._bands],
        )

    def raw(self, reached: Reached) -> list[float]:
        """Log-odds of each band."""
        places, terms = reached
        trees = self._leaves.raw(places)
        return [band.raw_of_row(trees[number], terms[number]) for number, band in enumerate(self._bands)]

    def effects(self, reached: Reached) -> Floats:
        """Effect of each feature on the log-odds of each band, shape (n_bands, n_features).

        With the `bias` of a band they add up to its `raw`.
        """
        places, terms = reached
        return self._mixed(self._leaves.contributions(places), terms)

    def shapley(self, row: Floats, reached: Reached) -> Floats:
        """`effects` with the Shapley values of the trees instead of path attributions, at tens of times the cost."""
        trees = np.zeros((len(self._bands), len(row)))
        for number, band in enumerate(self._bands):
            if band.booster is not None:
                trees[number] = band.booster.shapley_matrix(row[None, :])[0, :-1]
        return self._mixed(trees, reached[1])

    def _mixed(self, trees: Floats, terms: list[list[float]]) -> Floats:
        mixed = self._share_of_trees * trees
        for number, band in enumerate(self._bands):
            if band.additive is not None:
                mixed[number] += band.mix.additive * band.additive.row_by_column(terms[number])
        return np.asarray(self._slopes * mixed)


class JoinedLeaves:
    """The leaf tables of some bands one below the other, so that one step reads all of them.

    tables      by the number of the band, rising.
    bands       how many bands there are, those without trees among them.
    n_features  columns of the rows.
    """

    def __init__(self, tables: Mapping[int, LeafTable], bands: int, n_features: int) -> None:
        self._bands, self._n_features = bands, n_features
        depth = max((table.features.shape[1] for table in tables.values()), default=0)
        # What fills up short paths adds 0 somewhere beyond the features of its band.
        self._width = n_features + depth
        self._offsets, self._values = np.zeros(0, np.intp), np.zeros(0)
        self._features, self._effects = np.zeros((0, depth), np.intp), np.zeros((0, depth))
        self._spans: dict[int, tuple[int, int]] = {}
        for band, table in tables.items():
            missing = depth - table.features.shape[1]
            beyond = np.tile(np.arange(self._width - missing, self._width), (len(table.values), 1))
            features = np.hstack([table.features, beyond]) + band * self._width
            self._spans[band] = len(self._offsets), len(self._offsets) + len(table.offsets)
            self._offsets = np.concatenate([self._offsets, table.offsets + len(self._values)])
            self._values = np.concatenate([self._values, table.values])
            self._features = np.concatenate([self._features, features])
            self._effects = np.concatenate([self._effects, np.pad(table.effects, ((0, 0), (0, missing)))])

    def places(self, leaves: Sequence[NDArray[np.int32]]) -> NDArray[np.intp]:
        """Where the leaves that a row reached in the trees of each table, shape (n_trees,) each, stand here."""
        return self._offsets + np.concatenate(leaves) if leaves else self._offsets

    def raw(self, places: NDArray[np.intp]) -> list[float]:
        """Raw score of each band, 0 of one without trees; equal to LightGBM's bit for bit."""
        raw, taken = [0.0] * self._bands, self._values.take(places)
        for band, (start, end) in self._spans.items():
            # LightGBM adds tree after tree; numpy's sum would add in pairs and round differently.
            raw[band] = float(np.add.accumulate(taken[start:end])[-1]) if end > start else 0.0
        return raw

    def contributions(self, places: NDArray[np.intp]) -> Floats:
        """Effect of each feature on the raw score of each band, shape (n_bands, n_features).

        The `bias` of a band's table plus their sum is its raw score, up to 1e-9.
        """
        features, effects = self._features.take(places, 0).ravel(), self._effects.take(places, 0).ravel()
        credits = np.bincount(features, effects, self._bands * self._width)
        return np.asarray(credits.reshape(self._bands, self._width)[:, : self._n_features])
