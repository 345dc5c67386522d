"""Which feature speaks for its group, and what it says."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from leadscore.features.definitions import Feature
from leadscore.features.feature_set import FeatureSet
from leadscore.features.wording import DATE_PARTS, describe

_TEXTS_KEPT = 50_000
# A decayed sum is a number that nobody can picture; a count or a date of the same group says it better.
HARD_TO_PICTURE = frozenset({"decayed", "value_decayed"})
"""Kinds of features that speak only if no other does."""
# A missing count is no "none": it appears only in rows of leads that did not exist yet.
_SAID_WHEN_MISSING = frozenset({"days_since_last", "days_since_first", "lead_age", "attribute", *DATE_PARTS})


class GroupVoices:
    """The groups of a feature set: one group makes one reason.

    features  in the order of the matrix.
    members   of each group, the places of its features.
    group_of  group of each feature, shape (n_features,).
    """

    def __init__(self, feature_set: FeatureSet) -> None:
        self.features: tuple[Feature, ...] = feature_set.features
        self._labels = feature_set.labels
        names = list(dict.fromkeys(feature.group for feature in self.features))
        self.group_of = np.array([names.index(feature.group) for feature in self.features], dtype=np.intp)
        self.members: list[list[int]] = [np.flatnonzero(self.group_of == group).tolist() for group in range(len(names))]
        self.hard_to_picture = [feature.kind in HARD_TO_PICTURE for feature in self.features]
        self._candidates = [[(member, int(self.hard_to_picture[member])) for member in own] for own in self.members]
        self._text = lru_cache(_TEXTS_KEPT)(self._describe)

    def by_group(self, effects: NDArray[np.float64]) -> list[float]:
        """Effects of features, shape (n_features,), summed by group."""
        summed: list[float] = np.bincount(self.group_of, effects, len(self.members)).tolist()
        return summed

    def speaker(self, group: int, effect: float, row: Sequence[float], effect_of: list[float]) -> int:
        """The feature that speaks for a group: it pulls the group's way, is known, and can be pictured."""
        best, least, strongest = -1, 8, 0.0
        for member, hard in self._candidates[group]:
            own = effect_of[member]
            if own:
                reluctance = hard if own * effect > 0 else hard + 4
                if row[member] != row[member]:  # missing
                    reluctance += 2
                if reluctance < least or (reluctance == least and abs(own) > strongest):
                    best, least, strongest = member, reluctance, abs(own)
        return best

    def speakers(
        self, group: int, effect: NDArray[np.float64], rows: NDArray[np.float64], by_feature: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """`speaker` of one group for many rows."""
        members = np.array(self.members[group])
        own = by_feature[members]
        hard = np.array(self.hard_to_picture)[members][:, None]
        reluctance = 4 * (own * effect <= 0) + 2 * np.isnan(rows.T[members]) + hard + 8 * (own == 0)
        least = reluctance == reluctance.min(axis=0)
        return np.asarray(members[np.argmax(np.where(least, np.abs(own), -1.0), axis=0)])

    def told(self, position: int, value: float) -> str:
        """What a feature says of its value; NaN is missing."""
        return self._text(position, None if math.isnan(value) else value)

    def _describe(self, position: int, value: float | None) -> str:
        feature = self.features[position]
        if value is None and feature.kind not in _SAID_WHEN_MISSING:
            return f"{feature.name.replace('_', ' ')} unknown"
        return describe(feature, math.nan if value is None else value, self._labels)
