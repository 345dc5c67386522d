"""A training set of events as the recipe takes it."""

from leadscore.domain.time import format_instant
from leadscore.workflows.build_training_set import TrainingSet
from leadscore.workflows.fit_recipe import Learnable

KIND = "events"


def learnable(found: TrainingSet, keep: tuple[str, ...]) -> Learnable:
    """The rows with what the manifest says of them.

    keep   attributes used although the leakage gate suspects them.
    """
    window = {
        "since": format_instant(found.since),
        "until": format_instant(found.until),
        "snapshots": len(found.bands),
        "conversions": found.conversions,
        "conversions_a_day": found.conversions_a_day,
        "kept": list(keep),
    }
    return Learnable(found.bands, found.whole, found.features, format_instant(found.until), window)
