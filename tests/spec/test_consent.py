"""Where consent is respected, what a lead does after it said no changes nothing in its score, through any door."""

import csv
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from leadscore.app import create_app
from leadscore.config.features import Aggregations, FeatureLine, FeaturesConfig
from leadscore.config.load import load_settings
from leadscore.domain.event import Event
from leadscore.domain.lead import AttributeValue
from leadscore.domain.time import DAY_US, format_instant, parse_instant
from leadscore.features.definitions import named
from leadscore.features.filters import EventFilter
from leadscore.features.learn import feature_set_of, seen_in
from leadscore.features.offline import compute_matrix
from leadscore.features.online import OnlineFeatures
from leadscore.store.account_events import load_account_events
from leadscore.store.cut_facts import write_partitions
from leadscore.store.facts import insert_attributes, insert_events
from leadscore.store.facts_arrow import load_facts
from leadscore.store.history import load_history
from leadscore.workflows.receive_events import receive

from ..company import command
from ..small_model import FEATURES, trained_texts, write_small_model

START = parse_instant("2026-03-02T00:00:00Z").at
CONFIG = FeaturesConfig(
    default=Aggregations(count_windows_days=(7,), decay_half_lives_days=(30,)),
    features=(FeatureLine.model_validate({"aggregation": "count", "account": True, "windows_days": ["ever"]}),),
    min_category_leads=1,
    respect_consent=True,
)
IDS = ("a1", "a2", "u1", "u2")


def send(store, day: float, **message: object) -> None:
    body = {"messageId": f"m{day}{message}", **message}
    assert receive(store, json.dumps({"batch": [body]}).encode(), START + int(day * DAY_US)).dead_lettered == 0


