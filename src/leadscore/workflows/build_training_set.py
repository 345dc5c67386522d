"""From facts to a training set: features learnt, snapshots taken, labels ripened, all as of one instant."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from leadscore.config.load import Settings
from leadscore.dataset.event_snapshots import event_snapshots
from leadscore.dataset.labels import BandLabels, HorizonLabels, band_labels, horizon_labels
from leadscore.dataset.open_spells import OpenSpells
from leadscore.dataset.person_numbers import person_numbers
from leadscore.dataset.snapshots import SnapshotTable, weekly_snapshots
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.domain.time import DAY_US
from leadscore.features.consented_facts import counting_facts
from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.learn import seen_in
from leadscore.features.offline import compute_matrix
from leadscore.modeling.rows import LabelledRows, TrainingRows
from leadscore.workflows.find_feature_set import called_for

_MOST_HALF_LIVES = 60
"""Older snapshots count no less than so old ones: below the least number there is, a weight would be none."""
_PACE_DAYS = 365
_EVENT_PART = 4


@dataclass(frozen=True)
class TrainingSet:
    """Rows a model learns from and what their columns mean.

    table    the lead and the instant of each weekly row.
    bands    rows with a label per band, for the time-to-convert model: the weekly ones, then those at events.
    whole    the weekly rows with a label per horizon, for base rates and baselines that learn each horizon by itself.
    until    the instant up to which facts were used.
    """

    table: SnapshotTable
    bands: TrainingRows
    whole: TrainingRows
    features: FeatureSet
    since: int
    until: int

    @property
    def conversions(self) -> int:
        """Leads that converted in at least one of the rows."""
        return self.bands.converting_leads()

    @property
    def conversions_a_day(self) -> float:
        """Leads seen converting within the last year, or since the first snapshot, over the days of that time."""
        since = max(self.until - _PACE_DAYS * DAY_US, int(self.table.as_of.min()))
        recent = (self.table.won_at > since) & (self.table.won_at < self.until)
        days = max((self.until - since) / DAY_US, 1.0)
        return len(np.unique(self.whole.cluster[recent])) / days

    def without_attributes(self, names: Collection[str]) -> "TrainingSet":
        """The same rows without the features of some attributes."""
        kept = [place for place, each in enumerate(self.features.features) if each.attribute not in names]
        return TrainingSet(
            self.table,
            replace(self.bands, matrix=np.ascontiguousarray(self.bands.matrix[:, kept])),
            replace(self.whole, matrix=np.ascontiguousarray(self.whole.matrix[:, kept])),
            self.features.without_attributes(names),
            self.since,
            self.until,
        )


def build_training_set(facts: Facts, until: int, settings: Settings, progress: Progress) -> TrainingSet:
    """Everything known at an instant as rows of features and labels.

    facts    may reach beyond `until`; nothing known later is read.
    until    instant of knowledge, epoch microseconds.
    Raises   DataError [LS-DATA-01] if no snapshot can be taken, [LS-FEATURE-02] if a plug-in gives infinite values.
    """
    training = settings.training
    known = facts.known_before(until)
    features = called_for(seen_in(counting_facts(known, settings.features.respect_consent)), settings)
    since = until - training.history_days * DAY_US
    spells = OpenSpells.of(known, settings.routing.qualification.sql_event_types)
    table = weekly_snapshots(
        spells,
        since,
        until,
        max_rows=training.max_snapshots,
        keep_within_days=training.horizons_days[-1],
        seed=training.seed,
    )
    if not len(table):
        raise DataError("LS-DATA-01", found="no lead was open on any Monday of the history", fix="import more history")
    weekly = len(table)
    table = table.followed_by(_at_events(known, spells, table, until, settings))
    matrix = compute_matrix(known, table.arrow(), features, progress)
    _require_finite(matrix, features)
    complete_to = until - training.outcome_lag_days * DAY_US
    half_lives = (until - table.as_of) / (training.recency_half_life_days * DAY_US)
    weight = table.weight * 0.5 ** np.minimum(half_lives, _MOST_HALF_LIVES)
    person = person_numbers(table.lead_id, known)
    bands = _labelled(band_labels(table, training.horizons_days, complete_to), weight, person)
    whole = _labelled(horizon_labels(table, training.horizons_days, complete_to), weight, person)
    by_band, by_horizon = (TrainingRows(matrix=matrix, at=table.as_of, **vars(labels)) for labels in (bands, whole))
    first = np.arange(weekly)
    return TrainingSet(table.take(first), by_band, by_horizon.take(first), features, since, until)


def _at_events(
    known: Facts, spells: OpenSpells, weekly: SnapshotTable, until: int, settings: Settings
) -> SnapshotTable:
    """Snapshots on the arrival of events that together weigh the configured part of the weekly ones."""
    training = settings.training
    found = event_snapshots(
        known.events,
        spells,
        # Before the first Monday a few leads would be all that is known of a far band.
        int(weekly.as_of.min()),
        until,
        max_rows=training.max_snapshots // _EVENT_PART if training.event_snapshots_share else 0,
        seed=training.seed,
    )
    scale = training.event_snapshots_share * weekly.weight.sum() / max(found.weight.sum(), 1.0)
    return replace(found, weight=found.weight * scale)


def _require_finite(matrix: np.ndarray, features: FeatureSet) -> None:
    """Refuse what no model can compute with; leadscore's own features are finite, so a plug-in's is not."""
    infinite = np.isinf(matrix).sum(axis=0)
    if infinite.any():
        named = [f"{features.names[column]} ({infinite[column]:,} rows)" for column in np.flatnonzero(infinite)]
        raise DataError(
            "LS-FEATURE-02",
            found=f"infinite values of {', '.join(named)} among {len(matrix):,} rows",
            allowed="finite numbers, and NaN for missing",
            fix="mend the plug-in, e.g. where it divides by 0",
        )


def _labelled(labels: BandLabels | HorizonLabels, weight: np.ndarray, cluster: np.ndarray) -> LabelledRows:
    return LabelledRows(known=labels.known, converted=labels.converted, weight=weight, cluster=cluster)


@dataclass(frozen=True)
class EvaluationSnapshots:
    """Snapshots later than the cut, with labels as complete as they can be now."""

    facts: Facts
    table: SnapshotTable
    rows: LabelledRows

    def matrix(self, features: FeatureSet, progress: Progress) -> np.ndarray:
        """The snapshots by the feature definitions of any model, shape (n, features)."""
        return compute_matrix(self.facts, self.table.arrow(), features, progress)


def build_evaluation_set(
    facts: Facts, since: int, until: int, complete_to: int, settings: Settings
) -> EvaluationSnapshots:
    """Weekly snapshots of all open leads with since < t <= until, labelled by all that is known now.

    Raises   DataError [LS-DATA-01] if there are none.
    """
    training = settings.training
    table = weekly_snapshots(
        OpenSpells.of(facts, settings.routing.qualification.sql_event_types),
        since,
        until,
        max_rows=training.max_snapshots // 2,
        keep_within_days=training.horizons_days[-1],
        seed=training.seed,
    )
    if not len(table):
        raise DataError("LS-DATA-01", found="no lead was open in the evaluation period", fix="import more history")
    labels = horizon_labels(table, training.horizons_days, complete_to)
    return EvaluationSnapshots(facts, table, _labelled(labels, table.weight, person_numbers(table.lead_id, facts)))
