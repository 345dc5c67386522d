"""Both engines on the same facts: every value is compared to the last bit."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadscore.domain.progress import Progress, silent
from leadscore.features.feature_set import FeatureSet
from leadscore.features.offline import Engine, compute_matrix
from leadscore.features.online import OnlineFeatures
from leadscore.features.trial import Trial, random_trial

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ParityReport:
    """What a comparison found.

    cells       values compared.
    mismatches  feature -> values that differ.
    examples    a line for each of the first differences, in words.
    """

    cells: int
    mismatches: dict[str, int]
    examples: tuple[str, ...]


def check_feature_set(
    feature_set: FeatureSet,
    cells: int,
    seed: int = 1,
    progress: Progress = silent,
    engine: Engine | None = None,
    snapshots: int = 120,
) -> ParityReport:
    """Hold the two engines to each other on random companies, and each to the promises about time and order.

    cells      about how many values are compared.
    snapshots  asked of each random company; few make many small companies, many make few large ones.
    Returns   mismatches by feature: between the engines, and with what the same facts give in another order, or
              without those that were not known yet.
    """
    rows_of, found, examples, compared = OnlineFeatures(feature_set), Counter[str](), list[str](), 0
    for number, trial in enumerate(_trials(feature_set, cells, seed, snapshots)):
        for what, left, right in _comparisons(trial, feature_set, rows_of, engine):
            compared += left.size
            for row, column in np.argwhere(differing(left, right)).tolist():
                found[feature_set.names[column]] += 1
                lead, as_of = trial.asked[row]
                values = f"{left[row, column]!r} against {right[row, column]!r}"
                examples.append(f"{feature_set.names[column]}: {what}: {values} (company {number}, {lead}, {as_of})")
        progress("random companies", min(compared, cells), cells)
    return ParityReport(compared, dict(found), tuple(examples[:10]))


def differing(left: Floats, right: Floats) -> npt.NDArray[np.bool_]:
    """Where two matrices differ in any bit; NaN equals NaN."""
    different = left.view(np.int64) != right.view(np.int64)
    return np.asarray(different & ~(np.isnan(left) & np.isnan(right)))


def online_matrix(trial: Trial, feature_set: FeatureSet, rows_of: OnlineFeatures) -> Floats:
    """The rows of a trial one by one; all NaN for a lead that does not exist."""
    matrix = np.full((len(trial.asked), len(feature_set.features)), np.nan)
    for number, (lead, as_of) in enumerate(trial.asked):
        history = trial.history(lead, as_of)
        if history is not None:
            matrix[number] = rows_of.row(history, as_of)
    return matrix


def _trials(feature_set: FeatureSet, cells: int, seed: int, snapshots: int) -> Iterator[Trial]:
    done, number = 0, 0
    while done < cells:
        trial = random_trial(feature_set, seed * 1_000_003 + number, 4 + snapshots // 15, 2 * snapshots, snapshots)
        yield trial
        done += 3 * len(trial.asked) * max(1, len(feature_set.features))
        number += 1


def _comparisons(
    trial: Trial, feature_set: FeatureSet, rows_of: OnlineFeatures, engine: Engine | None
) -> Iterator[tuple[str, Floats, Floats]]:
    offline = compute_matrix(trial.facts(), trial.snapshots(), feature_set, engine=engine)
    yield "SQL against row form", offline, online_matrix(trial, feature_set, rows_of)
    turned = replace(trial, attributes=trial.attributes[::-1], events=trial.events[::-1])
    yield "facts in another order", offline, online_matrix(turned, feature_set, rows_of)
    instant = trial.asked[0][1]
    now = replace(trial, asked=[(lead, instant) for lead, _ in trial.asked])
    past = replace(
        now,
        attributes=[a for a in trial.attributes if a.known_at < instant or a.known_at == trial.created[a.lead_id]],
        events=[e for e in trial.events if e.known_at < instant and e.occurred_at < instant],
    )
    yield (
        "with facts of the future",
        compute_matrix(now.facts(), now.snapshots(), feature_set, engine=engine),
        online_matrix(past, feature_set, rows_of),
    )
