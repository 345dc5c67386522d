"""Dirty flat exports to learn from: nothing is learnt from a broken file, and every doubt is said by column."""

import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..company import Company, command, prepare
from .dirty import Dirty, check, gzipped, lines, name_of, parquet

TRAIN = "train --table FILE --target won"
HEAD = "key,created,visits,plan,won"


def rows(count: int = 240) -> list[list[str]]:
    """A sound export: whether a lead is won follows from its visits, by chance."""
    rng = random.Random(4)
    found = []
    for number in range(count):
        visits = rng.randint(0, 20)
        day = f"2024-{1 + number % 240 // 20:02d}-{1 + number % 20:02d}"
        won = "yes" if rng.random() < 0.15 + 0.03 * visits else "no"
        found.append([f"k{number}", day, str(visits), rng.choice(["basic", "pro"]), won])
    return found


def table(*rows_of: list[str], separator: str = ",", head: str = HEAD) -> str:
    return lines(head.replace(",", separator), *(separator.join(row) for row in rows_of))


def changed(column: str, change: dict[int, str], count: int = 240) -> str:
    """The sound export with other cells in some rows (1-based) of a column."""
    place = HEAD.split(",").index(column)
    found = rows(count)
    for number, cell in change.items():
        found[number - 1][place] = cell
    return table(*found)


def each(column: str, of: dict[str, str]) -> str:
    """The sound export with one more column, by the label."""
    return table(*([*row, of[row[-1]]] for row in rows()), head=f"{HEAD},{column}")


def more(column: str, cells: list[str], separator: str = ",") -> str:
    """The sound export with one more column."""
    found = [[*row, cell] for row, cell in zip(rows(len(cells)), cells, strict=True)]
    return table(*found, separator=separator, head=f"{HEAD},{column}")


def folder(path: Path) -> None:
    path.mkdir()


def twice(path: Path) -> None:
    labels = pa.array(["yes", "no"])
    pq.write_table(pa.table([labels, labels], names=["won", "won"]), path)


# fmt: off
# ruff: noqa: E501
GOOD = table(*rows())
FRAME = pd.DataFrame(rows(), columns=HEAD.split(","))

