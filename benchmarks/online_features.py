"""Sixty columns of one lead: the engine against a loop written by hand for exactly these columns."""

import statistics
import time

import numpy as np

from leadscore.domain.event import Event
from leadscore.domain.time import DAY_US
from leadscore.features.arithmetic import DECAY_SCALE, decay_weights
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import FeatureSet
from leadscore.features.online import LeadHistory, OnlineFeatures

TYPES = [f"event_type_{number}" for number in range(12)]
HALF_LIFE = 30
AS_OF = 1_000 * DAY_US
LEADS = 400
ROUNDS = 7


def feature_set() -> FeatureSet:
    """For each of 12 types: counts of 7, 30 and 90 days, a decayed count, days since the last."""
    features = []
    for name in TYPES:
        features += [Feature("", "count", name, days) for days in (7, 30, 90)]
        features += [Feature("", "decayed", name, half_life_days=HALF_LIFE), Feature("", "days_since_last", name)]
    return FeatureSet(named(features), {}, {})


WEIGHTS = decay_weights(HALF_LIFE, DECAY_SCALE)
PLACE = {name: 5 * number for number, name in enumerate(TYPES)}
EMPTY = [0.0, 0.0, 0.0, 0.0, float("nan")] * len(TYPES)


def by_hand(history: LeadHistory, as_of: int) -> list[float]:
    """The same sixty values by one pass over the events."""
    row = EMPTY.copy()
    totals = [0] * len(row)
    last = [0] * len(row)
    for event in history.events:
        occurred_at = event.occurred_at
        if occurred_at >= as_of or event.known_at >= as_of:
            continue
        place = PLACE.get(event.type)
        if place is None:
            continue
        age = (as_of - occurred_at - 1) // DAY_US
        if age < 90:
            row[place + 2] += 1.0
            if age < 30:
                row[place + 1] += 1.0
                if age < 7:
                    row[place] += 1.0
        if age < len(WEIGHTS):
            totals[place] += WEIGHTS[age]
        if occurred_at > last[place]:
            last[place] = occurred_at
    for place in range(0, len(row), 5):
        if last[place]:
            row[place + 3] = totals[place] / float(DECAY_SCALE)
            row[place + 4] = (as_of - last[place]) / float(DAY_US)
    return row


def compare_online() -> list[dict[str, object]]:
    """Medians over the rounds, distinct leads in turn."""
    engine = OnlineFeatures(feature_set())
    rows: list[dict[str, object]] = []
    for events in (50, 200, 1_000):
        histories = [_history(number, events) for number in range(LEADS if events < 1_000 else LEADS // 8)]
        for history in histories:
            if not np.array_equal(engine.row(history, AS_OF), by_hand(history, AS_OF), equal_nan=True):
                raise SystemExit("the loop by hand and the engine disagree")
        spent: dict[str, list[float]] = {"by hand": [], "leadscore": []}
        for _ in range(ROUNDS):
            for arm, row in (("by hand", by_hand), ("leadscore", engine.row)):
                began = time.process_time()
                for history in histories:
                    row(history, AS_OF)
                spent[arm].append((time.process_time() - began) / len(histories) * 1e6)
        hand = statistics.median(spent["by hand"])
        for arm, each in spent.items():
            us = statistics.median(each)
            row_of = {"what": "online", "arm": arm, "events": events, "us": round(us, 1)}
            rows.append({**row_of, "ratio": round(us / hand, 2)})
    return rows


def _history(seed: int, events: int) -> LeadHistory:
    rng = np.random.default_rng(seed)
    ages = rng.exponential(60, events) * DAY_US
    kinds = rng.choice(len(TYPES), events)
    happened = tuple(
        Event(f"e{number}", "lead", TYPES[kinds[number]], AS_OF - 1 - int(ages[number]), AS_OF - 1 - int(ages[number]))
        for number in range(events)
    )
    return LeadHistory("lead", 0, (), happened)
