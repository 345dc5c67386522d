"""Compare the leads that were scored lately with those of the time before: scores, grades and every feature."""

import math

import numpy as np

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant
from leadscore.monitoring.drift import Drift, ScoredLeads, compare_periods
from leadscore.store.engine import Store, open_store
from leadscore.store.scored_leads import scored_between
from leadscore.workflows.score_batch import load_model


def check_drift(settings: Settings, name: str, begin: int, middle: int, end: int) -> Drift:
    """Compare the stored scores that the champion's features gave within two periods, the last one of each lead.

    begin, middle, end   epoch microseconds: the earlier period is [begin, middle), the later one [middle, end).
    Raises   DataError [LS-MODEL-01] without a champion, [LS-DATA-01] if no lead was scored in one of the periods.
    """
    features = load_model(settings, name, None, "events").features
    store = open_store(settings.service.store_url)
    before, now = (
        _period(store, features.fingerprint, features.names, *period) for period in ((begin, middle), (middle, end))
    )
    return compare_periods(before, now, features.names)


def _period(store: Store, fingerprint: str, names: tuple[str, ...], since: int, until: int) -> ScoredLeads:
    found = list(scored_between(store, fingerprint, since, until))
    if not found:
        between = f"{format_instant(since)} and {format_instant(until)}"
        raise DataError(
            "LS-DATA-01",
            found=f"no lead was scored between {between} with the features of the champion",
            fix="choose other periods, or wait: the service scores open leads daily",
        )
    scores = np.array([score for score, _, _ in found])
    values = [[_number(told[name]) for name in names] for _, _, told in found]
    return ScoredLeads(scores, [grade for _, grade, _ in found], np.array(values, dtype=np.float64))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
