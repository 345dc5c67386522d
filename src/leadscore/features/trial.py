"""Random companies, hostile on purpose, on which the two engines are held to each other."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import pyarrow as pa

from leadscore.domain.consent import CONSENT, consented_events
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import DAY_US, EARLIEST_US, LATEST_US
from leadscore.features.accounts import latest_value
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.online import LeadHistory

Item = TypeVar("Item")
_SPAN_DAYS = 60
_VALUES = (None, 0, 1, -1, 999, 1_000, 12_345_678, 2**40, -(2**40), 2**62, -(2**62))


@dataclass(frozen=True)
class Trial:
    """A random company.

    created     lead_id -> created_at; some events belong to a lead that is not in it.
    asked       (lead_id, as_of) pairs, many of them exactly where a fact becomes visible or leaves a window.
    """

    created: dict[str, int]
    attributes: list[AttributeValue]
    events: list[Event]
    asked: list[tuple[str, int]]
    account_attribute: str
    respect_consent: bool = False

    def facts(self) -> Facts:
        """The company as tables."""
        return Facts(
            leads=_table("leads", list(self.created.items())),
            attributes=_table("attributes", [(a.lead_id, a.name, a.value, a.known_at) for a in self.attributes]),
            events=_table("events", [tuple(getattr(e, n) for n in SCHEMAS["events"].names) for e in self.events]),
            outcomes=_table("outcomes", []),
        )

    def snapshots(self) -> pa.Table:
        """The pairs that are asked, as `compute_matrix` takes them."""
        leads, instants = [lead for lead, _ in self.asked], [at for _, at in self.asked]
        return pa.table({"lead_id": pa.array(leads, pa.string()), "as_of": pa.array(instants, pa.int64())})

    def history(self, lead: str, as_of: int) -> LeadHistory | None:
        """A lead as the store would give it as of an instant; None if there is no such lead."""
        if lead not in self.created:
            return None
        values, happened = self._by_lead
        account = self._account(lead, as_of)
        others = [other for other in self._with_account.get(account or "", ()) if other != lead]
        theirs = tuple(
            event for other in others if self._account(other, as_of) == account for event in self._counting(other)
        )
        mine = (tuple(values.get(lead, ())), tuple(happened.get(lead, ())))
        return LeadHistory(lead, self.created[lead], *mine, account_events=theirs if account else None)

    def _counting(self, lead: str) -> Sequence[Event]:
        values, happened = self._by_lead
        events = happened.get(lead, [])
        return consented_events(events, values.get(lead, [])) if self.respect_consent else events

    def _account(self, lead: str, as_of: int) -> str | None:
        values = [value for value in self._by_lead[0].get(lead, ()) if value.name == self.account_attribute]
        return latest_value(values, self.created[lead], as_of)

    @cached_property
    def _by_lead(self) -> tuple[dict[str, list[AttributeValue]], dict[str, list[Event]]]:
        values, happened = defaultdict[str, list[AttributeValue]](list), defaultdict[str, list[Event]](list)
        for value in self.attributes:
            values[value.lead_id].append(value)
        for event in self.events:
            happened[event.lead_id].append(event)
        return values, happened

    @cached_property
    def _with_account(self) -> dict[str, set[str]]:
        """The leads that ever had each account."""
        found = defaultdict[str, set[str]](set)
        for value in self.attributes:
            if value.name == self.account_attribute and value.value:
                found[value.value].add(value.lead_id)
        return found


def random_trial(feature_set: FeatureSet, seed: int, leads: int = 12, events: int = 240, snapshots: int = 120) -> Trial:
    """A company that touches everything a feature set asks about; equal arguments give equal companies."""
    rng = np.random.default_rng(seed)
    names = [*(f"lead {number}" for number in range(leads - 2)), "ü 展示会", "never imported"]
    created = {name: int(at) for name, at in zip(names[:-1], _instants(rng, leads - 1), strict=True)}
    attributes = _attributes(feature_set, created, rng)
    happened = _events(feature_set, names, events, rng)
    marks = [(e.lead_id, at) for e in happened for at in (e.occurred_at, e.known_at)]
    marks += [(a.lead_id, a.known_at) for a in attributes] + list(created.items())
    spans = sorted({feature.span for feature in feature_set.features if feature.span} | {0, 1})
    asked = []
    for number in range(snapshots):
        lead, at = marks[rng.integers(len(marks))] if number % 3 else (_pick(names, rng), int(_instants(rng, 1)[0]))
        at += int(_pick(spans, rng)) * DAY_US * int(rng.integers(2)) + int(rng.integers(-1, 2))
        asked.append((lead, max(EARLIEST_US, min(LATEST_US, at))))
    return Trial(created, attributes, happened, asked, feature_set.account_attribute, feature_set.respect_consent)


def _instants(rng: np.random.Generator, number: int) -> np.ndarray:
    """Most on a coarse grid, so that ties are common; some anywhere, a few at the ends of time."""
    instants = rng.integers(-_SPAN_DAYS, _SPAN_DAYS, number) * DAY_US + rng.integers(0, 4, number) * (DAY_US // 4)
    anywhere = rng.random(number) < 0.3
    instants[anywhere] += rng.integers(0, DAY_US, int(anywhere.sum()))
    extreme = rng.random(number) < 0.01
    instants[extreme] = rng.choice([EARLIEST_US, LATEST_US, 0, -1], int(extreme.sum()))
    return instants


def _attributes(feature_set: FeatureSet, created: dict[str, int], rng: np.random.Generator) -> list[AttributeValue]:
    found = []
    for lead, at in created.items():
        for name, encoder in feature_set.encoders.items():
            texts = [None, "", "7", "-0.5", "1e999", "2024-02-29", "other", *list(encoder.values)[:5]]
            for known_at in (at, *_instants(rng, int(rng.integers(3))).tolist()):
                found.append(AttributeValue(lead, name, _pick(texts, rng), int(known_at)))
        for known_at in (at, *_instants(rng, int(rng.integers(3))).tolist()):
            account = _pick([None, "", *(f"account {number}" for number in range(1 + len(created) // 6))], rng)
            found.append(AttributeValue(lead, feature_set.account_attribute, account, int(known_at)))
        if feature_set.respect_consent:
            for known_at in (at, *_instants(rng, int(rng.integers(4))).tolist()):
                found.append(AttributeValue(lead, CONSENT, _pick([None, "", "yes", "no", "No "], rng), int(known_at)))
    return list({(a.lead_id, a.name, a.known_at): a for a in found}.values())


def _events(feature_set: FeatureSet, names: Sequence[str], number: int, rng: np.random.Generator) -> list[Event]:
    filters = [each for f in feature_set.features for each in (f.filter, f.versus) if each is not None]
    types = sorted({f.event_type for f in feature_set.features if f.event_type} | {t for f in filters for t in f.types})
    types += [*feature_set.ignored_types, "ÜBER 展示会", "another"]
    channels = [None, "", "another", *sorted({channel for f in filters for channel in f.channels})]
    campaigns = [None, "", "another", *sorted({campaign for f in filters for campaign in f.campaigns})]
    wanted = [(name, value) for f in filters for name, values in f.properties for value in values]
    properties = [None, "", "no JSON", "[]", "{}", *(json.dumps({name: value}) for name, value in wanted)]
    occurred, late = _instants(rng, number), _instants(rng, number)
    known = np.where(rng.random(number) < 0.7, occurred, late)
    return [
        Event(
            f"e{place}",
            _pick(names, rng),
            _pick(types, rng),
            int(occurred[place]),
            int(known[place]),
            _pick(_VALUES, rng),
            _pick(channels, rng),
            _pick(campaigns, rng),
            _pick(properties, rng),
        )
        for place in range(number)
    ]


def _pick(items: Sequence[Item], rng: np.random.Generator) -> Item:
    return items[int(rng.integers(len(items)))]


def _table(kind: str, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    names = SCHEMAS[kind].names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=SCHEMAS[kind])
