"""Importing files: counts add up, bad rows are named, repeats and order change nothing."""

import csv
import gzip
import json
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.config.mapping import FileMapping, MappingConfig
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.event import Event
from leadscore.domain.time import parse_instant
from leadscore.store.facts_arrow import load_facts
from leadscore.store.history import counts, load_history
from leadscore.workflows.import_facts import import_file

NOW = parse_instant("2026-11-21T00:00:00Z").at
EVENTS = """event_id,lead_id,type,occurred_at,known_at,value
e1,L1,page_viewed,2026-03-01T12:00:00Z,,2.5
e2,L1,demo_requested,2026-03-02T12:00:00Z,2026-03-02T12:05:00Z,
e2,L1,demo_requested,2026-03-02T12:00:00Z,2026-03-02T12:04:00Z,
e1,L1,page_viewed,2026-03-01T12:00:00Z,,3
,L1,,soon,,many
e3,L1,page_viewed
e4,L9,page_viewed,1960-01-01T00:00:00Z,,
e5,L9,page_viewed,2026-01-01T00:00:00Z,,
"""


def run(store, kind, path, tmp_path, mapping=None, now=NOW):
    return import_file(store, kind, path, mapping or MappingConfig(), tmp_path / "dead", now)


def write(tmp_path, text, name="file.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def dead_rows(report):
    with report.dead_letter_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(text):
    return parse_instant(text).at


def test_counts_add_up_and_each_bad_row_is_named_with_all_its_faults(store, tmp_path):
    report = run(store, "events", write(tmp_path, EVENTS), tmp_path)
    assert (report.read, report.inserted, report.unchanged, report.rejected) == (8, 3, 1, 4)
    assert counts(store)["events"] == 3
    dead = dead_rows(report)
    assert [row["dead_letter_row"] for row in dead] == ["4", "5", "6", "7"]
    assert [row["dead_letter_code"] for row in dead] == ["LS-ROW-03", "LS-ROW-02, LS-ROW-01", "LS-ROW-02", "LS-ROW-02"]
    assert set(dead[1]["dead_letter_column"].split(", ")) == {"event_id", "type", "occurred_at", "value"}
    assert "'soon' is no date" in dead[1]["dead_letter_reason"]
    assert "'many' is no number" in dead[1]["dead_letter_reason"]
    assert (dead[0]["event_id"], dead[0]["value"]) == ("e1", "3")
    assert dead[2]["dead_letter_text"] == "e3,L1,page_viewed"
    assert "1970 to 2200" in dead[3]["dead_letter_reason"]


def test_the_earliest_known_at_stands(sqlite_store, tmp_path):
    leads = write(tmp_path, "lead_id,created_at,source\nL1,2026-01-01T00:00:00Z,web\n", "leads.csv")
    run(sqlite_store, "leads", leads, tmp_path)
    run(sqlite_store, "events", write(tmp_path, EVENTS), tmp_path)
    first, second = load_history(sqlite_store, "L1").events
    assert first == Event("e1", "L1", "page_viewed", at("2026-03-01T12:00:00Z"), at("2026-03-01T12:00:00Z"), 2_500)
    assert second.known_at == at("2026-03-02T12:04:00Z")


def test_importing_a_file_again_changes_nothing(store, tmp_path):
    path = write(tmp_path, EVENTS)
    run(store, "events", path, tmp_path)
    before = counts(store)
    report = run(store, "events", path, tmp_path, now=NOW + 1)
    assert (report.read, report.inserted, report.unchanged, report.rejected) == (8, 0, 4, 4)
    assert counts(store) == before


def test_rejected_rows_are_named_rightly_far_into_a_file(sqlite_store, tmp_path):
    rows = [f"e{n},L1,x,2026-01-01T00:00:00Z" for n in range(20_500)]
    rows[9_999] = "e9999,L1,x,soon"
    rows[15_000] = "e15000,L1"
    rows += ["e7,L1,other,2026-01-01T00:00:00Z", "e8,L1,x,2026-01-01T00:00:00Z"]
    text = "\n".join(["event_id,lead_id,type,occurred_at", *rows]) + "\n"
    report = run(sqlite_store, "events", write(tmp_path, text), tmp_path)
    assert (report.read, report.inserted, report.unchanged, report.rejected) == (20_502, 20_498, 1, 3)
    named = [(row["dead_letter_row"], row["event_id"], row["dead_letter_text"]) for row in dead_rows(report)]
    assert named == [("10000", "e9999", ""), ("15001", "", "e15000,L1"), ("20501", "e7", "")]


def test_a_mended_dead_letter_file_can_be_imported_as_it_is(sqlite_store, tmp_path):
    report = run(sqlite_store, "events", write(tmp_path, EVENTS), tmp_path)
    mended = write(tmp_path, report.dead_letter_file.read_text().replace("1960-", "2026-"), "mended.csv")
    again = run(sqlite_store, "events", mended, tmp_path, now=NOW + 1)
    assert (again.read, again.inserted) == (4, 1)
    assert again.dead_letter_file != report.dead_letter_file
    assert list(dead_rows(again)[0]) == list(dead_rows(report)[0])


def test_two_imports_at_one_instant_write_two_dead_letter_files(sqlite_store, tmp_path):
    path = write(tmp_path, EVENTS)
    reports = [run(sqlite_store, "events", path, tmp_path) for _ in range(2)]
    assert len({report.dead_letter_file for report in reports}) == 2


def test_a_clean_file_leaves_no_dead_letter_file(sqlite_store, tmp_path):
    path = write(tmp_path, "lead_id,created_at,source\nL1,2026-01-01T00:00:00Z,web\n")
    assert run(sqlite_store, "leads", path, tmp_path).dead_letter_file is None
    assert not (tmp_path / "dead").exists()


def test_times_without_a_zone_bring_one_warning_per_column(sqlite_store, tmp_path):
    text = "event_id,lead_id,type,occurred_at,known_at\n" + "".join(
        f"e{n},L1,x,2026-03-01,2026-03-02\n" for n in range(30)
    )
    report = run(sqlite_store, "events", write(tmp_path, text), tmp_path)
    assert [warning.split(":")[1].split()[3] for warning in report.warnings] == ["known_at", "occurred_at"]
    assert all("UTC" in warning for warning in report.warnings)


def test_the_mapping_says_the_zone_day_zero_and_which_rows_are_meant(sqlite_store, tmp_path):
    text = "student,course,day,clicks,what\n1,A,-1,5,quiz\n1,B,3,7,quiz\n2,A,0,2,page\n"
    mapping = MappingConfig(
        timezone="Europe/Madrid",
        events=FileMapping(
            columns={"lead_id": "student", "occurred_at": "day", "value": "clicks", "type": "what"},
            day_zero="2026-02-01",
            key_columns=("student", "course", "day"),
            keep={"course": ("A",)},
            values={"type": {"quiz": "quiz_taken"}},
        ),
    )
    report = run(sqlite_store, "events", write(tmp_path, text), tmp_path, mapping)
    assert (report.read, report.inserted, report.skipped, report.warnings) == (2, 2, 1, ())
    events = load_facts(sqlite_store).events.to_pylist()
    assert [(event["event_id"], event["type"], event["value"]) for event in events] == [
        ("1:A:-1", "quiz_taken", 5_000),
        ("2:A:0", "page", 2_000),
    ]
    assert events[0]["occurred_at"] == at("2026-01-30T23:00:00Z")


def test_the_same_facts_come_out_of_every_format_encoding_and_compression(store_factory, tmp_path):
    rows = [
        {"lead_id": "L1", "created_at": "2026-03-01T12:00:00Z", "source": "Messe Köln", "industry": "Büro; Möbel"},
        {"lead_id": "L2", "created_at": "2026-03-02T12:00:00Z", "source": None, "industry": None},
    ]
    lines = (
        "lead_id{0}created_at{0}source{0}industry",
        'L1{0}2026-03-01T12:00:00Z{0}Messe Köln{0}"Büro; Möbel"',
        "L2{0}2026-03-02T12:00:00Z{0}{0}",
    )
    text = "\n".join(lines) + "\n"
    contents = {
        "plain.csv": text.format(",").encode(),
        "semicolon.csv": text.format(";").encode("utf-8-sig"),
        "tab.txt": text.format("\t").encode("utf-16"),
        "windows.csv": text.format("|").encode("cp1252"),
        "packed.csv.gz": gzip.compress(text.format(",").encode()),
        "lines.jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "lines.jsonl.gz": gzip.compress("\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()),
    }
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "table.parquet")
    contents["table.parquet"] = (tmp_path / "table.parquet").read_bytes()
    expected = None
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        store = store_factory()
        assert run(store, "leads", tmp_path / name, tmp_path).inserted == 2, name
        facts = load_facts(store)
        expected = expected or facts
        assert facts == expected, name
    assert expected.attributes["value"].to_pylist() == ["Büro; Möbel", "Messe Köln", None, "unknown"]


