"""Order, repetition, lateness and wrong clocks change nobody, no fact, no feature and no score.

Of several values of one attribute the one received last counts (docs/decisions/0011), so each is told the same here.
"""

import json
from collections.abc import Callable
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from leadscore.config.routing import RoutingConfig
from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.domain.time import DAY_US, SECOND_US, format_instant, parse_instant
from leadscore.features.offline import compute_matrix
from leadscore.features.online import OnlineFeatures
from leadscore.modeling.artifact import load_artifact
from leadscore.store.engine import Store, reading
from leadscore.store.facts import insert_attributes
from leadscore.store.facts_arrow import load_facts
from leadscore.store.history import load_history
from leadscore.store.leads import insert_leads
from leadscore.store.links import person_of, split
from leadscore.workflows.receive_events import receive
from leadscore.workflows.score_lead import ScoringService

from ..small_model import trained_texts, write_small_model
from .people_model import Model, Said

START = parse_instant("2026-03-02T00:00:00Z").at
RECEIVED, LATER = START + 42 * DAY_US, START + 60 * DAY_US
USERS, ANONYMOUS, FILES = ("u1", "u2", "u3"), ("a1", "a2", "a3"), ("L1", "L2", "u3")
EVERYBODY = (*USERS, *ANONYMOUS, "L1", "L2")
ADDRESSES = st.sampled_from(["ann@example.org", "bob@example.org"])
SKEWS = st.sampled_from([0, -90, 7_200, -10 * 365 * 86_400, 10 * 365 * 86_400])
Step = Callable[[Store, int], None]


def wire(said: Said, skew: int, received_at: int) -> bytes:
    """The message as a sender sends it whose clock is wrong by some seconds, over two seconds or not at all."""
    wrong = skew * SECOND_US
    message = {"type": said.kind, "messageId": f"m{said.number}", "userId": said.user, "anonymousId": said.anonymous}
    message |= {"timestamp": format_instant(said.at + wrong), "sentAt": format_instant(received_at + wrong)}
    message |= {"context": {"campaign": {"source": "web"}}}
    parts = {
        "track": {"event": said.event},
        "identify": {"traits": {"industry": "software", **({"email": said.address} if said.address else {})}},
        "alias": {"previousId": said.previous},
    }
    return json.dumps(message | parts.get(said.kind, {})).encode()


