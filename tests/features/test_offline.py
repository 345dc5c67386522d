"""Both engines against a slow reference that anyone can read, bit for bit, on random histories."""

import math
import struct
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadscore.config.features import Aggregations, FeatureLine, FeaturesConfig
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import DAY_US
from leadscore.features import offline
from leadscore.features.definitions import NOT_OF_EVENTS, Feature
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.filters import EventFilter
from leadscore.features.learn import feature_set_of, seen_in
from leadscore.features.offline import compute_matrix
from leadscore.features.online import LeadHistory, OnlineFeatures

CONFIG = FeaturesConfig(
    default=Aggregations(count_windows_days=(1, 7), decay_half_lives_days=(2, 7), value_half_lives_days=(3,)),
    types={"pricing": Aggregations(count_windows_days=(30,), decay_half_lives_days=(), days_since_last=False)},
    ignore_types=("ignored",),
    activity_windows_days=(2, 9),
    attributes_filled=True,
    account_attribute="account",
    min_category_leads=1,
    features=tuple(
        FeatureLine.model_validate(line)
        for line in [
            {"aggregation": "rate", "windows_days": [7]},
            {"aggregation": "change", "windows_days": [2, 9], "types": ["page_viewed"]},
            {"aggregation": "change", "windows_days": [2]},
            {"aggregation": "value", "windows_days": [7, "ever"], "types": ["pricing"]},
            {"aggregation": "value_mean", "windows_days": [7, "ever"]},
            {"aggregation": "value_max", "windows_days": [7, "ever"], "types": ["page_viewed", "pricing"]},
            {"aggregation": "value_decayed", "half_lives_days": [3], "channels": ["email"]},
            {"aggregation": "days_since_first", "campaigns": ["spring", "ü"]},
            {"aggregation": "active_days", "windows_days": [5], "types": ["pricing"]},
            {"aggregation": "streak", "windows_days": [3, 20]},
            {"aggregation": "streak", "windows_days": [5], "types": ["pricing"]},
            {"aggregation": "types", "windows_days": [4], "channels": ["email", "chat"]},
            {"aggregation": "channels", "windows_days": [7]},
            {"aggregation": "campaigns", "windows_days": [30], "types": ["pricing"]},
            {"aggregation": "share", "windows_days": [7, "ever"], "types": ["pricing"]},
            {"aggregation": "share", "types": ["pricing"], "of": {"types": ["page_viewed", "pricing"]}},
            {"aggregation": "share", "windows_days": [9], "hours": [8, 18], "weekdays": ["mon", "tue", "sun"]},
            {"aggregation": "count", "hours": [22, 6]},
            {"aggregation": "decayed", "half_lives_days": [2], "properties": {"plan": ["pro", "3", "true"]}},
            {"aggregation": "count", "windows_days": [7, "ever"], "account": True},
            {"aggregation": "decayed", "half_lives_days": [7], "account": True, "types": ["pricing"]},
            {"aggregation": "days_since_last", "account": True},
            {"aggregation": "leads", "windows_days": [9], "account": True},
            {"aggregation": "types", "windows_days": [9], "account": True},
            {"aggregation": "active_days", "windows_days": [9], "account": True},
            {"aggregation": "share", "windows_days": [9], "account": True, "types": ["pricing"]},
        ]
    ),
)
KNOWN_TYPES = {"page_viewed": "page view", "pricing": "pricing view"}


Company = tuple[dict[str, int], list[AttributeValue], list[Event]]
PRO = ['{"plan": "pro"}', '{"a": [], "plan": 3}', '{"plan":true}']


# ---- the reference ----


def reference_row(company: Company, lead: str, as_of: int, feature_set: FeatureSet) -> list[float]:
    created = company[0]
    if lead not in created or created[lead] > as_of:
        return [math.nan for _ in feature_set.features]
    row = [reference_value(feature, company, lead, as_of, feature_set) for feature in feature_set.features]
    known = [v for f, v in zip(feature_set.features, row, strict=True) if f.kind == "attribute" and not math.isnan(v)]
    return [
        float(len(known)) if feature.kind == "attributes_filled" else value
        for feature, value in zip(feature_set.features, row, strict=True)
    ]


