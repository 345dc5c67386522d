"""Dirty files to score: each row gets its answer or the file is refused, and what was guessed is said."""

import random
from pathlib import Path

import pandas as pd
import pytest

from ..company import Company, command, prepare
from .dirty import Dirty, check, gzipped, lines, name_of, parquet

TABLE = "score --table FILE --out out.csv"
SNAPSHOTS = "score FILE --out out.csv"
HEAD = "key,visits,plan"
AT = "2025-01-01T00:00:00Z"


def rows(count: int = 60) -> list[list[str]]:
    rng = random.Random(7)
    return [[f"k{number}", str(rng.randint(0, 20)), rng.choice(["basic", "pro"])] for number in range(count)]


def table(*changed: tuple[int, str], head: str = HEAD) -> str:
    """A sound table to score, with other lines in some rows (1-based)."""
    found = [",".join(row) for row in rows()]
    for number, line in changed:
        found[number - 1] = line
    return lines(head, *found)


def folder(path: Path) -> None:
    path.mkdir()


FRAME = pd.DataFrame(rows(), columns=HEAD.split(","))
HOLED = FRAME.assign(visits=[float("inf"), None, *range(58)], plan=[["pro"]] * 60)

# fmt: off
# ruff: noqa: E501
REFUSED = [
    Dirty("a file that is not there", None, TABLE, 2, ("LS-FILE-01", "there is no such file")),
    Dirty("a folder", folder, TABLE, 2, ("LS-FILE-01", "it is a folder")),
    Dirty("an empty file", b"", TABLE, 3, ("LS-FILE-01", "it is empty")),
    Dirty("a header alone", lines(HEAD), TABLE, 3, ("LS-FILE-01", "it holds no rows")),
    Dirty("a truncated gzip file", gzipped(table(), 100), TABLE, 3, ("LS-FILE-01", "copy it again")),
    Dirty("a truncated Parquet file", parquet(FRAME, 300), TABLE, 3, ("LS-FILE-01", "copy it again")),
    Dirty("a workbook", b"PK\x03\x04" + bytes(99), TABLE, 3, ("LS-FILE-01", "save it as CSV")),
    Dirty("all lacking columns at once", table(head="key,calls,tier"), TABLE, 3, ("LS-DATA-03", "visits, plan", "export the columns")),
    Dirty("a wrong separator", table().replace(",", "^"), TABLE, 3, ("LS-DATA-03", "visits, plan")),
    Dirty("two columns of one name", table(head="key,visits,visits"), TABLE, 3, ("LS-FILE-02", "visits")),
    Dirty("rows of other widths", table((3, "k2,4"), (9, "k8,4,pro,x")), TABLE, 3, ("LS-FILE-03", "row 3", "row 9", "mend these rows")),
    Dirty("a header repeated inside", table((30, HEAD)), TABLE, 3, ("LS-FILE-03", "row 30", "repeats the header")),
    Dirty("a quote never closed", table((3, 'k2,"4,pro')), TABLE, 3, ("LS-FILE-03", "row 3", "cannot be split")),
    Dirty("broken lines of JSONL", '{"visits": 1, "plan": "pro"}\n{"visits"\n', TABLE, 3, ("LS-FILE-03", "row 2")),
    Dirty("snapshots given to --table", lines("lead_id,as_of", f"a,{AT}"), TABLE, 3, ("LS-DATA-03", "visits, plan")),
]

SCORED = [
    Dirty("words among numbers", table((3, "k2,lots,pro"), (5, "k4,many,pro")), TABLE, 0, ("column visits", "no number", "2 rows", "row 3: 'lots'")),
    Dirty("infinite numbers", table((3, "k2,inf,pro")), TABLE, 0, ("column visits", "row 3: 'inf'", "missing")),
    Dirty("a column that is empty", lines(HEAD, *(f"k{n},,pro" for n in range(9))), TABLE, 0, ("column visits", "no row holds a value")),
    Dirty("values in other words", table().replace("pro", "PRO").replace("basic", "BASIC"), TABLE, 0, ("column plan", "not learnt", "row 1")),
    Dirty("a column nobody needs", lines(HEAD + ",extra", *(",".join([*row, "x"]) for row in rows())), TABLE, 0, ()),
    Dirty("an id twice", table((3, "k0,4,pro")), TABLE, 0, ()),
    Dirty("no id column", lines("visits,plan", *("4,pro" for _ in range(60))), TABLE, 0, ()),
    Dirty("one Latin-1 byte in UTF-8", table((3, "kö,4,pro")).encode() + "ké,4,pro\n".encode("latin-1"), TABLE, 0, ("1 byte is no UTF-8", "line 62")),
    Dirty("infinite and nested cells of Parquet", parquet(HOLED), TABLE, 0, ("column plan", "not learnt")),
    Dirty("JSONL whose rows lack keys", lines('{"visits": 3}', '{"plan": "pro"}'), TABLE, 0, ()),
]