class Company(RuleBasedStateMachine):
    """Messages, files and people who take merges back, in the order that they come; in the end, in any other order."""

    make_store: Callable[[], Store]
    scoring: ScoringService

    def __init__(self) -> None:
        super().__init__()
        self.model, self.steps = Model(), []
        self.store = self.make_store()

    def take(self, step: Step) -> None:
        self.steps.append(step)
        step(self.store, RECEIVED + len(self.steps) * SECOND_US)

    @rule(
        kind=st.sampled_from(["track", "page", "identify", "identify", "alias"]),
        who=st.tuples(st.sampled_from([None, *USERS]), st.sampled_from([None, *ANONYMOUS])).filter(any),
        previous=st.sampled_from([*ANONYMOUS, *USERS]),
        half_days=st.integers(0, 80),
        address=st.none() | ADDRESSES,
        event=st.sampled_from(["demo_requested", "call"]),
        skew=SKEWS,
    )
    def send(self, kind, who, previous, half_days, address, event, skew) -> None:
        # Each at a second of its own, so that "first" means one thing.
        at = START + half_days * DAY_US // 2 + len(self.model.said) * 10 * SECOND_US
        said = Said(len(self.model.said), kind, *who, previous, at, address, event)
        self.model.said.add(said)
        self.take(lambda store, now: receive(store, wire(said, skew, now), now))

    @precondition(lambda self: self.steps)
    @rule(data=st.data())
    def repeat(self, data) -> None:
        self.take(data.draw(st.sampled_from(self.steps)))

    @rule(pair=st.lists(st.sampled_from(EVERYBODY), min_size=2, max_size=2, unique=True))
    def take_apart(self, pair) -> None:
        self.model.apart.add(frozenset(pair))
        self.take(lambda store, now: split(store, *pair, now))

    @rule(lead=st.sampled_from(FILES), address=ADDRESSES, days=st.integers(1, 30))
    def give_an_address_by_a_row_of_attributes(self, lead, address, days) -> None:
        at = START - days * DAY_US - (0 if address.startswith("a") else 1)
        self.model.rows.add((lead, at, address))
        self.take(lambda store, now: insert_attributes(store, [AttributeValue(lead, "email", address, at)]))

    @rule(lead=st.sampled_from(FILES))
    def import_a_lead(self, lead) -> None:
        at = START - 50 * DAY_US
        address = f"{lead}@example.org"
        self.model.rows.add((lead, at, address))
        row = LeadRow(Lead(lead, at, "web"), ("source", "email", "industry"), ("web", address, "software"), at)
        self.take(lambda store, now: insert_leads(store, [row], now))

    def teardown(self) -> None:
        random = Random(len(self.steps))
        shuffled = [*self.steps, *self.steps[:3]]
        random.shuffle(shuffled)
        other = self.make_store()
        for number, step in enumerate(shuffled):
            step(other, RECEIVED + number * SECOND_US)
        for store in (self.store, other):
            self.agrees_with_the_model(store)
        for mine, others in zip(self.answers(self.store), self.answers(other), strict=True):
            assert mine == others

    def agrees_with_the_model(self, store: Store) -> None:
        for lead in EVERYBODY:
            with reading(store) as connection:
                assert person_of(connection, lead) == self.model.person_of(lead)
            history = load_history(store, lead)
            events = set() if history is None else {(e.event_id, e.type, e.occurred_at) for e in history.events}
            assert events == self.model.events_of(lead) or history is None

    def answers(self, store: Store) -> list[tuple]:
        """What is known of everybody, with the features of both engines and the score, bit for bit."""
        features = self.scoring.artifact.features
        leads = [lead for lead in EVERYBODY if load_history(store, lead) is not None]
        people = [load_history(store, lead) for lead in leads]
        rows = [OnlineFeatures(features).row(each, LATER) for each in people]
        asked = pa.table({"lead_id": [each.lead_id for each in people], "as_of": [LATER] * len(leads)})
        if leads:
            bulk = compute_matrix(load_facts(store), asked, features)
            assert bulk.tobytes() == np.array(rows).tobytes()
        scores = [self.scoring.score(each, LATER) for each in people]
        found = zip(leads, people, rows, scores, strict=True)
        return [
            (lead, each.lead_id, each.created_at, facts_of(each), np.array(row).tobytes(), score.p_convert, score.score)
            for lead, each, row, score in found
        ]


def facts_of(history) -> tuple:
    current = {value.name: value.value for value in history.attributes if value.name != "email"}
    return sorted(current.items()), sorted((event.event_id, event.occurred_at) for event in history.events)


@pytest.fixture(scope="module")
def scoring(tmp_path_factory) -> ScoringService:
    folder = tmp_path_factory.mktemp("model") / "champion"
    write_small_model(folder, trained_texts())
    return ScoringService(load_artifact(folder), RoutingConfig())


def run(store_factory, scoring, examples: int, steps: int) -> None:
    machine = type("HereCompany", (Company,), {"make_store": staticmethod(store_factory), "scoring": scoring})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    # Making a failure small takes minutes, since each step writes to disks.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    chosen = settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=checks, phases=phases)
    run_state_machine_as_test(machine, settings=chosen)


def test_people_facts_features_and_scores_are_the_same_in_any_order(store_factory, scoring) -> None:
    run(store_factory, scoring, examples=20, steps=25)


@pytest.mark.slow
def test_they_are_the_same_in_any_order_of_many_more(store_factory, scoring) -> None:
    run(store_factory, scoring, examples=200, steps=50)