REFUSED = [
    Dirty("a file that is not there", None, TRAIN, 2, ("LS-FILE-01", "there is no such file")),
    Dirty("a folder", folder, TRAIN, 2, ("LS-FILE-01", "it is a folder")),
    Dirty("an empty file", b"", TRAIN, 3, ("LS-FILE-01", "it is empty")),
    Dirty("a header alone", table(), TRAIN, 3, ("LS-FILE-01", "it holds no rows")),
    Dirty("a truncated gzip file", gzipped(GOOD, 900), TRAIN, 3, ("LS-FILE-01", "it cannot be read")),
    Dirty("a truncated Parquet file", parquet(FRAME, 900), TRAIN, 3, ("LS-FILE-01", "it cannot be read")),
    Dirty("a workbook", b"PK\x03\x04" + bytes(99), TRAIN, 3, ("LS-FILE-01", "save it as CSV")),
    Dirty("one JSON list", '[{"won": 1}]', TRAIN, 3, ("LS-FILE-01", "one JSON object per line")),
    Dirty("broken lines of JSONL", '{"won": 1}\n{"won"\n[3]\n', TRAIN, 3, ("LS-FILE-03", "row 2", "row 3", "no object")),
    Dirty("no target", table(*rows(), head="key,created,visits,plan,win"), TRAIN, 2, ("no column won", "visits", "'win'")),
    Dirty(
        "no column that was named, all at once",
        GOOD,
        f"{TRAIN} --id nr --time day --exclude x --keep y",
        2,
        ("LS-USAGE-01", "no column day, nr, x, y"),
    ),
    Dirty("a wrong separator", GOOD.replace(",", "^"), TRAIN, 2, ("no column won", "comma, semicolon, tab or |")),
    Dirty("no such --positive", GOOD, f"{TRAIN} --positive bought", 2, ("LS-USAGE-01", "'bought'", "yes", "no")),
    Dirty("no such --negative", GOOD, f"{TRAIN} --positive yes --negative lost", 2, ("LS-USAGE-01", "'lost'")),
    Dirty("--positive and --negative alike", GOOD, f"{TRAIN} --positive yes --negative Yes", 2, ("LS-USAGE-01", "both")),
    Dirty("the target as a kept field", GOOD, f"{TRAIN} --keep won", 2, ("LS-USAGE-01", "won", "--target", "--keep")),
    Dirty("a field kept and excluded", GOOD, f"{TRAIN} --keep plan --exclude plan", 2, ("plan", "--exclude", "--keep")),
    Dirty("a label of one class", table(*([*row[:4], "no"] for row in rows())), TRAIN, 3, ("LS-DATA-02", "no (240 rows, first row 1)")),
    Dirty("a label that is empty", table(*([*row[:4], ""] for row in rows())), TRAIN, 3, ("LS-DATA-02", "empty")),
    Dirty("a label with a third value", changed("won", {7: "maybe"}), TRAIN, 2, ("LS-USAGE-01", "maybe (1 row, first row 7)")),
    Dirty("a label with a typo", changed("won", {7: "yess", 9: "yess"}), TRAIN, 2, ("yess (2 rows, first row 7)",)),
    Dirty("a label of numbers", GOOD, "train --table FILE --target visits", 2, ("LS-USAGE-01", "--positive VALUE")),
    Dirty("ten rows", table(*rows(10)), TRAIN, 3, ("LS-DATA-01", "10 labelled rows", "50 rows")),
    Dirty("a time that is no time", changed("created", {3: "soon", 5: ""}), f"{TRAIN} --time created", 3,
          ("LS-TIME-02", "2 rows", "row 3: 'soon'", "row 5: empty", "ISO")),
    Dirty("times of the years 1 and 9999", changed("created", {3: "0001-01-01", 5: "9999-12-31"}), f"{TRAIN} --time created", 3,
          ("LS-TIME-02", "row 3: '0001-01-01'", "row 5: '9999-12-31'", "1970 to 2200")),
    Dirty("too many fields", changed("plan", {3: "pro,x", 9: "pro,x,y"}), TRAIN, 3,
          ("LS-FILE-03", "row 3", "has 6 fields, the header 5", "row 9", "has 7 fields")),
    Dirty("too many fields in every row", GOOD.replace(HEAD, "key,created,visits,won"), TRAIN, 3, ("LS-FILE-03", "240 rows", "row 1")),
    Dirty("too few fields", GOOD + "k,2024-01-01\n", TRAIN, 3, ("LS-FILE-03", "row 241", "has 2 fields, the header 5")),
    Dirty("a quote never closed", changed("plan", {3: '"pro'}), TRAIN, 3, ("LS-FILE-03", "row 3", "cannot be split")),
    Dirty("a title above the header", "Deals of 2024\n" + GOOD, TRAIN, 3, ("LS-FILE-03", "the header 1", "title")),
    Dirty("a header repeated inside", lines(GOOD + HEAD) + GOOD.split("\n", 1)[1], TRAIN, 3, ("LS-FILE-03", "row 241", "repeats the header")),
    Dirty("two columns of one name", GOOD.replace("plan", "won", 1), TRAIN, 3, ("LS-FILE-02", "won", "more than once")),
    Dirty("two columns of one name in Parquet", twice, TRAIN, 3, ("LS-FILE-02", "won", "more than once")),
    Dirty("a copy of the label and nothing else", "won,copy\n" + "yes,1\nno,0\n" * 60, TRAIN, 3, ("LS-DATA-01", "copy", "--keep")),
    Dirty("nothing but the label", "won\n" + "yes\nno\n" * 60, TRAIN, 3, ("LS-DATA-01", "no column")),
    Dirty("bytes of no file format", bytes(range(1, 256)) * 9, TRAIN, 3, ("LS-FILE-0",)),
]

