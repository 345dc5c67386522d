"""Dirty files of leads, events, outcomes and attributes: each fault is named, and no row is lost without a word."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ..company import Company
from .dirty import Dirty, check, gzipped, lines, name_of, parquet

LEADS = "import leads FILE"
EVENTS = "import events FILE"
OUTCOMES = "import outcomes FILE"
ATTRIBUTES = "import attributes FILE"
HEAD = "event_id,lead_id,type,occurred_at,value"
GOOD = "e0,a,visit,2024-01-01T00:00:00Z,1"
TWO = lines("lead_id,created_at,source", "a,2024-01-01T00:00:00Z,web", "b,2024-01-02T00:00:00Z,web")
FRAME = pd.DataFrame({"lead_id": ["a", "b"], "created_at": ["2024-01-01T00:00:00Z"] * 2, "source": "web"})
WIDE = ",".join(f"field_{number}" for number in range(500))


def folder(path: Path) -> None:
    path.mkdir()


def events(*rows: str) -> str:
    return lines(HEAD, GOOD, *rows)


def wide(path: Path) -> None:
    rows = [f"l{row},2024-01-01T00:00:00Z," + ",".join(str(row % 7) for _ in range(500)) for row in range(40)]
    path.write_text(lines(f"lead_id,created_at,{WIDE}", *rows))


FILES = [
    Dirty("a file that is not there", None, LEADS, 2, ("LS-FILE-01", "there is no such file")),
    Dirty("a folder", folder, LEADS, 2, ("LS-FILE-01", "it is a folder")),
    Dirty("an empty file", b"", LEADS, 3, ("LS-FILE-01", "it is empty", "export it again")),
    Dirty("a file of blank lines", "\n \n\n", LEADS, 3, ("LS-FILE-01", "it is empty")),
    Dirty("a header and nothing else", "lead_id,created_at\n", LEADS, 3, ("LS-IMPORT-01", "it holds no rows")),
    Dirty(
        "a header alone that lacks columns too",
        "lead_id,when\n",
        EVENTS,
        3,
        ("LS-FILE-02", "no column event_id, type, occurred_at"),
    ),
    Dirty("a workbook", b"PK\x03\x04" + b"\0" * 99, LEADS, 3, ("LS-FILE-01", "it is a workbook", "save it as CSV")),
    Dirty("a truncated gzip file", gzipped(TWO, 40), LEADS, 3, ("LS-FILE-01", "it cannot be read", "copy it again")),
    Dirty("a truncated Parquet file", parquet(FRAME, 200), LEADS, 3, ("LS-FILE-01", "it cannot be read")),
    Dirty("one JSON list", '[{"lead_id": "a"}]', LEADS, 3, ("LS-FILE-01", "one JSON object per line")),
    Dirty("bytes of no file format", bytes(range(1, 256)) * 9, LEADS, 3, ("LS-FILE-0",)),
    Dirty("UTF-16 with a mark", TWO.encode("utf-16"), LEADS, 0, ()),
    Dirty("UTF-32 with a mark", TWO.encode("utf-32"), LEADS, 3, ("LS-FILE-01", "UTF-32", "UTF-8")),
    Dirty(
        "one Latin-1 byte in a file of UTF-8",
        lines("lead_id,created_at,city", "a,2024-01-01T00:00:00Z,Köln").encode() + b"b,2024-01-01T00:00:00Z,K\xf6ln\n",
        LEADS,
        0,
        ("line 3", "1 byte is no UTF-8", "Windows-1252"),
    ),
    Dirty(
        "a file in Windows-1252",
        "lead_id,created_at,city\na,2024-01-01T00:00:00Z,Köln\n".encode("cp1252"),
        LEADS,
        0,
        ("Windows-1252", "save it as UTF-8"),
    ),
    Dirty("NUL bytes", TWO.replace("web", "w\0b"), LEADS, 0, ("NUL",)),
    Dirty("a wrong separator", TWO.replace(",", "^"), LEADS, 3, ("LS-FILE-02", "comma, semicolon, tab or |")),
    Dirty("a lacking column", lines("lead_id,date", "a,b"), LEADS, 3, ("no column created_at", "mapping.yaml")),
    Dirty(
        "all lacking columns at once",
        lines("event,lead,value", "a,b,1"),
        EVENTS,
        3,
        ("no column event_id, lead_id, type, occurred_at", "events need"),
    ),
    Dirty(
        "two columns of one name", lines("lead_id,created_at,x,x", "a,2024-01-01,1,2"), LEADS, 3, ("LS-FILE-02", "x")
    ),
    Dirty("five hundred columns", wide, LEADS, 0, ()),
]

ROWS = [
    Dirty(
        "an unknown column", lines(HEAD + ",knownat", GOOD + ",2024"), EVENTS, 0, ("knownat", "not read", "known_at")
    ),
    Dirty("a column without a name", lines(HEAD + ",", GOOD + ",7"), EVENTS, 0, ("column 6 has no name", "not read")),
    Dirty("wrong types", events("e1,a,visit,soon,many"), EVENTS, 0, ("row 2", "occurred_at", "'soon'", "'many'")),
    Dirty("only bad rows", lines(HEAD, ",,,never,x"), EVENTS, 3, ("LS-IMPORT-01", "dead-letter file", "row 1")),
    Dirty("an id twice with one content", events(GOOD), EVENTS, 0, ()),
    Dirty(
        "an id twice with other content", events("e0,a,visit,2024-01-01T00:00:00Z,2"), EVENTS, 0, ("LS-ROW-03", "row 2")
    ),
    Dirty("an id that is empty", events(",a,visit,2024-01-01T00:00:00Z,1"), EVENTS, 0, ("LS-ROW-01", "event_id")),
    Dirty("an id that is too long", events("x" * 300 + ",a,visit,2024-01-01T00:00:00Z,1"), EVENTS, 0, ("at most 255",)),
    Dirty("a day of the year 1", events("e1,a,visit,0001-01-01,1"), EVENTS, 0, ("row 2", "years 1970 to 2200")),
    Dirty("a day of the year 9999", events("e1,a,visit,9999-12-31,1"), EVENTS, 0, ("row 2", "years 1970 to 2200")),
    Dirty("a day to come", events("e1,a,visit,2150-01-01T00:00:00Z,1"), EVENTS, 0, ("occurred_at", "row 2", "future")),
    Dirty("days without a zone", events("e1,a,visit,2024-01-05,1"), EVENTS, 0, ("occurred_at", "UTC", "timezone:")),
    Dirty("zones that differ", events("e1,a,visit,2024-01-05T00:00:00+05:30,1"), EVENTS, 0, ()),
    Dirty(
        "NaN and infinity",
        events("e1,a,visit,2024-01-05Z,NaN", "e2,a,visit,2024-01-05T00:00Z,inf"),
        EVENTS,
        0,
        ("value",),
    ),
    Dirty("a decimal comma", events('e1,a,visit,2024-01-05T00:00:00Z,"3,14"'), EVENTS, 0, ("value", "decimal point")),
    Dirty(
        "thousands separators",
        events('e1,a,visit,2024-01-05T00:00:00Z,"1,234.5"'),
        EVENTS,
        0,
        ("value", "decimal point"),
    ),
    Dirty(
        "too many fields",
        events("e1,a,visit,2024-01-05T00:00:00Z,1,2,3"),
        EVENTS,
        0,
        ("row 2", "has 7 fields, the header 5"),
    ),
    Dirty("too few fields", events("e1,a,visit"), EVENTS, 0, ("row 2", "has 3 fields, the header 5")),
    Dirty(
        "a quote never closed",
        events('e1,a,"visit,2024-01-05T00:00:00Z,1', GOOD),
        EVENTS,
        0,
        ("row 2", "cannot be split"),
    ),
    Dirty(
        "a header repeated inside",
        events(HEAD, "e1,a,visit,2024-01-05T00:00:00Z,1"),
        EVENTS,
        0,
        ("row 2", "'occurred_at'"),
    ),
    Dirty(
        "a broken line and a list in JSONL",
        lines('{"lead_id": "a", "created_at": "2024-01-01T00:00:00Z"}', '{"lead_id": ', "[1]"),
        LEADS,
        0,
        ("row 2", "no JSON", '"dead_letter_row": 3', "no object"),
    ),
    Dirty("a lone surrogate in JSON", r'{"lead_id": "a\ud800", "created_at": "2024-01-01T00:00:00Z"}', LEADS, 0, ()),
    Dirty("nested JSON without end", '{"lead_id": ' + "[" * 99_999, LEADS, 3, ("row 1", "no JSON")),
    Dirty(
        "an outcome in mixed case", lines("lead_id,outcome,occurred_at", "a, WON,2024-01-01T00:00:00Z"), OUTCOMES, 0, ()
    ),
    Dirty(
        "an outcome with a typo",
        lines("lead_id,outcome,occurred_at", "a,won,2024-01-01T00:00:00Z", "b,wonn,2024-01-01T00:00:00Z"),
        OUTCOMES,
        0,
        ("row 2", "'wonn'", "won, lost, disqualified, competitor"),
    ),
    Dirty(
        "an amount that is no number",
        lines("lead_id,outcome,occurred_at,amount", "a,won,2024-01-01T00:00:00Z,5 EUR", "b,lost,2024-01-01T00:00:00Z,"),
        OUTCOMES,
        0,
        ("row 1", "amount", "'5 EUR'"),
    ),
    Dirty(
        "an attribute that changes within one instant",
        lines("lead_id,name,value,known_at", "a,city,x,2024-01-01T00:00:00Z", "a,city,y,2024-01-01T00:00:00Z"),
        ATTRIBUTES,
        0,
        ("LS-ROW-03", "row 2", "value is stored as 'x', the row says 'y'"),
    ),
    Dirty(
        "attributes without a time",
        lines("lead_id,name,value,known_at", "a,city,x,", "a,size,,2024-01-01T00:00:00Z"),
        ATTRIBUTES,
        0,
        ("LS-ROW-01", "row 1", "known_at"),
    ),
    Dirty("attributes in leads' columns", TWO, ATTRIBUTES, 3, ("LS-FILE-02", "no column name, value, known_at")),
]


@pytest.mark.parametrize("case", [*FILES, *ROWS], ids=name_of)
def test_a_dirty_file_of_facts_is_named_and_loses_no_row(empty: Company, case: Dirty) -> None:
    check(empty, case)


def test_an_outcome_before_its_lead_was_created_is_kept_and_said(empty: Company) -> None:
    (empty.home / "leads.csv").write_text(TWO)
    empty.run("import", "leads", "leads.csv")
    early = lines("lead_id,outcome,occurred_at", "b,won,2024-03-01T00:00:00Z", "a,won,2023-01-01T00:00:00Z")
    answer = check(empty, Dirty("", early, OUTCOMES, 0, ("row 2", "occurred_at", "before their lead was created: 1")))
    assert answer.json()["inserted"] == 2


def test_a_hundred_thousand_distinct_values_are_imported(empty: Company) -> None:
    rows = (f"l{row},2024-01-01T00:00:00Z,token-{row}" for row in range(100_000))
    answer = check(empty, Dirty("", lines("lead_id,created_at,token", *rows), LEADS, 0, ()))
    assert answer.json()["inserted"] == 100_000


def test_every_row_of_a_file_of_many_faults_is_in_the_dead_letters(empty: Company) -> None:
    rows = [f"e{row},,visit,never,x" if row % 2 else f"f{row},a,visit,2024-01-01T00:00:00Z,1" for row in range(50)]
    (empty.home / "many.csv").write_text(lines(HEAD, *rows))
    answer = empty.run("import", "events", "many.csv", "--json")
    counts = json.loads(answer.out)
    assert (counts["read"], counts["inserted"], counts["rejected"]) == (50, 25, 25)
    assert len(Path(counts["dead_letter_file"]).read_text().splitlines()) == 26
    for column in ("lead_id", "occurred_at", "value"):
        assert f"{column}: 25 rows, first row 2" in answer.err
