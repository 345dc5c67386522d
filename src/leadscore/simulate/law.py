"""A world's description as chances and rates over its hidden states, in one place for process and truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from leadscore.simulate.arrays import Bools, Floats, Ints
from leadscore.simulate.world import EventType, Source, World

DAY_KINDS = 8


@dataclass(frozen=True)
class Law:
    """The law of a simulated world; C classes, S intents, K event types, D kinds of day (as in `Calendar.kind`).

    start    chance of each hidden state on arrival, (sources, before/after the drift, C, S).
    calm     intent today -> tomorrow without a pushing event, (C, S, S).
    pushed   the same on a day with at least one pushing event.
    ends     daily chance to end by kind (ENDS), (4, C, S); won before season and drift.
    rates    mean events a day, (D, K, C, S).
    depth    mean of the Poisson steps beyond the first in an event's value, (K, C, S); 0 = no value.
    units    what a step in a value counts, (K,); 0 = no value.
    pushing  which types push intent up, (K,); late: which types happen at shows and become known days later, (K,).
    """

    start: Floats
    calm: Floats
    pushed: Floats
    ends: Floats
    rates: Floats
    depth: Floats
    units: Ints
    pushing: Bools
    late: Bools


@cache
def law_of(world: World) -> Law:
    """The law of a world."""
    calm = _calm_days(world)
    names = [intent.name for intent in world.intents]
    push = np.array([persona.push for persona in world.personas])[world.persona_of][:, None, None]
    pushed_to = np.eye(len(names))[[names.index(intent.pushed_to) for intent in world.intents]]
    return Law(
        start=starting_shares(world),
        calm=calm,
        pushed=(1 - push) * calm + push * pushed_to,
        ends=_daily_ends(world),
        rates=_daily_rates(world),
        depth=_depth_means(world),
        units=np.array([event.steps.unit if event.steps else 0 for event in world.events]),
        pushing=np.array([event.pushing for event in world.events]),
        late=np.array([event.at_shows for event in world.events]),
    )


def starting_shares(world: World) -> Floats:
    """How likely each hidden state is when a lead arrives.

    Returns  shape (sources, before/after the drift, classes, intents); each [source, drift] sums to 1.
    """
    return np.array(
        [[_starting_share(world, source, drifted) for drifted in (False, True)] for source in world.sources]
    )


def _starting_share(world: World, source: Source, drifted: bool) -> Floats:
    quality = source.quality * (source.after_drift if drifted else 1.0)
    others = np.array([one.digital_share if source.medium else one.share for one in world.personas[1:]])
    personas = np.concatenate([[quality], (1 - quality) * others / others.sum()])
    cold, warm = (np.array([getattr(intent, name) for intent in world.intents]) for name in ("cold", "warm"))
    intents = (1 - source.warmth) * cold + source.warmth * warm
    levels = np.array([level.share for level in world.levels])
    classes = np.array(source.segments)[world.segment_of] * personas[world.persona_of] * levels[world.level_of]
    return np.outer(classes, intents).reshape(world.classes, len(world.intents))


def _calm_days(world: World) -> Floats:
    names = [intent.name for intent in world.intents]
    moves = np.zeros((world.classes, len(names), len(names)))
    for move in world.moves:
        persona = _factors(move.by_persona, len(world.personas))[world.persona_of]
        by_class = move.chance * np.array(move.by_segment)[world.segment_of] * persona
        moves[:, names.index(move.now), names.index(move.then)] = by_class
    return np.asarray(moves + np.eye(len(names)) * (1 - moves.sum(axis=2))[:, :, None])


def _daily_ends(world: World) -> Floats:
    return np.array(
        [
            _factors(end.by_intent, len(world.intents))
            * _factors(end.by_persona, len(world.personas))[world.persona_of][:, None]
            * _factors(end.by_segment, len(world.segments))[world.segment_of][:, None]
            for end in world.endings
        ]
    )


def _daily_rates(world: World) -> Floats:
    kinds = np.arange(DAY_KINDS)
    weekday = np.array([_weekday_rates(world, event) for event in world.events])
    after_drift = weekday.copy()
    for at, event in enumerate(world.events):
        if event.flattened is not None:
            # After the drift everybody is invited, whatever their intent: it is no buying sign any more.
            after_drift[at] = event.flattened * weekday[at, :, :2].mean(axis=1, keepdims=True)
    rates = np.stack([after_drift if kind & 2 else weekday for kind in kinds])
    rates[kinds % 2 == 1] *= np.array([segment.weekend for segment in world.segments])[world.segment_of][:, None]
    for at, event in enumerate(world.events):
        if event.at_shows:
            rates[:4, at] = 0.0
            # Visitors of a show come on its weekend days as well.
            rates[4:, at] = weekday[at]
    return rates


def _weekday_rates(world: World, event: EventType) -> Floats:
    level = np.array([level.activity for level in world.levels])[world.level_of]
    segment = np.array([segment.activity for segment in world.segments])[world.segment_of]
    return np.outer(np.array(event.by_persona)[world.persona_of] * level * segment, np.array(event.rates))


def _depth_means(world: World) -> Floats:
    means = np.zeros((len(world.events), world.classes, len(world.intents)))
    for at, event in enumerate(world.events):
        if event.steps:
            means[at] = np.outer(np.array(event.steps.by_persona)[world.persona_of], np.array(event.steps.by_intent))
    return means


def _factors(given: Sequence[float], count: int) -> Floats:
    return np.array(given) if given else np.ones(count)
