"""One model version at work: from feature rows to probabilities, score, grade and reasons in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.score import Reason
from leadscore.modeling.artifact import ModelArtifact
from leadscore.scoring.grades import ScoreTable
from leadscore.scoring.voices import GroupVoices

_MOST_REASONS = 6
_COLUMN_REASONS = 3
_CHUNK_ROWS = 4_096
_NO_REASON = Reason("", "nothing known sets this lead apart from the average lead", 0.0)


@dataclass(frozen=True, slots=True)
class RowScore:
    """What a model says about one feature row.

    p_convert  probability within each horizon, keyed "14d", "60d", ...; never falling.
    p_main     the one of them at the main horizon, which interval, score, grade and reasons speak about.
    interval   (low, high) of the conversion rate of leads like this one at the main horizon.
    reasons    strongest first, at least one, never without a text.
    """

    p_convert: dict[str, float]
    p_main: float
    interval: tuple[float, float]
    score: float
    grade: str
    reasons: tuple[Reason, ...]


class Scorer:
    """Scores rows with one verified model version; safe to share between threads."""

    def __init__(self, artifact: ModelArtifact) -> None:
        self.artifact = artifact
        self._table = ScoreTable.from_dict(artifact.score_table)
        self.voices = GroupVoices(artifact.features)

    def score_row(self, row: Sequence[float], *, shapley: bool = False) -> RowScore:
        """Score one feature row, in the order of the artifact's features; NaN means missing.

        shapley   whether the reasons tell Shapley values, which take long, instead of path attributions.
        """
        values = np.array(row, dtype=np.float64)
        p, effects = self.artifact.predictor.row(values, shapley=shapley)
        main = p[self.artifact.predictor.main]
        return RowScore(
            p_convert=dict(zip(self.artifact.horizon_keys, p, strict=True)),
            p_main=main,
            interval=self.artifact.intervals[self.artifact.predictor.main].at(main),
            score=self._table.score(main),
            grade=self._table.grade(main),
            reasons=tuple(self._reasons(row, effects, _MOST_REASONS) or [_NO_REASON]),
        )

    def score_matrix(self, matrix: NDArray[np.float64]) -> dict[str, list[Any]]:
        """Score many feature rows.

        matrix    shape (n, n_features); NaN means missing.
        Returns   columns of length n: `p_convert_14d` and so on (`p_convert` for a table model), `p_low`, `p_high`,
                  `score`, `grade`, `reason_1` to `reason_3` ("" where there are fewer); equal to `score_row`'s bit for
                  bit.
        """
        columns: dict[str, list[Any]] = {name: [] for name in score_columns(self.artifact.horizon_keys)}
        names, reason_names = list(columns)[: len(self.artifact.horizon_keys)], list(columns)[-_COLUMN_REASONS:]
        for chunk in _chunks(matrix):
            p, effects = self.artifact.predictor.explained(chunk)
            main = p[:, self.artifact.predictor.main]
            low, high = self.artifact.intervals[self.artifact.predictor.main].at_all(main)
            for name, column in zip(names, p.T, strict=True):
                columns[name] += column.tolist()
            columns["p_low"] += low.tolist()
            columns["p_high"] += high.tolist()
            columns["score"] += self._table.score_column(main).tolist()
            columns["grade"] += self._table.grade_column(main)
            for name, texts in zip(reason_names, self._reason_columns(chunk, effects), strict=True):
                columns[name] += texts
        return columns

    def all_reasons(self, row: Sequence[float]) -> list[Reason]:
        """One reason for every group that has an effect on a feature row, the strongest first; perhaps none."""
        effects = self.artifact.predictor.row(np.array(row, dtype=np.float64))[1]
        return self._reasons(row, effects, len(self.voices.members))

    def _reasons(self, row: Sequence[float], effects: NDArray[np.float64], most: int) -> list[Reason]:
        by_group = self.voices.by_group(effects)
        order = sorted(range(len(by_group)), key=lambda group: -abs(by_group[group]))
        effect_of = effects.tolist()
        reasons = []
        for group in order[:most]:
            effect = by_group[group]
            if effect == 0:
                break
            speaker = self.voices.speaker(group, effect, row, effect_of)
            text = self.voices.told(speaker, row[speaker])
            reasons.append(Reason(self.voices.features[speaker].name, text, effect))
        return reasons

    def _reason_columns(self, rows: NDArray[np.float64], effects: NDArray[np.float64]) -> list[list[str]]:
        """The texts of `_reasons` for many rows, a column per place, by the same rules in fewer steps."""
        by_feature = np.ascontiguousarray(effects.T)
        by_group = np.zeros((len(self.voices.members), len(rows)))
        for member, group in enumerate(self.voices.group_of):
            by_group[group] += by_feature[member]
        strongest = np.argsort(-np.abs(by_group), axis=0, kind="stable")[:_COLUMN_REASONS]
        speakers = np.array(
            [self.voices.speakers(group, by_group[group], rows, by_feature) for group in range(len(by_group))]
        )
        every_row = np.arange(len(rows))
        columns = []
        for groups in strongest:
            chosen = speakers[groups, every_row]
            told = zip(
                by_group[groups, every_row].tolist(), chosen.tolist(), rows[every_row, chosen].tolist(), strict=True
            )
            columns.append([self.voices.told(member, value) if effect else "" for effect, member, value in told])
        columns[0] = [text or _NO_REASON.text for text in columns[0]]
        return columns + [[""] * len(rows)] * (_COLUMN_REASONS - len(columns))


def score_columns(horizon_keys: Sequence[str]) -> tuple[str, ...]:
    """Names of what `Scorer.score_matrix` answers, in its order.

    >>> score_columns(["14d"])
    ('p_convert_14d', 'p_low', 'p_high', 'score', 'grade', 'reason_1', 'reason_2', 'reason_3')
    """
    chances = ["p_convert" if key == "table" else f"p_convert_{key}" for key in horizon_keys]
    return (*chances, "p_low", "p_high", "score", "grade", *(f"reason_{n + 1}" for n in range(_COLUMN_REASONS)))


def _chunks(matrix: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    for start in range(0, len(matrix), _CHUNK_ROWS):
        yield matrix[start : start + _CHUNK_ROWS]