SNAPSHOT_FILES = [
    Dirty("a file that is not there", None, SNAPSHOTS, 2, ("LS-FILE-01", "there is no such file")),
    Dirty("an empty file", b"", SNAPSHOTS, 3, ("LS-FILE-01", "it is empty")),
    Dirty("a header alone", "lead_id,as_of\n", SNAPSHOTS, 3, ("LS-FILE-01", "it holds no rows")),
    Dirty("all lacking columns at once", lines("lead,when", "a,b"), SNAPSHOTS, 3, ("LS-FILE-02", "column lead_id, as_of is missing", "there are lead, when")),
    Dirty("times that are none", lines("lead_id,as_of", "a,soon", f"b,{AT}", "c,"), SNAPSHOTS, 3, ("LS-TIME-02", "row 1: 'soon'", "row 3: ''", "ISO 8601")),
    Dirty("a day of the year 9999", lines("lead_id,as_of", f"a,{AT}", "a,9999-12-31"), SNAPSHOTS, 3, ("LS-TIME-02", "row 2", "too far away")),
    Dirty("a day of the year 1", lines("lead_id,as_of", "a,0001-01-01T00:00:00Z"), SNAPSHOTS, 0, ()),
    Dirty("times without a zone beside others", lines("lead_id,as_of", "a,2025-01-01", f"b,{AT}"), SNAPSHOTS, 0, ("column as_of", "row 1", "UTC", "timezone:")),
    Dirty("a lead_id that is empty", lines("lead_id,as_of", f"a,{AT}", f",{AT}"), SNAPSHOTS, 0, ("column lead_id", "row 2")),
    Dirty("a column nobody reads", lines("lead_id,as_of,grade", f"a,{AT},A"), SNAPSHOTS, 0, ("grade", "not read")),
    Dirty("too many fields", lines("lead_id,as_of", f"a,{AT},x"), SNAPSHOTS, 3, ("LS-FILE-03", "row 1", "has 3 fields, the header 2")),
    Dirty("a lone surrogate and a NUL", lines(r'{"lead_id": "a\ud800\u0000", "as_of": "2025-01-01T00:00:00Z"}'), SNAPSHOTS, 0, ()),
    Dirty("numbers for ids and times of Parquet", parquet(pd.DataFrame({"lead_id": [1, 2], "as_of": pd.to_datetime([AT, AT])})), SNAPSHOTS, 0, ()),
    Dirty("times of Parquet that lack", parquet(pd.DataFrame({"lead_id": ["a", "b"], "as_of": pd.to_datetime([AT, None])})), SNAPSHOTS, 3, ("LS-TIME-02", "row 2")),
]
# fmt: on


@pytest.fixture(scope="module")
def table_home(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A home whose champion reads `visits` and `plan`."""
    home = prepare(tmp_path_factory.mktemp("table"))
    run = command(home)
    rng = random.Random(4)
    sold = [[*row, "yes" if rng.random() < 0.1 + 0.03 * int(row[1]) else "no"] for row in rows(1200)]
    (home / "past.csv").write_text(lines(HEAD + ",won", *(",".join(row) for row in sold)))
    trained = run("train", "--table", "past.csv", "--target", "won", "--id", "key", "--json")
    assert trained.code == 0, trained.err
    assert run("promote").code == 0, trained.json()["gate"]
    return Company(home, run, {})


def clean(home: Path) -> Path:
    """The home without what the case before left in it."""
    for name in ("dirty.csv", "out.csv"):
        path = home / name
        path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
    return home / "out.csv"


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_a_table_that_cannot_be_scored_whole_is_refused(table_home: Company, case: Dirty) -> None:
    out = clean(table_home.home)
    check(table_home, case)
    assert not out.exists()


@pytest.mark.parametrize("case", SCORED, ids=name_of)
def test_each_row_of_a_doubtful_table_gets_its_score(table_home: Company, case: Dirty) -> None:
    out = clean(table_home.home)
    answer = check(table_home, case)
    scores = pd.read_csv(out)
    assert len(scores) == answer.json()["rows"]
    assert scores["score"].between(0, 100).all()


@pytest.mark.parametrize("case", SNAPSHOT_FILES, ids=name_of)
def test_each_snapshot_gets_its_answer_or_the_file_is_refused(company: Company, case: Dirty) -> None:
    out = clean(company.home)
    answer = check(company, case)
    assert out.exists() == (answer.code == 0)
    if answer.code == 0:
        scores = pd.read_csv(out)
        assert len(scores) == answer.json()["rows"] == answer.json()["unscored"]
        assert (scores["reason_1"] == "unknown lead, or not created yet at that instant").all()
