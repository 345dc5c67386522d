"""Training, the nightly list and the answer about one lead agree on which leads are open."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.routing import RoutingConfig
from leadscore.dataset.open_spells import OpenSpells
from leadscore.domain.event import Event
from leadscore.domain.lifecycle import OPEN_STATES
from leadscore.domain.outcome import OUTCOMES, Outcome
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.online import LeadHistory
from leadscore.routing.qualify import qualify
from leadscore.scoring.scorer import RowScore
from leadscore.workflows.score_open_leads import open_leads

CONFIG = RoutingConfig()
TYPES = CONFIG.qualification.sql_event_types
ROW = RowScore({"14d": 0.01, "60d": 0.02}, 0.02, (0.0, 1.0), 50.0, "B", ())
ENDS = st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(1, 30)), max_size=4, unique_by=lambda end: end[1])
EVENTS = st.lists(st.tuples(st.sampled_from([TYPES[0], "page_viewed"]), st.integers(1, 30), st.integers(0, 5)))


def facts_of(ends: list[tuple[str, int]], events: list[tuple[str, int, int]]) -> tuple[Facts, LeadHistory]:
    outcomes = [Outcome("a", kind, 10 * at, 10 * at) for kind, at in ends]
    happened = [
        Event(f"e{number}", "a", kind, 10 * at + 3, 10 * (at + late) + 3)
        for number, (kind, at, late) in enumerate(events)
    ]
    tables = {
        "leads": [{"lead_id": "a", "created_at": 0}],
        "attributes": [],
        "events": [{name: getattr(e, name) for name in Event.__slots__} for e in happened],
        "outcomes": [{name: getattr(o, name) for name in SCHEMAS["outcomes"].names} for o in outcomes],
    }
    made = {kind: pa.Table.from_pylist(rows, schema=SCHEMAS[kind]) for kind, rows in tables.items()}
    return Facts(**made), LeadHistory("a", 0, (), tuple(happened), tuple(outcomes))


@given(ends=ENDS, events=EVENTS, as_of=st.integers(0, 40).map(lambda at: 10 * at + 7))
def test_the_list_of_open_leads_holds_a_lead_iff_its_own_answer_says_open(
    ends: list[tuple[str, int]], events: list[tuple[str, int, int]], as_of: int
) -> None:
    facts, history = facts_of(ends, events)
    is_open = qualify(history, as_of, ROW, CONFIG).lifecycle in OPEN_STATES
    assert open_leads(facts, as_of, CONFIG) == (["a"] if is_open else [])


@given(ends=ENDS, events=EVENTS, as_of=st.integers(0, 40).map(lambda at: 10 * at + 7))
def test_training_sees_a_lead_open_when_its_own_answer_did(
    ends: list[tuple[str, int]], events: list[tuple[str, int, int]], as_of: int
) -> None:
    facts, history = facts_of(ends, events)
    spells = OpenSpells.of(facts, TYPES)
    seen = bool(((spells.opened_at <= as_of) & (as_of < spells.ended_at)).any())
    assert seen == (qualify(history, as_of, ROW, CONFIG).lifecycle in OPEN_STATES)


@given(ends=ENDS, events=EVENTS)
def test_spells_of_a_lead_do_not_overlap_and_a_customer_is_not_open_again(
    ends: list[tuple[str, int]], events: list[tuple[str, int, int]]
) -> None:
    spells = OpenSpells.of(facts_of(ends, events)[0], TYPES)
    assert (spells.ended_at[:-1] < spells.opened_at[1:]).all()
    assert (spells.opened_at <= spells.won_at[spells.lead]).all()