def test_bad_rows_of_json_lines_go_to_a_file_of_json_lines(sqlite_store, tmp_path):
    path = write(tmp_path, '{"lead_id": "L1", "outcome": "won", "occurred_at": "x"}\n{"lead_id":\n', "file.jsonl")
    report = run(sqlite_store, "outcomes", path, tmp_path)
    rows = [json.loads(line) for line in report.dead_letter_file.read_text().splitlines()]
    assert report.dead_letter_file.suffix == ".jsonl"
    assert [(row["dead_letter_row"], row["dead_letter_column"]) for row in rows] == [(1, "occurred_at"), (2, "")]
    assert rows[0]["lead_id"] == "L1"
    assert rows[1]["dead_letter_text"] == '{"lead_id":'


def test_a_file_that_lacks_a_column_is_refused_before_anything_is_stored(sqlite_store, tmp_path):
    path = write(tmp_path, "event_id,lead_id,type,occured_at\ne1,L1,x,2026-03-01\n")
    with pytest.raises(DataError, match="LS-FILE-02") as caught:
        run(sqlite_store, "events", path, tmp_path)
    assert "`columns: {occurred_at: occured_at}`" in caught.value.fix
    assert counts(sqlite_store)["events"] == 0


def test_an_empty_file_and_an_unknown_kind_are_refused(sqlite_store, tmp_path):
    with pytest.raises(DataError, match="LS-FILE-01"):
        run(sqlite_store, "events", write(tmp_path, ""), tmp_path)
    with pytest.raises(UsageError, match="leads, attributes, events, outcomes"):
        run(sqlite_store, "stages", write(tmp_path, "a\n1\n"), tmp_path)


