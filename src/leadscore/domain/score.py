"""The answer to "how likely, when, why, and what now" for one lead as of one instant."""

from dataclasses import dataclass
from typing import Literal

from leadscore.domain.lifecycle import Lifecycle, Temperature


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is.

    feature  name of the feature that speaks for its group.
    text     in words a salesperson understands.
    effect   change of the log-odds of converting within the main horizon; above 0 raises the score.
    """

    feature: str
    text: str
    effect: float


ChangeCause = Literal["new_events", "ageing", "attribute", "context"]
"""Why a group's effect moved: something happened; nothing did and time passed; a detail about the lead changed; its own
values stayed, and the rest gave them another weight."""


@dataclass(frozen=True, slots=True)
class Change:
    """What moved between two scores of a lead.

    feature        name of the feature that speaks for its group.
    text           in words, with what it was before.
    before, after  effect of the group on the log-odds at the main horizon, then and now.
    """

    feature: str
    text: str
    cause: ChangeCause
    before: float
    after: float

    @property
    def effect(self) -> float:
        """What the move did to the log-odds; above 0 raised the score."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a lead; `id` and `owner` are None unless the decision is stored.

    respond_by   of a lead that was set aside, when to come back to it, as ISO text; else None.
    """

    route: str
    queue: str
    reason: str
    id: str | None = None
    owner: str | None = None
    respond_by: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """What made a score: model version, feature fingerprint and routing policy fingerprint."""

    model: str
    features: str
    policy: str


@dataclass(frozen=True, slots=True)
class Score:
    """A lead's score as of an instant.

    p_convert    probability of becoming a customer within each horizon, keyed "14d", "60d", ...; never falling.
    interval     (low, high) for the main horizon: how uncertain the conversion rate of leads like this one is.
    score        0-100, rises strictly with the probability at the main horizon.
    grade        A to D, fixed cuts in conversion rate.
    temperature  None outside suspect, mql and sql.
    """

    lead_id: str | None
    as_of: int
    p_convert: dict[str, float]
    interval: tuple[float, float]
    score: float
    grade: str
    temperature: Temperature | None
    lifecycle: Lifecycle
    reasons: tuple[Reason, ...]
    decision: Decision
    versions: Versions