def live_and_bulk(store, folder, as_ofs: list[int]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Rows of every id one by one; and in bulk, whole and in parts."""
    facts = load_facts(store)
    features = feature_set_of(seen_in(facts), CONFIG, {})
    online, rows, asked = OnlineFeatures(features), [], []
    for lead in IDS:
        for as_of in as_ofs:
            history = load_history(store, lead, as_of)
            if history is not None and history.created_at <= as_of:
                others = load_account_events(store, history, "account_id", as_of, respect_consent=True)
                rows.append(online.row(replace(history, account_events=others), as_of))
                asked.append({"lead_id": lead, "as_of": as_of})
    snapshots = pa.Table.from_pylist(asked, pa.schema([("lead_id", pa.string()), ("as_of", pa.int64())]))
    in_parts = np.empty((len(rows), len(features.features)))
    parts = write_partitions(store, folder, 3, features)
    number = parts.parts_of(snapshots["lead_id"].combine_chunks())
    for part in range(3):
        mine = np.flatnonzero(number == part)
        in_parts[mine] = compute_matrix(parts.read(part, features), snapshots.take(mine), features)
    return np.array(rows), [compute_matrix(facts, snapshots, features), in_parts]


_messages = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {}, optional={"userId": st.sampled_from(IDS[2:]), "anonymousId": st.sampled_from(IDS[:2])}
        ).filter(bool),
        st.sampled_from(["page", "page", "identify", "identify", "group"]),
        st.integers(0, 12),
        st.integers(0, 3),
        st.sampled_from(["no", "yes"]),
    ),
    min_size=3,
    max_size=14,
)


@given(_messages)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_and_bulk_features_agree_on_people_of_several_ids_who_refuse(
    store_factory, tmp_path_factory, messages
) -> None:
    store = store_factory()
    for number, (ids, kind, day, delay, word) in enumerate(sorted(messages, key=lambda message: message[2])):
        more = {"identify": {"traits": {"consent": word}}, "group": {"groupId": "g"}}.get(kind, {})
        at = format_instant(START + (day - delay) * DAY_US)
        send(store, day, type=kind, messageId=f"m{number}", timestamp=at, **ids, **more)
    as_ofs = [START + day * DAY_US + 1 for day in (2, 6, 12, 40)]
    assume(load_facts(store).leads.num_rows)
    live, bulk = live_and_bulk(store, tmp_path_factory.mktemp("parts"), as_ofs)
    for matrix in bulk:
        np.testing.assert_array_equal(matrix, live)


def test_what_a_visitor_forbade_does_not_count_once_it_is_known_who_it_was(store, tmp_path) -> None:
    send(store, 0, type="page", anonymousId="a1")
    send(store, 1, type="identify", anonymousId="a1", traits={"consent": "no"})
    send(store, 2, type="page", anonymousId="a1")
    send(store, 3, type="identify", userId="u1", traits={"consent": "yes"})
    send(store, 4, type="identify", userId="u1", anonymousId="a1")
    send(store, 5, type="page", anonymousId="a1")
    send(store, 5.5, type="page", userId="u1", timestamp=format_instant(START + 2 * DAY_US))
    live, bulk = live_and_bulk(store, tmp_path, [START + 40 * DAY_US])
    names = feature_set_of(seen_in(load_facts(store)), CONFIG, {}).names
    assert live[:, names.index("page_viewed_count_ever")].tolist() == [3, 3]
    for matrix in bulk:
        np.testing.assert_array_equal(matrix, live)


@pytest.fixture
def made(home):
    """What makes a champion that respects consent or not, with L1 and L2 of one account who both withdrew."""
    created = START - 40 * DAY_US
    told = (("consent", "yes", created + 1), ("account_id", "acme", created + 1), ("consent", "no", START))
    for lead in ("L1", "L2"):
        send(home.store, -40, type="page", userId=lead)
        insert_attributes(home.store, [AttributeValue(lead, name, text, at) for name, text, at in told])

    def make(respect_consent: bool) -> TestClient:
        columns = list(FEATURES.features)
        columns[2] = replace(columns[2], event_type=None, filter=EventFilter(types=("page_viewed",)), account=True)
        features = replace(FEATURES, features=named(columns), respect_consent=respect_consent)
        write_small_model(home.folder / "models/leadscore/champion", trained_texts(), features=features)
        key = {"Authorization": f"Bearer {home.keys['read']}"}
        return TestClient(create_app(load_settings(home.folder)), headers=key)

    return make


def told(home, client: TestClient) -> list[object]:
    """What every door says about L1 at the end of April, but for the lead's own decision."""
    at = "2026-04-30T00:00:00Z"
    run, snapshots, out = command(home.folder), home.folder / "asked.csv", home.folder / "scores.csv"
    snapshots.write_text(f"lead_id,as_of\nL1,{at}\n")
    assert run("score", str(snapshots), "--out", str(out)).code == 0
    with out.open(newline="") as file:
        batch = next(csv.DictReader(file))
    explained = run("explain", "L1", "--as-of", at, "--json").json()
    with client:
        live = client.get("/v1/leads/L1/score", params={"as_of": at}).json()
    return [
        *(batch[name] for name in ("p_convert_60d", "p_low", "score", "grade", "reason_1", "reason_2")),
        *(each[name] for each in (explained, live) for name in ("p_convert", "interval", "score", "grade", "reasons")),
        explained["explanation"],
    ]


@pytest.mark.parametrize("respect_consent", [True, False])
@pytest.mark.parametrize(("lead", "kind"), [("L1", "demo_requested"), ("L2", "page_viewed")])
def test_what_a_lead_does_after_it_withdrew_changes_scores_only_where_consent_is_not_respected(
    home, made, lead, kind, respect_consent
) -> None:
    client = made(respect_consent)
    before = told(home, client)
    days = range(35, 58)
    later = [Event(f"e{day}", lead, kind, START + day * DAY_US, START + day * DAY_US) for day in days]
    assert insert_events(home.store, later).inserted == len(days)
    assert (told(home, client) == before) == respect_consent


@pytest.mark.parametrize(("consent", "counts"), [("no", False), (False, False), ("yes", True), (None, True)])
def test_a_lead_that_is_scored_from_its_body_alone_refuses_all_its_events(home, made, consent, counts) -> None:
    body = {
        "lead": {"consent": consent, "created_at": "2026-03-10T00:00:00Z"},
        "as_of": "2026-04-01T00:00:00Z",
    }
    events = [{"type": "demo_requested", "occurred_at": f"2026-03-{day:02d}T00:00:00Z"} for day in (5, 20)]
    with made(True) as client:
        with_events, without = (client.post("/v1/score", json={**body, "events": some}).json() for some in (events, []))
    assert (with_events["p_convert"] != without["p_convert"]) == counts


def test_the_setting_decides_which_event_types_make_features(home) -> None:
    send(home.store, 0, type="identify", userId="L1", traits={"consent": "no"})
    send(home.store, 1, type="track", event="only_refused", userId="L1")
    run = command(home.folder)

    def names() -> list[str]:
        return [each["name"] for each in run("features", "list", "--json").json()["features"]]

    counted = names()
    (home.folder / "configs").mkdir()
    (home.folder / "configs/features.yaml").write_text("respect_consent: true\n")
    assert "only_refused_count_ever" in counted
    assert set(counted) - set(names()) == {name for name in counted if name.startswith("only_refused")}


def test_features_diff_names_the_features_of_events_as_changed_by_the_setting(home) -> None:
    run = command(home.folder)
    for name, respectful in (("before", False), ("after", True)):
        (home.folder / f"{name}.json").write_text(replace(FEATURES, respect_consent=respectful).to_json())
    changed = run("features", "diff", "before.json", "after.json", "--json").json()["changed"]
    assert changed == sorted(name for name in FEATURES.names if "industry" not in name)
