"""From a probability to the number and the letter that people read: a fixed table, stored in each model version."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError

GRADES = ("D", "C", "B", "A")
_GRADE_SCORES = (25.0, 50.0, 75.0)
# Above this rate a multiple of the base rate comes too near to 1 to be a cut.
_HIGHEST_PLAIN_CUT = 0.8


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores (0-100) and grades (A-D) by the probability at the main horizon.

    p       probabilities of the knots, rising from 0 to 1.
    scores  scores at the knots, rising from 0 to 100; straight lines lie between.
    cuts    probabilities from which on a lead is graded C, B and A.
    """

    p: tuple[float, ...]
    scores: tuple[float, ...]
    cuts: tuple[float, float, float]

    def score(self, p: float) -> float:
        """Score of a probability; a higher probability never scores less, and more if floats can tell."""
        return float(np.interp(p, self.p, self.scores))

    def grade(self, p: float) -> str:
        """Letter of a probability; a cut itself belongs to the better grade."""
        return GRADES[bisect_right(self.cuts, p)]

    def score_column(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """`score` of each probability, shape (n,)."""
        return np.asarray(np.interp(p, self.p, self.scores))

    def grade_column(self, p: NDArray[np.float64]) -> list[str]:
        """`grade` of each probability, shape (n,)."""
        return [GRADES[number] for number in np.searchsorted(self.cuts, p, side="right")]

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON; `from_dict` reads it back equal."""
        return {"p": list(self.p), "scores": list(self.scores), "cuts": list(self.cuts)}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "ScoreTable":
        """Read what `to_dict` wrote.

        Raises    DataError [LS-MODEL-02] if a part is missing or the knots do not rise from 0 to 1 and 0 to 100.
        """
        try:
            p, scores, cuts = (tuple(map(float, stored[key])) for key in ("p", "scores", "cuts"))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError("LS-MODEL-02", found=f"the score table is damaged: {error!r}") from error
        whole = len(p) == len(scores) and len(cuts) == 3 and (p[0], p[-1], scores[0], scores[-1]) == (0, 1, 0, 100)
        if not whole or not all(map(_rising, (p, scores, cuts))):
            raise DataError("LS-MODEL-02", found="the score table does not rise from 0 to 100")
        return cls(p, scores, (cuts[0], cuts[1], cuts[2]))


def build_score_table(base_rate: float, grade_lifts: tuple[float, float, float]) -> ScoreTable:
    """The table of a first model: the cuts of C, B and A score 25, 50 and 75.

    base_rate    share of snapshots that convert within the main horizon, 0 < rate < 1.
    grade_lifts  where A, B and C begin, in multiples of the base rate, falling. Where the highest multiple would come
                 near 1, a cut is the chance of at least one conversion among so many average leads instead.
    Returns      a strictly rising table; later models keep it, so that a grade keeps its meaning.
    Raises       DataError [LS-DATA-01] if the base rate is 0 or 1.

    >>> build_score_table(0.01, (4.0, 1.5, 0.5)).cuts
    (0.005, 0.015, 0.04)
    """
    if not 0 < base_rate < 1:
        raise DataError("LS-DATA-01", found=f"a share of {base_rate} converts", allowed="some but not all leads")
    lifts = sorted(grade_lifts)
    if lifts[-1] * base_rate <= _HIGHEST_PLAIN_CUT:
        c, b, a = (lift * base_rate for lift in lifts)
    else:
        c, b, a = (1 - (1 - base_rate) ** lift for lift in lifts)
    return ScoreTable((0.0, c, b, a, 1.0), (0.0, *_GRADE_SCORES, 100.0), (c, b, a))


def _rising(values: Sequence[float]) -> bool:
    return all(left < right for left, right in pairwise(values))