def reference_value(feature: Feature, company: Company, lead: str, as_of: int, feature_set: FeatureSet) -> float:
    if feature.kind == "attributes_filled":
        return math.nan
    if feature.kind == "lead_age":
        return float(as_of - company[0][lead]) / 86_400_000_000.0
    if feature.kind == "attribute":
        return feature_set.encoders[feature.attribute].encode(known_value(company, lead, feature.attribute, as_of))
    account = known_value(company, lead, "account", as_of)
    if feature.account and not account:
        return math.nan
    events = []
    for event in company[2]:
        if event.known_at >= as_of or event.occurred_at >= as_of or event.type in feature_set.ignored_types:
            continue
        if feature.account:
            if event.lead_id != lead and known_value(company, event.lead_id, "account", as_of) == account:
                events.append(event)
        elif event.lead_id == lead:
            events.append(event)
    mine = [e for e in events if feature.event_type in (None, e.type) and counts(feature.filter, e)]
    if feature.kind == "share":
        whole = in_window([e for e in events if counts(feature.versus, e)], as_of, feature.window_days)
        part = in_window(mine, as_of, feature.window_days)
        return float(len(part)) / float(len(whole)) if whole else math.nan
    return reference_aggregate(feature, mine, as_of)


def known_value(company: Company, lead: str, attribute: str, as_of: int) -> str | None:
    created, attributes, _ = company
    known = [a for a in attributes if a.lead_id == lead and a.name == attribute]
    known = [a for a in known if a.known_at < as_of or a.known_at == created[lead] <= as_of]
    if not known:
        return None
    latest = max(a.known_at for a in known)
    texts = [a.value for a in known if a.known_at == latest and a.value is not None]
    return max(texts) if texts else None


