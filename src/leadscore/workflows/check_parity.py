"""Compute the features of stored scores again, in bulk, and compare: training and serving must see the same numbers."""

import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.domain.progress import Progress
from leadscore.features.offline import compute_matrix
from leadscore.monitoring.parity import ServingParity, compare_served
from leadscore.store.engine import open_store
from leadscore.store.facts_arrow import load_facts, load_facts_of
from leadscore.store.scores import newest_scores
from leadscore.workflows.score_batch import load_model


def check_parity(settings: Settings, name: str, limit: int, progress: Progress) -> ServingParity:
    """Compare the newest stored scores that the champion's features gave.

    limit    at most so many scores.
    Raises   DataError [LS-MODEL-01] without a champion.
    """
    features = load_model(settings, name, None, "events").features
    store = open_store(settings.service.store_url)
    stored = newest_scores(store, features.fingerprint, limit)
    lead_ids = sorted({score["lead_id"] for score in stored})
    reads = features.reads_properties
    if features.reads_accounts:
        facts = load_facts(store, None, progress, properties=reads)
    else:
        facts = load_facts_of(store, lead_ids, properties=reads)
    asked = pa.table(
        {
            "lead_id": pa.array([score["lead_id"] for score in stored], pa.string()),
            "as_of": pa.array([score["as_of"] for score in stored], pa.int64()),
        }
    )
    return compare_served(stored, compute_matrix(facts, asked, features, progress), features.names)