def test_a_header_without_rows_imports_nothing(sqlite_store, tmp_path):
    report = run(sqlite_store, "events", write(tmp_path, EVENTS.splitlines()[0] + "\n"), tmp_path)
    assert (report.read, report.dead_letter_file) == (0, None)


def test_a_changed_lead_becomes_history_at_import_time_and_a_contradiction_is_named(sqlite_store, tmp_path):
    header = "lead_id,created_at,industry,updated_at\n"
    run(sqlite_store, "leads", write(tmp_path, header + "L1,2026-01-01,a,\n"), tmp_path)
    report = run(sqlite_store, "leads", write(tmp_path, header + "L1,2026-01-01,b,\n"), tmp_path, now=NOW + 9)
    assert (report.inserted, report.unchanged) == (1, 0)
    values = [(v.value, v.known_at) for v in load_history(sqlite_store, "L1").attributes if v.name == "industry"]
    assert values == [("a", at("2026-01-01")), ("b", NOW + 9)]
    both = write(tmp_path, header + "L2,2026-01-01,a,2026-02-01\nL2,2026-01-01,b,2026-02-01\n")
    report = run(sqlite_store, "leads", both, tmp_path)
    assert (report.inserted, report.rejected) == (1, 1)
    assert dead_rows(report)[0]["dead_letter_code"] == "LS-ROW-03"


def test_progress_reaches_its_total(sqlite_store, tmp_path):
    told = []
    import_file(
        sqlite_store,
        "events",
        write(tmp_path, EVENTS),
        MappingConfig(),
        tmp_path,
        NOW,
        lambda *step: told.append(step),
    )
    assert told == [("importing events", 8, 8)]


