"""How often each type of engagement event happens, per hidden state and kind of day."""

import numpy as np

from leadscore.simulate.arrays import Floats
from leadscore.simulate.classes import CLASSES, LEVEL_OF, PERSONA_OF, SEGMENT_OF, STATES

DAY_KINDS = 8
LATE_TYPE = "show_visited"
PUSHING = ("chat_started", "demo_requested", "show_visited", "referral_made")
MINUTES_STEP = 5

# Events a day by intent: dormant, aware, interested, evaluating, deciding, dead (trade shows: a show day).
_RATES: dict[str, tuple[float, ...]] = {
    "page_viewed": (0.010, 0.042, 0.130, 0.320, 0.480, 0.005),
    "pricing_viewed": (0.0006, 0.0024, 0.012, 0.070, 0.160, 0.0003),
    "content_downloaded": (0.0016, 0.010, 0.030, 0.032, 0.020, 0.0006),
    "video_watched": (0.0016, 0.008, 0.022, 0.024, 0.014, 0.0006),
    "post_liked": (0.007, 0.019, 0.031, 0.029, 0.024, 0.0024),
    "post_commented": (0.0008, 0.002, 0.005, 0.006, 0.006, 0.0003),
    "webinar_registered": (0.001, 0.005, 0.016, 0.020, 0.011, 0.0005),
    "webinar_attended": (0.0005, 0.0024, 0.011, 0.016, 0.010, 0.0002),
    "chat_started": (0.0003, 0.0013, 0.005, 0.020, 0.040, 0.00016),
    "email_opened": (0.029, 0.062, 0.110, 0.144, 0.156, 0.010),
    "email_clicked": (0.002, 0.008, 0.021, 0.040, 0.048, 0.0008),
    "form_submitted": (0.0005, 0.0016, 0.0064, 0.016, 0.022, 0.0003),
    "demo_requested": (0.00008, 0.0003, 0.0024, 0.020, 0.048, 0.00005),
    "show_visited": (0.009, 0.024, 0.060, 0.120, 0.134, 0.006),
    "referral_made": (0.0003, 0.0005, 0.0008, 0.001, 0.001, 0.00016),
}
EVENT_TYPES = tuple(_RATES)
_SOCIAL = {name: (1.0, 1.4, 1.5, 0.6, 0.4) for name in ("post_liked", "post_commented")}
_READING = {name: (1.0, 0.9, 2.5, 1.3, 0.8) for name in ("content_downloaded", "video_watched")}
_WEBINARS = {name: (1.0, 1.0, 2.0, 0.8, 0.3) for name in ("webinar_registered", "webinar_attended")}
_BY_PERSONA: dict[str, tuple[float, ...]] = {
    "page_viewed": (1.0, 0.9, 1.6, 1.5, 3.0),
    "pricing_viewed": (1.0, 0.8, 0.4, 2.0, 1.0),
    "chat_started": (1.0, 0.9, 0.5, 0.4, 0.5),
    "email_opened": (1.0, 1.0, 1.1, 0.6, 2.5),
    "email_clicked": (1.0, 0.9, 1.1, 0.6, 9.0),
    "form_submitted": (1.0, 1.0, 1.2, 0.5, 4.0),
    "demo_requested": (1.0, 0.7, 0.2, 0.5, 0.3),
    "show_visited": (1.0, 0.9, 0.9, 0.8, 0.02),
    "referral_made": (1.0, 0.7, 0.3, 0.05, 0.02),
    **_SOCIAL,
    **_READING,
    **_WEBINARS,
}
_BY_LEVEL = np.array([0.45, 1.0, 2.2])
_BY_SEGMENT = np.array([1.5, 1.0, 0.8])
_WEEKEND_BY_SEGMENT = np.array([1.1, 0.25, 0.15])
_WEBINARS_AFTER_DRIFT = 4.0
# Means beyond the first page, and beyond the first five minutes, by intent and by persona.
_DEPTH = {
    "page_viewed": ((0.5, 0.9, 1.8, 3.0, 3.6, 0.4), (1.0, 0.8, 1.2, 1.2, 0.15)),
    "webinar_attended": ((2.0, 3.0, 5.0, 7.0, 7.5, 1.5), (1.0, 0.9, 1.3, 0.8, 0.2)),
}


def daily_rates() -> Floats:
    """Mean number of events a day, shape (kinds of day, types, classes, intents); kinds as in `Calendar.kind`."""
    kinds = np.arange(DAY_KINDS)
    weekday = np.array([_weekday_rates(name) for name in EVENT_TYPES])
    after_drift = weekday.copy()
    for name in _WEBINARS:
        at = EVENT_TYPES.index(name)
        # After the drift everybody is invited, whatever their intent: a webinar is no buying sign any more.
        after_drift[at] = _WEBINARS_AFTER_DRIFT * weekday[at, :, :2].mean(axis=1, keepdims=True)
    rates = np.stack([after_drift if kind & 2 else weekday for kind in kinds])
    rates[kinds % 2 == 1] *= _WEEKEND_BY_SEGMENT[SEGMENT_OF][:, None]
    show = EVENT_TYPES.index(LATE_TYPE)
    rates[:4, show] = 0.0
    # Visitors of a show come on its weekend days as well.
    rates[4:, show] = weekday[show]
    return rates


def _weekday_rates(name: str) -> Floats:
    persona = np.array(_BY_PERSONA[name])[PERSONA_OF]
    by_class = persona * _BY_LEVEL[LEVEL_OF] * _BY_SEGMENT[SEGMENT_OF]
    return np.outer(by_class, np.array(_RATES[name]))


def depth_means() -> Floats:
    """Mean number of further pages or five-minute steps (Poisson), shape (types, classes, intents); 0 = no value."""
    means = np.zeros((len(EVENT_TYPES), CLASSES, STATES))
    for name, (by_intent, by_persona) in _DEPTH.items():
        means[EVENT_TYPES.index(name)] = np.outer(np.array(by_persona)[PERSONA_OF], np.array(by_intent))
    return means
