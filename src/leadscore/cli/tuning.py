"""How a search for better settings is asked for and told."""

from typing import Any

from leadscore.cli.output import say
from leadscore.domain.errors import UsageError
from leadscore.workflows.tune_events import TuneRequest


def say_tuning(tuning: dict[str, Any]) -> None:
    """How far the search got, and its settings in the form of the configuration file."""
    say(
        f"Tuned in {tuning['tried']} trials on {len(tuning['folds'])} earlier cuts: log loss {tuning['loss']:.4f} of "
        f"the base rate's, {tuning['start_loss']:.4f} with the settings of the configuration."
    )
    if tuning["changed"]:
        block = "".join(f"\n  {name}: {value}" for name, value in tuning["changed"].items())
        say(f"To keep them, put this into configs/training.yaml:\nlightgbm:{block}")
    else:
        say("Nothing better than these was found.")
    say()


def tune_request(tune: bool, minutes: float | None) -> TuneRequest | None:
    """What --tune and --tune-minutes ask for; None without --tune.

    Raises   UsageError [LS-USAGE-01] if minutes are given that nobody would use.
    """
    if minutes is not None and not tune:
        raise UsageError("LS-USAGE-01", found="--tune-minutes without --tune", fix="add --tune")
    if not tune:
        return None
    return TuneRequest() if minutes is None else TuneRequest(minutes)
