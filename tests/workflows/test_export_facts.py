"""What is exported can be imported again and gives equal facts."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.config.mapping import MappingConfig
from leadscore.domain.errors import OutsideError
from leadscore.domain.event import Event
from leadscore.ingest.clean import cleaned_text
from leadscore.ingest.column_reader import LATEST_AT
from leadscore.store.engine import writing
from leadscore.store.facts import insert_events
from leadscore.store.facts_arrow import load_facts
from leadscore.store.history import each_event
from leadscore.store.messages import MessageRecord, add_messages
from leadscore.workflows.export_facts import export_events, export_messages
from leadscore.workflows.import_facts import import_file

COLUMNS = ("event_id", "lead_id", "type", "occurred_at", "known_at", "value", "channel", "campaign", "properties")
filled = st.text(min_size=1, max_size=8).map(cleaned_text).filter(str.strip)
instants = st.integers(0, 7_289_654_399_999_999)
events = st.builds(
    Event,
    filled,
    filled,
    filled,
    instants,
    instants,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | filled,
    st.none() | filled,
    st.none() | filled.map(lambda text: f'{{"a":{len(text)}}}'),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(events, max_size=8, unique_by=lambda event: event.event_id))
def test_importing_an_export_gives_equal_events(store_factory, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("export")
    one, other = store_factory(), store_factory()
    insert_events(one, rows)
    assert export_events(one, folder / "events.csv") == len(rows)
    report = import_file(other, "events", folder / "events.csv", MappingConfig(), folder, LATEST_AT)
    assert (report.inserted, report.warnings) == (len(rows), ())
    assert list(each_event(one, COLUMNS)) == list(each_event(other, COLUMNS))
    assert load_facts(one) == load_facts(other)


def test_cells_are_written_as_they_are_gzipped_if_asked(store, tmp_path):
    insert_events(store, [Event("e1", "=1+1", "@x", 0, 1, 1_500, None, "+y", None)])
    export_events(store, tmp_path / "deep" / "events.csv.gz")
    export_events(store, tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "event_id": "e1",
        "lead_id": "=1+1",
        "type": "@x",
        "occurred_at": "1970-01-01T00:00:00Z",
        "known_at": "1970-01-01T00:00:00.000001Z",
        "value": "1.5",
        "channel": "",
        "campaign": "+y",
        "properties": "",
    }
    assert (tmp_path / "deep" / "events.csv.gz").read_bytes().startswith(b"\x1f\x8b")


def test_messages_are_written_once_each(store, tmp_path):
    with writing(store) as connection:
        add_messages(connection, [MessageRecord("m1", "identify", "L1", 1_000_000, "x", "y")])
    assert export_messages(store, tmp_path / "messages.csv") == 1
    text = (tmp_path / "messages.csv").read_text()
    assert text == "message_id,type,lead_id,received_at\nm1,identify,L1,1970-01-01T00:00:01Z\n"


def test_a_file_that_cannot_be_written_is_an_outside_error(sqlite_store, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError, match="LS-FILE-01"):
        export_events(sqlite_store, tmp_path / "file" / "events.csv")