TRAINED = [
    Dirty("labels in mixed case", changed("won", {7: "YES", 9: " No"}), TRAIN, 0, ("YES, yes",)),
    Dirty("rows without a label", changed("won", {7: "", 9: ""}), TRAIN, 0, ("column won", "no label in 2 rows", "first row 7")),
    Dirty("labels that are neither", changed("won", {7: "open"}), f"{TRAIN} --positive yes --negative no", 0,
          ("column won", "open (1 row, first row 7)", "neither")),
    Dirty("words among numbers", changed("visits", {7: "lots", 9: "many"}), TRAIN, 0, ("column visits", "2 of 240", "row 7: 'lots'")),
    Dirty("a second header line", changed("visits", {1: "Number of visits"}), TRAIN, 0, ("column visits", "row 1: 'Number of visits'")),
    Dirty("NaN and infinity", changed("visits", {7: "NaN", 9: "-inf", 11: "1e999"}), TRAIN, 0, ("column visits", "row 9: '-inf'", "infinite")),
    Dirty("thousands separators", more("amount", [f'"{1 + n % 9},{n % 900 + 100}"' for n in range(240)]), TRAIN, 0,
          ("column amount", "thousands", "row 1: '1,100'")),
    Dirty("thousands separators twice", more("amount", [f"{1 + n % 9}.000.{n % 900 + 100}" for n in range(240)]), TRAIN, 0,
          ("column amount", "thousands")),
    Dirty("a column that is empty", more("note", [""] * 240), TRAIN, 0, ("note", "no value")),
    Dirty("a column of one value", more("country", ["ES"] * 240), TRAIN, 0, ("country", "one value")),
    Dirty("an id twice", changed("key", {7: "k3", 9: "k3"}), f"{TRAIN} --id key", 0, ("column key", "3 rows share their id", "first row 4: 'k3'")),
    Dirty("an id that is empty", changed("key", {7: ""}), f"{TRAIN} --id key", 0, ("column key", "row 7", "empty")),
    Dirty("rows that stand twice", table(*rows(), *rows()[:20]), TRAIN, 0, ("20 rows", "repeat", "row 241")),
    Dirty("newest rows first", table(*sorted(rows(), key=lambda row: row[1], reverse=True)), TRAIN, 0,
          ("column created", "dates fall", "--time created")),
    Dirty("one Latin-1 byte in UTF-8", changed("plan", {3: "é"}).encode() + "k,2024-12-30,1,é,no\n".encode("latin-1"), TRAIN, 0,
          ("1 byte is no UTF-8", "line 242")),
    Dirty("a column without a name", more("", ["1", "2"] * 120), TRAIN, 0, ("column 6 has no name",)),
    Dirty("a copy of the label", each("copy", {"yes": "yes", "no": "no"}), TRAIN, 0, ("copy", "repeats the label")),
    Dirty("the label in other words", each("stage", {"yes": "Closed", "no": "Open"}), TRAIN, 0, ("stage", "repeats the label")),
    Dirty("mixed zones in the time", changed("created", {3: "2024-01-03T00:00:00+05:00"}), f"{TRAIN} --time created", 0,
          ("column created", "UTC")),
]

# fmt: on


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_a_model_is_never_made_of_a_dirty_table(empty: Company, case: Dirty) -> None:
    check(empty, case)
    assert not (empty.home / "models/leadscore").exists()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """One home for all that is learnt here: making the registry costs more than learning."""
    home = prepare(tmp_path_factory.mktemp("workshop"))
    return Company(home, command(home), {})


@pytest.mark.parametrize("case", TRAINED, ids=name_of)
def test_a_doubtful_table_is_learnt_with_a_warning(workshop: Company, case: Dirty) -> None:
    assert check(workshop, case).json()["kind"] == "table"


def test_decimal_commas_are_read_as_numbers(workshop: Company) -> None:
    points = more("hours", [f"{number % 90}.{number % 7}5" for number in range(240)], ";")
    commas = points.replace(".", ",")
    spoken = [check(workshop, Dirty("", made, TRAIN, 0, ())) for made in (points, commas)]
    assert spoken[0].json()["metrics"] == spoken[1].json()["metrics"]
    assert not [line for line in spoken[1].err.splitlines() if line.startswith("warning")]


def test_five_hundred_columns_are_learnt_and_the_doubtful_ones_named_in_one_line(workshop: Company) -> None:
    head = HEAD + "," + ",".join(f"field_{number}" for number in range(500))
    wide = [[*row, *("" if number % 2 else str(len(row[2]) + number) for number in range(500))] for row in rows()]
    answer = check(
        workshop, Dirty("", table(*wide, head=head), TRAIN, 0, ("no value stands in column field_1, field_3",))
    )
    warnings = [line for line in answer.err.splitlines() if line.startswith("warning")]
    assert len([line for line in warnings if "max_columns" not in line]) == 1
    assert "and 238 more" in answer.err


@pytest.mark.slow
def test_a_hundred_thousand_distinct_values_are_no_feature(workshop: Company) -> None:
    many = [[f"token-{number}", *row[1:]] for number, row in enumerate(rows() * 417)]
    answer = check(workshop, Dirty("", table(*many), TRAIN, 0, ()))
    assert [(each["field"], each["rule"]) for each in answer.json()["leak_suspects"]] == [("key", "identifier")]
