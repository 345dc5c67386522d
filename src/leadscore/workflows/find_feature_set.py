"""Find a feature set: of a registered version, of a file, or the one that training would use now."""

import tempfile
from pathlib import Path

from leadscore.config.lines import with_lines
from leadscore.config.load import Settings
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.progress import Progress, silent
from leadscore.features.consented_facts import counting_facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.learn import NOTHING_SEEN, Seen, feature_set_of, seen_in
from leadscore.registry.connection import open_registry
from leadscore.registry.versions import version_of
from leadscore.store.cut_facts import count_events, write_partitions
from leadscore.store.engine import open_store
from leadscore.store.fact_partitions import FactPartitions
from leadscore.workflows.score_batch import load_model

NOW = "now"


def find_feature_set(settings: Settings, name: str, which: str, progress: Progress = silent) -> FeatureSet:
    """The feature set that a word stands for.

    which    "now" (what training would learn from the store), "champion", "challenger", a version number, or a path to
             a features.json.
    Raises   DataError [LS-MODEL-01, LS-MODEL-02, LS-MODEL-03]; UsageError [LS-FEATURE-01] for wrong definitions.
    """
    if which == NOW:
        return current_feature_set(settings, progress)
    if Path(which).suffix == ".json":
        try:
            return FeatureSet.from_json(Path(which).read_text("utf-8"))
        except OSError as error:
            raise UsageError("LS-FILE-01", where=which, found=str(error)) from error
    version = which
    if which in ("champion", "challenger"):
        registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
        found = version_of(registry, name, which)
        if found is None:
            raise DataError("LS-MODEL-03", found=f"model {name!r} has no {which}", fix="leadscore train, or promote")
        version = found
    return load_model(settings, name, version, "events").features


def current_feature_set(settings: Settings, progress: Progress = silent) -> FeatureSet:
    """What training would learn from everything in the store; that of an empty store has no event types."""
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        return learnt_from(partition_facts(settings, Path(scratch), progress), settings)


def partition_facts(
    settings: Settings, folder: Path, progress: Progress, feature_set: FeatureSet | None = None
) -> FactPartitions:
    """The store's facts in as many parts as `events_at_once` asks for, with what a feature set reads of them."""
    store = open_store(settings.service.store_url)
    count = 1 + count_events(store) // settings.features.events_at_once
    return write_partitions(store, folder, count, feature_set, progress)


def learnt_from(parts: FactPartitions, settings: Settings) -> FeatureSet:
    """The feature set for facts in parts."""
    respect = settings.features.respect_consent
    return called_for(sum((seen_in(counting_facts(facts, respect)) for facts in parts), NOTHING_SEEN), settings)


def called_for(seen: Seen, settings: Settings) -> FeatureSet:
    """The feature set for what was seen.

    Raises   UsageError [LS-FEATURE-01] naming the line of every wrong definition.
    """
    try:
        return feature_set_of(seen, settings.features, settings.events.labels)
    except UsageError as error:
        found = with_lines(error.found, settings.service.home / "configs" / "features.yaml")
        raise UsageError(error.code, where=error.where, found=found, allowed=error.allowed, fix=error.fix) from error
