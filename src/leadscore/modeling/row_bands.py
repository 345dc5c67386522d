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
        self._grown = {number: band.booster for number, band in enumerate(bands) if band.booster is not None}
        self._leaves = JoinedLeaves([band.table for band in bands], bands[0].n_features)
        self._share_of_trees = np.array([[band.mix.trees] for band in bands])
        self._slopes = np.array([[band.mix.slope] for band in bands])
        self._trees_alone = all(band.mix.trees == band.mix.slope == 1 and band.additive is None for band in bands)
        self._no_terms: list[list[float]] = [[] for _ in bands]

    def reach(self, row: Floats) -> Reached:
        """What a row of shape (n_features,) meets in each band, from which `raw` and `effects` are read."""
        places = self._leaves.places({number: booster.leaves(row) for number, booster in self._grown.items()})
        if self._trees_alone:
            return places, self._no_terms
        values = row.tolist()
        return places, [[] if band.additive is None else band.additive.effects(values) for band in self._bands]

    def raw(self, reached: Reached) -> list[float]:
        """Log-odds of each band."""
        places, terms = reached
        trees = self._leaves.raw(places)
        return [band.raw_of_row(trees[number], terms[number]) for number, band in enumerate(self._bands)]

    def effects(self, reached: Reached, bands: int) -> Floats:
        """Effect of each feature on the log-odds of each of the first bands, shape (bands, n_features).

        With the `bias` of a band they add up to its `raw`.
        """
        places, terms = reached
        return self._mixed(self._leaves.contributions(places[:bands]), terms)

    def shapley(self, row: Floats, reached: Reached, bands: int) -> Floats:
        """`effects` with the Shapley values of the trees instead of path attributions, at tens of times the cost."""
        trees = np.zeros((bands, len(row)))
        for number, booster in self._grown.items():
            if number < bands:
                trees[number] = booster.shapley_matrix(row[None, :])[0, :-1]
        return self._mixed(trees, reached[1])

    def _mixed(self, trees: Floats, terms: list[list[float]]) -> Floats:
        if self._trees_alone:
            return trees
        bands = len(trees)
        mixed = self._share_of_trees[:bands] * trees
        for number, band in enumerate(self._bands[:bands]):
            if band.additive is not None:
                mixed[number] += band.mix.additive * band.additive.row_by_column(terms[number])
        return np.asarray(self._slopes[:bands] * mixed)


class JoinedLeaves:
    """The leaf tables of bands one below the other, so that one step reads all of them.

    tables      one per band; None of a band without trees.
    n_features  columns of the rows.
    """

    def __init__(self, tables: Sequence[LeafTable | None], n_features: int) -> None:
        self._n_features = n_features
        trees = max((len(table.offsets) for table in tables if table is not None), default=0) or 1
        depth = max((table.features.shape[1] for table in tables if table is not None), default=0)
        # What fills up short paths adds 0 somewhere beyond the features of its band, and so does the leaf of no tree,
        # which fills up the bands of fewer trees.
        self._width = n_features + depth
        self._offsets = np.zeros((len(tables), trees), np.intp)
        values, features, effects = [np.zeros(0)], [np.zeros((0, depth), np.intp)], [np.zeros((0, depth))]
        for band, table in enumerate(tables):
            leaves = 0 if table is None else len(table.values)
            own_features = np.tile(np.arange(n_features, self._width) + band * self._width, (leaves + 1, 1))
            own_values, own_effects = np.zeros(leaves + 1), np.zeros((leaves + 1, depth))
            self._offsets[band] = sum(map(len, values)) + leaves
            if table is not None:
                self._offsets[band, : len(table.offsets)] = sum(map(len, values)) + table.offsets
                own_values[:leaves], longest = table.values, table.features.shape[1]
                own_features[:leaves, :longest] = table.features + band * self._width
                own_effects[:leaves, :longest] = table.effects
            values, features, effects = [*values, own_values], [*features, own_features], [*effects, own_effects]
        self._values, self._effects = np.concatenate(values), np.concatenate(effects)
        # In the narrowest numbers: rows differ in their leaves, so that what a row meets is seldom in the caches.
        self._features = np.concatenate(features).astype(np.min_scalar_type(len(tables) * self._width))

    def places(self, leaves: Mapping[int, NDArray[np.int32]]) -> NDArray[np.intp]:
        """Where the leaves that a row reached in the trees of each band, shape (n_trees,) each, stand here."""
        reached = np.zeros(self._offsets.shape, np.int32)
        for band, found in leaves.items():
            reached[band, : len(found)] = found
        return self._offsets + reached

    def raw(self, places: NDArray[np.intp]) -> list[float]:
        """Raw score of each band, 0 of one without trees; equal to LightGBM's bit for bit."""
        # LightGBM adds tree after tree; numpy's sum would add in pairs and round differently.
        raw: list[float] = np.add.accumulate(self._values.take(places), axis=1)[:, -1].tolist()
        return raw

    def contributions(self, places: NDArray[np.intp]) -> Floats:
        """Effect of each feature on the raw score of each of the first bands, shape (bands, n_features).

        places    of these bands.
        Returns   the `bias` of a band's table plus their sum is its raw score, up to 1e-9.
        """
        flat, bands = places.ravel(), len(places)
        features, effects = self._features.take(flat, 0).ravel(), self._effects.take(flat, 0).ravel()
        credits = np.bincount(features, effects, bands * self._width)
        return np.asarray(credits.reshape(bands, self._width)[:, : self._n_features])
