"""The whole of a score, and what moved between two of a lead: effects of groups of features that add up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadscore.domain.score import Change, ChangeCause, Reason
from leadscore.features.definitions import Feature
from leadscore.scoring.scorer import Scorer
from leadscore.scoring.voices import GroupVoices

# While nothing happens these can only fall, so a rise shows that something did. Active days and streaks may rise:
# their days are counted back from the instant, and two events of one such day can lie in two of a later instant.
_RISE_BY_EVENTS = frozenset({"count", "decayed", "rate", "types", "channels", "campaigns", "leads"})
_ROUNDING = 1e-9
_PREFIXES: dict[ChangeCause, str] = {
    "new_events": "new activity",
    "ageing": "time passed",
    "attribute": "detail changed",
    "context": "as before, but weighs differently beside the rest",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a probability is what it is: base + the effects + rest = log_odds.

    base      log-odds at the main horizon that effects start from: of a lead without any effect.
    effects   of every group of features, the strongest first; above 0 speaks for the lead.
    rest      what the sum over the horizon bands leaves; below 0.001 on any usual row.
    log_odds  of the probability at the main horizon.
    """

    base: float
    effects: tuple[Reason, ...]
    rest: float
    log_odds: float


def log_odds(p: float) -> float:
    """Log-odds of a probability between 0 and 1.

    >>> log_odds(0.5)
    0.0
    """
    return math.log(p / (1 - p))


def explain(scorer: Scorer, row: Sequence[float]) -> Explanation:
    """The effects of all groups on one feature row, not only the strongest."""
    base, at = log_odds(scorer.artifact.predictor.base_p_convert), log_odds(scorer.score_row(row).p_main)
    effects = tuple(scorer.all_reasons(row))
    return Explanation(base, effects, at - base - sum(reason.effect for reason in effects), at)


def changes(scorer: Scorer, before: Sequence[float], after: Sequence[float], days: float) -> list[Change]:
    """How the effect of each group moved between two feature rows of one lead, the strongest move first.

    before, after   rows by the scorer's features; NaN means missing.
    days            from the one instant to the other: what time alone can do to a value follows from it.
    Returns         groups whose effect did not move are left out.
    """
    voices = scorer.voices
    effects = [scorer.artifact.predictor.row(np.array(row, dtype=np.float64))[1] for row in (before, after)]
    own = (effects[1] - effects[0]).tolist()
    sums = [voices.by_group(each) for each in effects]
    found = []
    for group, (old, new) in enumerate(zip(*sums, strict=True)):
        if abs(new - old) > _ROUNDING:
            cause = _cause(voices, group, before, after, days)
            speaker = _speaker(voices, group, own, before, after)
            texts = [voices.told(speaker, row[speaker]) for row in (before, after)]
            found.append(Change(voices.features[speaker].name, _worded(cause, *texts), cause, old, new))
    return sorted(found, key=lambda change: -abs(change.effect))


def _speaker(voices: GroupVoices, group: int, own: list[float], before: Sequence[float], after: Sequence[float]) -> int:
    """The feature that speaks for a group's move: its value changed, it moves the group's way, it can be pictured."""
    total = sum(own[member] for member in voices.members[group])

    def reluctance(member: int) -> tuple[bool, bool, bool, float]:
        unmoved = own[member] * total <= 0
        return not _differs(before[member], after[member]), unmoved, voices.hard_to_picture[member], -abs(own[member])

    return min(voices.members[group], key=reluctance)


def _cause(
    voices: GroupVoices, group: int, before: Sequence[float], after: Sequence[float], days: float
) -> ChangeCause:
    moved = [member for member in voices.members[group] if _differs(before[member], after[member])]
    if not moved:
        return "context"
    kinds = [voices.features[member] for member in moved]
    if any(feature.attribute is not None or feature.kind == "attributes_filled" for feature in kinds):
        return "attribute"
    happened = any(_shows_events(voices.features[m], before[m], after[m], days) for m in moved)
    return "new_events" if happened else "ageing"


def _shows_events(feature: Feature, before: float, after: float, days: float) -> bool:
    """Whether a value cannot have moved as it did by the passing of time alone."""
    if math.isnan(before) or math.isnan(after):
        return math.isnan(before) and feature.kind != "lead_age"
    if feature.kind.startswith("days_since"):
        return abs(after - before - days) > _ROUNDING * max(1.0, abs(after))
    return feature.kind in _RISE_BY_EVENTS and after > before


def _differs(before: float, after: float) -> bool:
    return before != after and not (math.isnan(before) and math.isnan(after))


def _worded(cause: ChangeCause, before: str, after: str) -> str:
    return f"{_PREFIXES[cause]}: {after}" + ("" if before == after else f" (before: {before})")