def test_texts_no_database_can_hold_are_cleaned(store, tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"lead_id,name,value,known_at\nL\x001,a,x\x00y,2026-01-01T00:00:00Z\n")
    assert run(store, "attributes", path, tmp_path).inserted == 1
    lines = write(
        tmp_path, '{"lead_id":"\\ud800","name":"a","value":"\\u0000","known_at":"2026-01-01T00:00:00Z"}', "f.jsonl"
    )
    assert run(store, "attributes", lines, tmp_path).inserted == 1
    assert load_facts(store).attributes["value"].to_pylist() == ["x\ufffdy", "\ufffd"]


def _times(low, high):
    return st.integers(low, high).map(lambda day: f"2026-01-{day:02d}T00:00:00Z")


lead_rows = st.tuples(st.sampled_from(["L1", "L2"]), st.integers(1, 9)).map(
    # One content per lead and `updated_at`, so that no two rows contradict each other.
    lambda key: (key[0], f"2026-01-0{key[0][1]}T00:00:00Z", f"industry {key[1] % 3}", f"2026-01-1{key[1]}T00:00:00Z")
)
event_rows = st.tuples(st.integers(1, 4), _times(20, 28)).map(
    lambda pair: (f"e{pair[0]}", f"L{pair[0] % 3}", f"type {pair[0]}", "2026-01-19T00:00:00Z", pair[1])
)
outcome_rows = st.tuples(st.sampled_from(["won", "lost"]), _times(20, 28)).map(
    lambda pair: ("L1", pair[0], "2026-01-19T00:00:00Z", pair[1])
)
attribute_rows = st.integers(20, 28).map(
    lambda day: ("L2", "industry", f"history {day % 4}", f"2026-01-{day}T00:00:00Z")
)
HEADERS = {
    "leads": "lead_id,created_at,industry,updated_at",
    "events": "event_id,lead_id,type,occurred_at,known_at",
    "outcomes": "lead_id,outcome,occurred_at,known_at",
    "attributes": "lead_id,name,value,known_at",
}
rows_of_kinds = st.one_of(
    st.tuples(st.just("leads"), lead_rows),
    st.tuples(st.just("events"), event_rows),
    st.tuples(st.just("outcomes"), outcome_rows),
    st.tuples(st.just("attributes"), attribute_rows),
)


def _import_all(store, rows, cuts, tmp_path):
    totals = {"read": 0, "inserted": 0, "unchanged": 0, "rejected": 0}
    bounds = [0, *sorted(cuts), len(rows)]
    for turn, (start, end) in enumerate(pairwise(bounds)):
        for kind, header in HEADERS.items():
            part = [",".join(row) for found, row in rows[start:end] if found == kind]
            if part:
                path = write(tmp_path, "\n".join([header, *part]) + "\n", f"{kind}.csv")
                report = run(store, kind, path, tmp_path, now=NOW + turn)
                totals = {name: count + getattr(report, name) for name, count in totals.items()}
    return totals


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(rows_of_kinds, min_size=1, max_size=14), data=st.data())
def test_any_order_and_split_into_files_gives_the_same_facts(store_factory, tmp_path_factory, rows, data):
    folder = tmp_path_factory.mktemp("imports")
    order = data.draw(st.permutations(rows))
    cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=3))
    one, other = store_factory(), store_factory()
    first = _import_all(one, rows, [], folder)
    second = _import_all(other, order, cuts, folder)
    assert load_facts(one) == load_facts(other)
    assert first == second
    assert first["read"] == first["inserted"] + first["unchanged"] + first["rejected"] == len(rows)
    assert first["rejected"] == 0
    assert _import_all(other, rows, [], folder)["inserted"] == 0
    assert load_facts(one) == load_facts(other)


@pytest.mark.slow
def test_a_large_file_is_imported_exactly(sqlite_store, tmp_path):
    path = tmp_path / "events.csv"
    with path.open("w") as file:
        file.write("event_id,lead_id,type,occurred_at\n")
        file.writelines(
            f"e{n % 115_000},L{n % 115_000 % 997},page_viewed,2026-01-01T00:00:{n % 115_000 % 60:02d}Z\n"
            for n in range(120_000)
        )
    report = run(sqlite_store, "events", Path(path), tmp_path)
    assert (report.read, report.inserted, report.unchanged, report.rejected) == (120_000, 115_000, 5_000, 0)
