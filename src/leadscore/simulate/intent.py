"""How intent moves from day to day, and how a lead ends, per hidden class."""

from dataclasses import dataclass

import numpy as np

from leadscore.simulate.arrays import Floats
from leadscore.simulate.classes import CLASSES, ENDS, PERSONA_OF, SEGMENT_OF, STATES

DORMANT, AWARE, INTERESTED, EVALUATING, DECIDING, DEAD = range(STATES)

# Daily chances of a SaaS lead of good fit; the segment's speed multiplies them all.
_UP = {
    (DORMANT, AWARE): 0.008,
    (AWARE, INTERESTED): 0.012,
    (INTERESTED, EVALUATING): 0.022,
    (EVALUATING, DECIDING): 0.032,
}
_DOWN = {
    (AWARE, DORMANT): 0.020,
    (INTERESTED, AWARE): 0.022,
    (EVALUATING, INTERESTED): 0.022,
    (DECIDING, EVALUATING): 0.03,
}
_GIVE_UP, _WAKE = 0.0012, 0.0004
_SPEED = np.array([8.0, 1.35, 0.46])
# Consumers who cool down rarely come back; those who do take their time.
_RETURN_SPEED = np.array([0.8, 0.6, 0.4])
_UP_BY_PERSONA = np.array([1.0, 0.55, 0.65, 0.5, 0.2])
_GIVE_UP_BY_PERSONA = np.array([1.0, 2.5, 2.0, 1.5, 1.0])
_PUSH_BY_PERSONA = np.array([0.45, 0.25, 0.20, 0.10, 0.05])
_PUSHED_TO = np.array([AWARE, INTERESTED, EVALUATING, DECIDING, DECIDING, DORMANT])

_WIN_BY_INTENT = np.array([0.00001, 0.00003, 0.0003, 0.003, 0.028, 0.0])
_WIN_BY_PERSONA = np.array([1.0, 0.30, 0.05, 0.01, 0.0005])
_RIVAL_BY_INTENT = np.array([0.00001, 0.00001, 0.0001, 0.0007, 0.003, 0.00007])
_LOSE_BY_INTENT = np.array([0.00012, 0.0001, 0.0001, 0.0003, 0.002, 0.0009])
_DISQUALIFY_BY_PERSONA = np.array([0.00002, 0.0002, 0.0002, 0.0006, 0.0012])


@dataclass(frozen=True)
class IntentLaw:
    """Daily chances.

    calm, pushed   intent today -> tomorrow without and with a pushing event today, shape (classes, intents, intents).
    ends           chance to end today, by kind (ENDS), shape (kinds, classes, intents); `won` before season and drift.
    """

    calm: Floats
    pushed: Floats
    ends: Floats


def intent_law() -> IntentLaw:
    """The parameters of intent and endings, chosen to give about one customer in ten leads and realistic cycles."""
    calm = _calm_days()
    push = _PUSH_BY_PERSONA[PERSONA_OF][:, None, None]
    pushed = (1 - push) * calm + push * np.eye(STATES)[_PUSHED_TO]
    return IntentLaw(calm, pushed, _daily_ends())


def _calm_days() -> Floats:
    speed = _SPEED[SEGMENT_OF]
    moves = np.zeros((CLASSES, STATES, STATES))
    for (now, then), chance in _UP.items():
        up_speed = _RETURN_SPEED[SEGMENT_OF] if now == DORMANT else speed
        moves[:, now, then] = chance * up_speed * _UP_BY_PERSONA[PERSONA_OF]
    for (now, then), chance in _DOWN.items():
        moves[:, now, then] = chance * speed
    moves[:, :DEAD, DEAD] = (_GIVE_UP * speed * _GIVE_UP_BY_PERSONA[PERSONA_OF])[:, None]
    moves[:, DEAD, DORMANT] = _WAKE * _RETURN_SPEED[SEGMENT_OF]
    return np.asarray(moves + np.eye(STATES) * (1 - moves.sum(axis=2))[:, :, None])


def _daily_ends() -> Floats:
    speed = _SPEED[SEGMENT_OF][:, None]
    ends = {
        "won": _WIN_BY_INTENT * _WIN_BY_PERSONA[PERSONA_OF][:, None] * speed,
        "lost": np.broadcast_to(_LOSE_BY_INTENT, (CLASSES, STATES)),
        "disqualified": np.broadcast_to(_DISQUALIFY_BY_PERSONA[PERSONA_OF][:, None], (CLASSES, STATES)),
        "competitor": np.broadcast_to(_RIVAL_BY_INTENT, (CLASSES, STATES)) * speed,
    }
    return np.array([ends[kind] for kind in ENDS])
