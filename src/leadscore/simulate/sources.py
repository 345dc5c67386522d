"""Where simulated leads come from: how many, how good, how far already, and what they did when they were collected."""

from dataclasses import dataclass

import numpy as np

from leadscore.simulate.arrays import Floats
from leadscore.simulate.classes import CLASSES, LEVEL_OF, LEVEL_SHARES, PERSONA_OF, SEGMENT_OF, STATES


@dataclass(frozen=True)
class Source:
    """A source of leads.

    share      of all leads.
    quality    share of good-fit leads among its leads.
    warmth     share of its leads that are at least interested when they arrive.
    segments   shares of b2c, saas and industrial.
    first_type type of the event by which the lead was collected, if there is one.
    medium     value of `utm_medium`, for digital sources; these also bring the bots.
    """

    name: str
    share: float
    quality: float
    warmth: float
    segments: tuple[float, float, float]
    first_type: str | None = None
    medium: str | None = None


_EVEN, _CONSUMER = (0.30, 0.45, 0.25), (0.60, 0.30, 0.10)
_SOFTWARE, _PLANT = (0.15, 0.65, 0.20), (0.05, 0.35, 0.60)
SOURCES = (
    Source("referral", 0.06, 0.75, 0.45, _EVEN, "referral_made"),
    Source("bought_list", 0.13, 0.15, 0.03, _PLANT),
    Source("webinar", 0.09, 0.40, 0.22, _SOFTWARE, "webinar_registered", "webinar"),
    Source("trade_show", 0.08, 0.40, 0.22, _PLANT, "show_visited"),
    Source("lunch", 0.02, 0.60, 0.30, _PLANT),
    Source("peer_meeting", 0.02, 0.60, 0.35, _SOFTWARE),
    Source("sponsored_event", 0.03, 0.35, 0.15, _EVEN),
    Source("inbound_content", 0.15, 0.40, 0.20, _SOFTWARE, "content_downloaded", "organic"),
    Source("email", 0.07, 0.25, 0.10, _EVEN, "email_clicked", "email"),
    Source("social", 0.10, 0.25, 0.12, _CONSUMER, "post_liked", "social"),
    Source("local_network", 0.04, 0.35, 0.20, _CONSUMER),
    Source("advertising", 0.09, 0.22, 0.18, _CONSUMER, "page_viewed", "cpc"),
    Source("live_chat", 0.04, 0.55, 0.45, _CONSUMER, "chat_started", "organic"),
    Source("chatbot", 0.03, 0.40, 0.35, _EVEN, "chat_started", "organic"),
    Source("existing_customer", 0.02, 0.85, 0.40, _EVEN),
    Source("won_back", 0.01, 0.70, 0.35, _SOFTWARE),
    Source("partner", 0.02, 0.65, 0.35, _PLANT),
)
SOURCE_NAMES = tuple(source.name for source in SOURCES)
BATCHED = ("bought_list", "trade_show")
_WORSE_AFTER_DRIFT = {"social": 0.5, "webinar": 0.5}


def starting_shares() -> Floats:
    """How likely each hidden state is when a lead arrives.

    Returns  shape (sources, before/after the drift, classes, intents); each [source, drift] sums to 1.
    """
    return np.array([[_starting_share(source, drifted) for drifted in (False, True)] for source in SOURCES])


def _starting_share(source: Source, drifted: bool) -> Floats:
    quality = source.quality * (_WORSE_AFTER_DRIFT.get(source.name, 1.0) if drifted else 1.0)
    others = np.array([0.55, 0.22, 0.08, 0.25]) if source.medium else np.array([0.65, 0.20, 0.08, 0.01])
    personas = np.concatenate([[quality], (1 - quality) * others / others.sum()])
    warm = source.warmth
    intents = np.array([(1 - warm) * 0.55, (1 - warm) * 0.45, warm * 0.6, warm * 0.3, warm * 0.1, 0.0])
    classes = np.array(source.segments)[SEGMENT_OF] * personas[PERSONA_OF] * LEVEL_SHARES[LEVEL_OF]
    return np.outer(classes, intents).reshape(CLASSES, STATES)
