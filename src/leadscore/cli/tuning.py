"""How a search for better settings is asked for and told."""

from typing import Any

from leadscore.cli.output import say
from leadscore.domain.errors import UsageError
from leadscore.workflows.tune_events import TuneRequest


def say_tuning(tuning: dict[str, Any]) -> None:
    """How far the search got, whether that is more than luck, and those in the form of the configuration."""
    say(
        f"Tuned in {tuning['tried']} trials on {len(tuning['folds'])} earlier cuts: log loss {tuning['loss']:.4f} of "
        f"the base rate's, {tuning['start_loss']:.4f} with the settings of the configuration. The least of many is "
        "partly luck, so the search is judged at each cut by what it finds best at the others:"
    )
    say(_verdict(tuning))
    if tuning["changed"]:
        block = "".join(f"\n  {name}: {value}" for name, value in tuning["changed"].items())
        say(f"To keep them, put this into configs/training.yaml:\nlightgbm:{block}")
    say()


def _verdict(tuning: dict[str, Any]) -> str:
    """Whether the settings changed, and why, in one sentence."""
    trials, gain = tuning["tried"], tuning["gain"]
    if gain is None:
        return f"kept the settings it started with: none of {trials} trials was better on the earlier cuts."
    span = "interval unknown" if gain["low"] is None else f"95 % interval {gain['low']:.4f} to {gain['high']:.4f}"
    ground = f"({span}; {gain['converting_leads']} converting leads)"
    if tuning["adopted"]:
        return f"changed the settings: the best of {trials} trials was better by {gain['value']:.4f} {ground}."
    found = f"better by {gain['value']:.4f} {ground}, which may be chance"
    if gain["value"] <= 0:
        found = f"no better: it gained {gain['value']:.4f} {ground}"
    return f"kept the settings it started with: the best of {trials} trials was {found}."


def tune_request(tune: bool, minutes: float | None) -> TuneRequest | None:
    """What --tune and --tune-minutes ask for; None without --tune.

    Raises   UsageError [LS-USAGE-01] if minutes are given that nobody would use.
    """
    if minutes is not None and not tune:
        raise UsageError("LS-USAGE-01", found="--tune-minutes without --tune", fix="add --tune")
    if not tune:
        return None
    return TuneRequest() if minutes is None else TuneRequest(minutes)
