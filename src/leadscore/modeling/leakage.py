"""Leakage gate of table mode: a single field that tells the outcome almost by itself is suspect."""

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

ALONE_AUC = 0.80
_FEWEST_PER_CLASS = 20


@dataclass(frozen=True)
class LeakSuspect:
    """A field that may have been filled in after the outcome, with the evidence in words."""

    field: str
    rule: str
    evidence: str

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)


def suspects_alone(matrix: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> list[LeakSuspect]:
    """Fields that rank converted above other rows too well to have been known before the outcome.

    matrix   training rows as numbers, NaN where missing, shape (n, fields).
    labels   1 converted, 0 not, shape (n,).
    Returns  one suspect per field whose ROC-AUC alone, on rows not used to order its values, is at least ALONE_AUC.
    """
    if min((labels == 1).sum(), (labels == 0).sum()) < _FEWEST_PER_CLASS:
        return []
    found = []
    for number, name in enumerate(names):
        auc = _auc_alone(matrix[:, number], labels)
        if auc >= ALONE_AUC:
            found.append(LeakSuspect(name, "predicts_alone", f"{name} alone ranks the outcome with ROC-AUC {auc:.2f}"))
    return found


def _auc_alone(values: np.ndarray, labels: np.ndarray) -> float:
    # Rates by value group are learnt on one half of the rows and judged on the other: a field of many values
    # would otherwise look strong by memory alone.
    edges = (
        np.unique(np.nanquantile(values, np.linspace(0, 1, 21)[1:-1])) if np.isfinite(values).any() else np.array([])
    )
    groups = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))
    even = np.arange(len(values)) % 2 == 0
    base = labels.mean()
    scores = np.empty(len(values))
    for learn, judge in ((even, ~even), (~even, even)):
        counts = np.bincount(groups[learn], minlength=len(edges) + 2)
        wins = np.bincount(groups[learn], weights=labels[learn], minlength=len(edges) + 2)
        scores[judge] = ((wins + 10 * base) / (counts + 10))[groups[judge]]
    return float(np.mean([roc_auc_score(labels[part], scores[part]) for part in (even, ~even)]))