def counts(wanted: EventFilter | None, event: Event) -> bool:
    if wanted is None:
        return True
    hour = event.occurred_at // 3_600_000_000 % 24
    weekday = (event.occurred_at // DAY_US + 3) % 7
    if wanted.types and event.type not in wanted.types:
        return False
    if wanted.channels and event.channel not in wanted.channels:
        return False
    if wanted.campaigns and event.campaign not in wanted.campaigns:
        return False
    if wanted.weekdays and weekday not in wanted.weekdays:
        return False
    if wanted.hours == (8, 18) and not 8 <= hour < 18:
        return False
    if wanted.hours == (22, 6) and not (hour >= 22 or hour < 6):
        return False
    return not wanted.properties or event.properties in PRO


def in_window(events: list[Event], as_of: int, window: int | None) -> list[Event]:
    return [e for e in events if window is None or e.occurred_at >= as_of - window * DAY_US]


def reference_aggregate(feature: Feature, all_events: list[Event], as_of: int) -> float:
    window = feature.window_days
    events = in_window(all_events, as_of, window)
    if feature.kind == "count":
        return float(len(events))
    if feature.kind == "rate":
        return float(len(events)) / float(window)
    if feature.kind == "change":
        return float(len(events) - (len(in_window(all_events, as_of, 2 * window)) - len(events)))
    if feature.kind == "types":
        return float(len({event.type for event in events}))
    if feature.kind == "channels":
        return float(len({event.channel for event in events} - {None}))
    if feature.kind == "campaigns":
        return float(len({event.campaign for event in events} - {None}))
    if feature.kind == "leads":
        return float(len({event.lead_id for event in events}))
    if feature.kind == "active_days":
        return float(len({full_days(as_of, event) for event in events}))
    if feature.kind == "streak":
        active = {full_days(as_of, event) for event in events}
        return float(next(day for day in range(len(active) + 1) if day not in active))
    if feature.kind in ("days_since_last", "days_since_first"):
        pick = max if feature.kind == "days_since_last" else min
        return float(as_of - pick(e.occurred_at for e in events)) / 86_400_000_000.0 if events else math.nan
    if feature.kind == "value":
        return float(sum(counted_value(event) for event in events)) / 1000.0
    if feature.kind in ("value_mean", "value_max"):
        values = [counted_value(event) for event in events if event.value is not None]
        if not values:
            return math.nan
        if feature.kind == "value_max":
            return float(max(values)) / 1000.0
        return float(sum(values)) / float(len(values)) / 1000.0
    total = high = low = 0
    for event in events:
        halvings = full_days(as_of, event) / feature.half_life_days
        total += round(2**30 * 2.0**-halvings)
        high += (counted_value(event) // 2**20) * round(2**20 * 2.0**-halvings)
        low += (counted_value(event) % 2**20) * round(2**20 * 2.0**-halvings)
    return float(total) / 2.0**30 if feature.kind == "decayed" else (float(high) * 2.0**20 + float(low)) / 1048576000.0


def full_days(as_of: int, event: Event) -> int:
    """Days that are over since the event; one that is exactly a day old still belongs to the last day."""
    day = 0
    while event.occurred_at < as_of - (day + 1) * DAY_US:
        day += 1
    return day


def counted_value(event: Event) -> int:
    return min(2**40, max(-(2**40), event.value or 0))


# ---- random companies ----

TYPES = ["page_viewed", "pricing", "ignored", "ÜBER 展示会", "über-展示会", "page viewed"]
INSTANTS = st.builds(
    lambda day, part, jitter: (day * 4 + part) * (DAY_US // 4) + jitter,
    st.integers(-3, 25),
    st.integers(0, 3),
    st.sampled_from([0, 0, 0, -1, 1, 12_345_678_901]),
)
LEADS = ["a", "b", "ü", "never imported"]


@st.composite
def events(draw: st.DrawFn, number: int) -> Event:
    occurred_at = draw(INSTANTS)
    known_at = draw(st.one_of(st.just(occurred_at), INSTANTS))
    value = draw(st.one_of(st.none(), st.integers(-5_000, 5_000), st.sampled_from([2**62, -(2**62), 2**40 - 1])))
    kind = draw(st.sampled_from(TYPES))
    channel = draw(st.sampled_from([None, "email", "chat", ""]))
    campaign = draw(st.sampled_from([None, "spring", "ü", "other"]))
    properties = draw(st.sampled_from([None, "", "no JSON", "[1]", '{"plan": "free"}', '{"plan": null}', *PRO]))
    lead = draw(st.sampled_from(LEADS))
    return Event(f"e{number}", lead, kind, occurred_at, known_at, value, channel, campaign, properties)


@st.composite
def companies(draw: st.DrawFn) -> Company:
    created = {lead: draw(INSTANTS) for lead in LEADS[:3]}
    texts = st.one_of(st.none(), st.sampled_from(["", "7", "nan", "x", "ö"]))
    attribute = st.builds(
        lambda lead, name, text, at: AttributeValue(lead, name, text, created[lead] if at is None else at),
        st.sampled_from(LEADS[:3]),
        st.sampled_from(["industry", "size", "account", "account"]),
        texts,
        st.one_of(st.none(), INSTANTS),
    )
    attributes = draw(st.lists(attribute, max_size=8))
    return created, attributes, [draw(events(number)) for number in range(draw(st.integers(0, 14)))]


def as_facts(created: dict[str, int], attributes: list[AttributeValue], happened: list[Event]) -> Facts:
    def table(kind: str, rows: list[tuple[object, ...]]) -> pa.Table:
        names = SCHEMAS[kind].names
        return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=SCHEMAS[kind])

    return Facts(
        leads=table("leads", list(created.items())),
        attributes=table("attributes", [(a.lead_id, a.name, a.value, a.known_at) for a in attributes]),
        events=table(
            "events",
            [
                (e.event_id, e.lead_id, e.type, e.occurred_at, e.known_at, e.value, e.channel, e.campaign, e.properties)
                for e in happened
            ],
        ),
        outcomes=table("outcomes", []),
    )


def as_snapshots(asked: list[tuple[str, int]]) -> pa.Table:
    schema = pa.schema([("lead_id", pa.string()), ("as_of", pa.int64())])
    return pa.table({"lead_id": [lead for lead, _ in asked], "as_of": [at for _, at in asked]}, schema=schema)


def history_of(
    lead: str, created: dict[str, int], attributes: list[AttributeValue], happened: list[Event], as_of: int = 0
) -> LeadHistory:
    company = created, attributes, happened
    mine = tuple(event for event in happened if event.lead_id == lead)
    account = known_value(company, lead, "account", as_of)
    others = {other for other in created if other != lead and known_value(company, other, "account", as_of) == account}
    theirs = tuple(event for event in happened if event.lead_id in others) if account else None
    values = tuple(a for a in attributes if a.lead_id == lead)
    return LeadHistory(lead, created[lead], values, mine, account_events=theirs)


def learned(facts: Facts) -> FeatureSet:
    return feature_set_of(seen_in(facts), CONFIG, KNOWN_TYPES)


def bits(rows: object) -> bytes:
    """The numbers as bytes: NaN equals NaN, and the last bit counts."""
    return np.asarray(rows, np.float64).tobytes()


SNAPSHOTS = st.lists(st.tuples(st.sampled_from(LEADS), INSTANTS), max_size=12)


@st.composite
def companies_and_snapshots(draw: st.DrawFn) -> tuple[Company, list[tuple[str, int]]]:
    """Snapshots that often lie exactly where a fact becomes visible or leaves a window."""
    company = draw(companies())
    created, attributes, happened = company
    marks = [(lead, at) for lead, at in created.items()] + [(a.lead_id, a.known_at) for a in attributes]
    marks += [(e.lead_id, at) for e in happened for at in (e.occurred_at, e.known_at)]
    days = st.sampled_from([0, 0, 1, 2, 7, 9, 30])
    at_marks = st.builds(
        lambda mark, day, jitter: (mark[0], mark[1] + day * DAY_US + jitter),
        st.sampled_from(marks),
        days,
        st.sampled_from([0, 0, 1, -1]),
    )
    return company, draw(SNAPSHOTS) + draw(st.lists(at_marks, max_size=12))


# ---- promises ----


@settings(max_examples=50)
@given(companies_and_snapshots())
def test_both_engines_equal_the_reference_bit_for_bit(case):
    hold_both_engines_to_the_reference(*case)


@pytest.mark.slow
@settings(max_examples=400)
@given(companies_and_snapshots())
def test_both_engines_equal_the_reference_on_many_more_histories(case):
    hold_both_engines_to_the_reference(*case)


def hold_both_engines_to_the_reference(company, asked) -> None:
    created, attributes, happened = company
    facts = as_facts(*company)
    feature_set = learned(facts)
    engine = OnlineFeatures(feature_set)
    matrix = compute_matrix(facts, as_snapshots(asked), feature_set)
    for row, (lead, as_of) in zip(matrix, asked, strict=True):
        if lead not in created:
            assert np.isnan(row).all()
            continue
        history = history_of(lead, created, attributes, happened, as_of)
        expected = reference_row(company, lead, as_of, feature_set)
        assert dict(zip(feature_set.names, map(same, row), strict=True)) == dict(
            zip(feature_set.names, map(same, expected), strict=True)
        )
        assert bits(engine.row(history, as_of)) == bits(expected)


def same(number: float) -> bytes:
    return struct.pack("<d", number)


@settings(max_examples=12)
@given(companies(), SNAPSHOTS, st.integers(1, 40))
def test_the_size_of_the_parts_changes_nothing(company, asked, pairs):
    facts = as_facts(*company)
    feature_set = learned(facts)
    whole = compute_matrix(facts, as_snapshots(asked), feature_set)
    told: list[tuple[str, int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline, "_PAIRS_AT_ONCE", pairs)
        parted = compute_matrix(facts, as_snapshots(asked), feature_set, lambda *step: told.append(step))
    assert bits(parted) == bits(whole)
    assert [done for _, done, _ in told] == list(range(1, len(told) + 1))


@settings(max_examples=12)
@given(companies(), st.tuples(st.sampled_from(LEADS[:3]), INSTANTS), st.data())
def test_no_feature_sees_the_future(company, asked, data):
    created, attributes, happened = company
    lead, as_of = asked
    feature_set = learned(as_facts(*company))
    later = st.one_of(st.just(as_of), st.integers(as_of, as_of + 30 * DAY_US))
    hidden = [
        Event("later known", lead, "page_viewed", data.draw(INSTANTS), data.draw(later), 5_000),
        Event("later happened", lead, "pricing", data.draw(later), data.draw(INSTANTS), 5_000),
    ]
    filled_later = AttributeValue(lead, "industry", "x", data.draw(later.filter(lambda at: at != created[lead])))
    before = compute_matrix(as_facts(*company), as_snapshots([asked]), feature_set)
    facts = as_facts(created, [*attributes, filled_later], [*happened, *hidden])
    assert bits(compute_matrix(facts, as_snapshots([asked]), feature_set)) == bits(before)
    history = history_of(lead, created, [*attributes, filled_later], [*happened, *hidden], as_of)
    assert bits([OnlineFeatures(feature_set).row(history, as_of)]) == bits(before)


@settings(max_examples=12)
@given(companies(), SNAPSHOTS, st.randoms())
def test_the_order_of_facts_does_not_matter(company, asked, random):
    created, attributes, happened = company
    feature_set = learned(as_facts(*company))
    before = compute_matrix(as_facts(*company), as_snapshots(asked), feature_set)
    leads = list(created.items())
    for rows in (leads, attributes, happened):
        random.shuffle(rows)
    facts = as_facts(dict(leads), attributes, happened)
    assert learned(facts) == feature_set
    assert bits(compute_matrix(facts, as_snapshots(asked), feature_set)) == bits(before)


@settings(max_examples=12)
@given(companies(), INSTANTS)
def test_what_is_cut_at_an_instant_gives_the_same_features_as_of_that_instant(company, as_of):
    facts = as_facts(*company)
    feature_set = learned(facts)
    asked = as_snapshots([(lead, as_of) for lead in LEADS])
    whole = compute_matrix(facts, asked, feature_set)
    assert bits(compute_matrix(facts.known_before(as_of), asked, feature_set)) == bits(whole)


@settings(max_examples=12)
@given(companies(), SNAPSHOTS)
def test_another_event_type_changes_no_feature_of_the_others(company, asked):
    created, attributes, happened = company
    added = [Event(f"n{i}", lead, "brand new", at, at, 1_000) for i, (lead, at) in enumerate(asked)]
    small, large = as_facts(*company), as_facts(created, attributes, [*happened, *added])
    before, after = learned(small), learned(large)
    kept = [
        feature.name
        for feature in before.features
        if feature.event_type is not None or feature.kind in NOT_OF_EVENTS or (feature.filter and feature.filter.types)
    ]
    kept = [name for name in kept if "share" not in name]
    assert set(before.names) <= set(after.names)
    left = compute_matrix(small, as_snapshots(asked), before)[:, [before.names.index(name) for name in kept]]
    right = compute_matrix(large, as_snapshots(asked), after)[:, [after.names.index(name) for name in kept]]
    assert bits(left) == bits(right)


@settings(max_examples=10)
@example([])
@example([("nobody", 0), ("a", -1)])
@given(st.lists(st.tuples(st.sampled_from(LEADS), INSTANTS), max_size=3))
def test_a_lead_that_does_not_exist_yet_is_all_missing(asked):
    facts = as_facts({"a": 0}, [], [Event("e", "a", "page_viewed", -5, -5)])
    matrix = compute_matrix(facts, as_snapshots(asked), learned(facts))
    assert matrix.shape == (len(asked), len(learned(facts).features))
    exists = np.array([lead == "a" and at >= 0 for lead, at in asked], bool)
    assert (np.isnan(matrix).all(axis=1) == ~exists).all()


def test_extreme_dates_keep_their_exact_distance():
    earliest, latest = -62_135_596_800_000_000, 253_402_300_799_000_000
    happened = [
        Event("e", "a", "page_viewed", earliest, earliest),
        Event("f", "a", "page_viewed", latest - 1, earliest),
    ]
    facts = as_facts({"a": earliest}, [], happened)
    feature_set = learned(facts)
    row = compute_matrix(facts, as_snapshots([("a", latest)]), feature_set)[0]
    assert bits(row) == bits(
        OnlineFeatures(feature_set).row(history_of("a", {"a": earliest}, [], happened, latest), latest)
    )
    assert row[feature_set.names.index("page_viewed_count_ever")] == 2


def test_a_feature_set_without_any_event_feature_works():
    facts = as_facts({"a": 0}, [AttributeValue("a", "size", "12", 0)], [])
    feature_set = FeatureSet((Feature("size", "attribute", attribute="size"),), {"size": Encoder("number", {})}, {})
    assert compute_matrix(facts, as_snapshots([("a", 0)]), feature_set).tolist() == [[12.0]]


@pytest.mark.parametrize(
    ("occurred_at", "known_at", "seen"), [(-5, -1, 1), (-5, 0, 0), (0, -5, 0), (-1, -1, 1), (-7 * DAY_US, -1, 1)]
)
def test_an_event_counts_only_if_it_happened_and_was_known_before_the_instant(occurred_at, known_at, seen):
    created = {"a": -30 * DAY_US}
    shown = Event("shown", "a", "page_viewed", -20 * DAY_US, -20 * DAY_US)
    happened = [shown, Event("e", "a", "page_viewed", occurred_at, known_at)]
    facts = as_facts(created, [], happened)
    feature_set = learned(facts)
    position = feature_set.names.index("page_viewed_count_7d")
    row = compute_matrix(facts, as_snapshots([("a", 0)]), feature_set)[0]
    assert row[position] == seen
    assert bits(row) == bits(OnlineFeatures(feature_set).row(history_of("a", created, [], happened), 0))


@pytest.mark.parametrize(("as_of", "seen"), [(10, 1), (11, 1), (20, 1), (21, 0)])
def test_an_account_is_what_it_was_known_to_be_at_the_instant(as_of, seen):
    created = {"a": 0, "b": 0}
    values = [("a", "X", 0), ("b", "X", 9), ("b", "Y", 20)]
    attributes = [AttributeValue(lead, "account", account, at) for lead, account, at in values]
    happened = [Event("e", "b", "page_viewed", 1, 1), Event("mine", "a", "page_viewed", 1, 1)]
    facts = as_facts(created, attributes, happened)
    feature_set = learned(facts)
    row = compute_matrix(facts, as_snapshots([("a", as_of)]), feature_set)[0]
    assert row[feature_set.names.index("account_any_count_ever")] == seen
    assert bits(row) == bits(
        OnlineFeatures(feature_set).row(history_of("a", created, attributes, happened, as_of), as_of)
    )


@settings(max_examples=10)
@given(companies(), SNAPSHOTS, st.sampled_from(CONFIG.features))
def test_leaving_a_declared_feature_out_changes_no_other(company, asked, line):
    facts = as_facts(*company)
    fewer = CONFIG.model_copy(update={"features": tuple(each for each in CONFIG.features if each != line)})
    whole, rest = learned(facts), feature_set_of(seen_in(facts), fewer, KNOWN_TYPES)
    kept = [name for name in rest.names if name in whole.names]
    assert len(kept) >= len(rest.names) - 1
    left = compute_matrix(facts, as_snapshots(asked), whole)[:, [whole.names.index(name) for name in kept]]
    right = compute_matrix(facts, as_snapshots(asked), rest)[:, [rest.names.index(name) for name in kept]]
    assert bits(left) == bits(right)


@settings(max_examples=10)
@given(companies(), SNAPSHOTS)
def test_the_same_history_three_weeks_later_has_the_same_features(company, asked):
    created, attributes, happened = company
    moved = 3 * 7 * DAY_US
    later = [replace(e, occurred_at=e.occurred_at + moved, known_at=e.known_at + moved) for e in happened]
    values = [replace(a, known_at=a.known_at + moved) for a in attributes]
    facts = as_facts(*company)
    shifted = as_facts({lead: at + moved for lead, at in created.items()}, values, later)
    before = compute_matrix(facts, as_snapshots(asked), learned(facts))
    after = compute_matrix(shifted, as_snapshots([(lead, at + moved) for lead, at in asked]), learned(shifted))
    assert bits(before) == bits(after)


@settings(max_examples=10)
@given(companies(), SNAPSHOTS)
def test_leads_merged_into_one_have_the_features_of_all_their_events(company, asked):
    created, attributes, happened = company
    merged = [replace(event, lead_id="a") if event.lead_id == "b" else event for event in happened]
    asked = [("a", at) for _, at in asked]
    facts = as_facts(created, attributes, merged)
    feature_set = learned(facts)
    matrix = compute_matrix(facts, as_snapshots(asked), feature_set)
    engine = OnlineFeatures(feature_set)
    both = tuple(event for event in happened if event.lead_id in ("a", "b"))
    for row, (_, as_of) in zip(matrix, asked, strict=True):
        history = history_of("a", created, attributes, merged, as_of)
        assert bits(row) == bits(engine.row(replace(history, events=both), as_of))
