"""The examples do what their pages say: on hand-typed rows of each published layout, and on the real files if there."""

import csv
import gzip
import io
import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.cli.main import main
from leadscore.notebook import History, open_history
from leadscore.store.engine import open_store
from leadscore.store.history import load_history

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data"

JOURNEYS = """\
cookie,time,interaction,conversion,conversion_value,channel
A,2018-07-02T09:00:00Z,impression,0,0.0,Facebook
A,2018-07-10T10:00:00Z,impression,0,0.0,Paid Search
A,2018-07-12T11:00:00Z,conversion,1,6.5,Paid Search
A,2018-07-20T12:00:00Z,impression,0,0.0,Instagram
B,2018-07-15T08:00:00Z,impression,0,0.0,Online Video
B,2018-07-03T08:00:00Z,impression,0,0.0,Instagram
B,2018-07-03T08:00:00Z,impression,0,0.0,Instagram
C,2018-07-05T07:00:00Z,conversion,1,8.0,Online Display
D,2018-07-01T01:00:00Z,impression,0,0.0,Facebook
D,2018-07-29T01:00:00Z,conversion,1,7.0,Facebook
D,2018-07-30T01:00:00Z,conversion,1,7.5,Facebook
"""
PIPELINE = """\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054
Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Won,2016-10-25,2017-03-11,4514
EC4QE1BX,Darcel Schlecht,MG Special,Cancity,Lost,2016-10-25,2017-03-07,0
MV1LWRNH,Moses Frase,GTX Basic,,Engaging,2017-05-02,,
PE84CX4O,Zane Levy,GTX Basic,Nowhere,Engaging,2017-06-12,,
HAXMC4IX,Zane Levy,MG Advanced,,Prospecting,,,
"""
ACCOUNTS = """\
account,sector,year_established,revenue,employees,office_location,subsidiary_of
Cancity,retail,2001,718.62,2448,United States,
Isdom,medical,2002,3178.24,4540,United States,Acme Corporation
"""
TEAMS = """\
sales_agent,manager,regional_office
Moses Frase,Dustin Brinkmann,Central
Darcel Schlecht,Melvin Marxen,Central
Zane Levy,Summer Sewald,West
"""
STUDENTS = """\
code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,num_of_prev_attempts,\
studied_credits,disability,final_result
AAA,2013J,11391,M,East Anglian Region,HE Qualification,90-100%,55<=,0,240,N,Pass
AAA,2013J,30268,F,North Western Region,A Level or Equivalent,30-40%,35-55,0,60,Y,Withdrawn
BBB,2014B,11391,M,East Anglian Region,HE Qualification,90-100%,55<=,1,60,N,Distinction
BBB,2014B,31604,F,South East Region,A Level or Equivalent,50-60%,35-55,0,60,N,Fail
"""
CLICKS = """\
code_module,code_presentation,id_student,id_site,date,sum_click
AAA,2013J,11391,546669,-5,16
AAA,2013J,11391,546662,0,44
AAA,2013J,11391,546662,0,44
AAA,2013J,11391,546662,0,1
AAA,2013J,30268,546652,12,1
BBB,2014B,11391,703721,240,2
BBB,2014B,31604,703721,soon,2
"""
BANK = (
    "age;job;marital;education;default;housing;loan;contact;month;day_of_week;duration;campaign;pdays;previous;poutcome;"
    "emp.var.rate;cons.price.idx;cons.conf.idx;euribor3m;nr.employed;y"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith(("LEADSCORE_", "MLFLOW_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    # `export` lines of the pages write here directly.
    os.environ.pop("LEADSCORE_HOME", None)


def block_of(page: str, language: str) -> str:
    text = (ROOT / "examples" / page / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def follow(page: str, *verbs: str) -> str:
    """Type what a page says, of leadscore's verbs only those named; what they print."""
    out, waiting = io.StringIO(), ""
    for line in block_of(page, "").splitlines():
        for part in line.split(" && "):
            words = shlex.split(part)
            if words[0] == "export":
                name, value = words[1].split("=", 1)
                os.environ[name] = value.replace("$PWD", str(Path.cwd()))
            elif words[0] != "leadscore":
                waiting += part + "\n"
            elif words[1] in verbs:
                subprocess.run(["bash", "-euc", waiting], check=True)
                waiting = ""
                run(words, out)
    return out.getvalue()


def run(words: list[str], out: io.StringIO) -> None:
    failure = None
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(io.StringIO()):
        patch.setattr(sys, "argv", words)
        try:
            main()
        except SystemExit as end:
            failure = end.code
    assert not failure, words


def attributes_of(home: str, lead_id: str) -> dict[str, str | None]:
    found = load_history(open_store(f"sqlite:///{Path(home) / 'data/leadscore.db'}"), lead_id)
    assert found is not None
    return {each.name: each.value for each in found.attributes}


def day(at: int) -> str:
    return str(pd.Timestamp(at, unit="us"))[:16]


def import_journeys(rows: str) -> History:
    Path("attribution data.csv").write_text(rows)
    follow("attribution_journeys", "init", "import")
    return open_history("journeys")


def test_touches_and_conversions_of_one_file_become_leads_events_and_outcomes(here: Path) -> None:
    history = import_journeys(JOURNEYS)
    leads = history.facts.leads.to_pandas().set_index("lead_id")["created_at"].map(day)
    assert leads.to_dict() == {
        "A": "2018-07-02 09:00",
        "B": "2018-07-03 08:00",
        "C": "2018-07-05 07:00",
        "D": "2018-07-01 01:00",
    }
    assert attributes_of("journeys", "B") == {"source": "Instagram"}
    events = history.facts.events.to_pandas().sort_values(["lead_id", "occurred_at"])
    assert events.groupby("lead_id")["type"].apply(list).to_dict() == {
        "A": ["Facebook", "Paid Search", "Instagram"],
        "B": ["Instagram", "Online Video"],
        "D": ["Facebook"],
    }
    outcomes = history.facts.outcomes.to_pandas()
    assert sorted(outcomes["lead_id"]) == ["A", "C", "D", "D"]
    assert set(outcomes["outcome"]) == {"won"}
    names: dict[str, object] = {}
    exec(block_of("attribution_journeys", "python"), names)
    assert list(names["built"].labels.columns) == ["3d", "7d"]


def a_journey(rng: random.Random, cookie: str) -> list[str]:
    rows = []
    for _ in range(rng.randint(1, 8)):
        day_of_july, hour = rng.randint(1, 31), rng.randint(0, 23)
        kind = rng.choice(["impression", "impression", "impression", "conversion"])
        channel = rng.choice(["Facebook", "Instagram", "Paid Search"])
        won = int(kind == "conversion")
        rows.append(f"{cookie},2018-07-{day_of_july:02d}T{hour:02d}:00:00Z,{kind},{won},{6.5 * won},{channel}")
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_no_touch_after_a_conversion_is_visible_to_any_snapshot(here: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = [row for number in range(60) for row in a_journey(rng, f"c{number}")]
    rng.shuffle(rows)
    first_sale: dict[str, str] = {}
    for cookie, at, kind, *_ in csv.reader(rows):
        if kind == "conversion":
            first_sale[cookie] = min(at, first_sale.get(cookie, at))
    header = JOURNEYS.splitlines()[0]
    history = import_journeys("\n".join([header, *rows]))
    built = history.build()
    at = built.features.index.get_level_values("as_of")
    sold_at = pd.to_datetime(
        [first_sale.get(lead) for lead in built.features.index.get_level_values("lead_id")], utc=True
    )
    assert not (at > sold_at).any()
    assert built.labels["7d"].eq(1.0).any()
    late = [row for row in rows if row.split(",")[1] > first_sale.get(row.split(",")[0], "9")]
    assert any("impression" in row for row in late)
    (here / "again").mkdir()
    os.chdir(here / "again")
    (here / "again/examples").symlink_to(ROOT / "examples")
    cut = import_journeys("\n".join([header, *(row for row in rows if row not in late)])).build(history.until)
    pd.testing.assert_frame_equal(built.features, cut.features)
    pd.testing.assert_frame_equal(built.labels, cut.labels)


def test_opportunities_take_account_and_team_along_and_end_as_outcomes(here: Path) -> None:
    for name, text in (("sales_pipeline", PIPELINE), ("accounts", ACCOUNTS), ("sales_teams", TEAMS)):
        Path(f"{name}.csv").write_text(text)
    printed = follow("maven_crm", "init", "import")
    assert "5 leads read, 5 inserted, 0 unchanged, 0 rejected" in printed
    assert attributes_of("crm", "Z063OYW0") == {
        "source": "crm",
        "sales_agent": "Darcel Schlecht",
        "product": "GTXPro",
        "account": "Isdom",
        "sector": "medical",
        "year_established": "2002",
        "revenue": "3178.24",
        "employees": "4540",
        "office_location": "United States",
        "subsidiary_of": "Acme Corporation",
        "manager": "Melvin Marxen",
        "regional_office": "Central",
    }
    unknown = attributes_of("crm", "PE84CX4O")
    assert (unknown["sector"], unknown["regional_office"]) == (None, "West")
    outcomes = open_history("crm").facts.outcomes.to_pandas().set_index("lead_id")
    assert outcomes["outcome"].to_dict() == {"1C1I7A6R": "won", "Z063OYW0": "won", "EC4QE1BX": "lost"}
    assert day(outcomes.loc["1C1I7A6R", "occurred_at"]) == "2017-03-01 00:00"


def test_learners_have_composed_ids_and_days_count_from_their_presentation(here: Path) -> None:
    Path("studentInfo.csv").write_text(STUDENTS)
    Path("studentVle.csv").write_text(CLICKS)
    printed = follow("oulad", "init", "import")
    assert "7 events read, 5 inserted, 1 unchanged, 1 rejected" in printed
    facts = open_history("oulad").facts
    leads = facts.leads.to_pandas().set_index("lead_id")["created_at"].map(day).to_dict()
    assert leads["AAA:2013J:11391"] == "2013-10-01 00:00"
    assert leads["BBB:2014B:11391"] == "2014-02-01 00:00"
    assert len(leads) == 4
    assert "final_result" not in attributes_of("oulad", "AAA:2013J:11391")
    assert attributes_of("oulad", "AAA:2013J:11391")["imd_band"] == "90-100%"
    events = facts.events.to_pandas().sort_values("occurred_at")
    assert events["lead_id"].tolist()[0] == "AAA:2013J:11391"
    assert events["occurred_at"].map(day).tolist() == [
        "2013-09-26 00:00",
        "2013-10-01 00:00",
        "2013-10-01 00:00",
        "2013-10-13 00:00",
        "2014-09-29 00:00",
    ]
    outcomes = facts.outcomes.to_pandas().set_index("lead_id")
    assert outcomes["outcome"].to_dict() == {
        "AAA:2013J:11391": "won",
        "AAA:2013J:30268": "lost",
        "BBB:2014B:11391": "won",
        "BBB:2014B:31604": "lost",
    }
    assert day(outcomes.loc["AAA:2013J:11391", "occurred_at"]) == "2014-06-26 00:00"


def bank_rows(rows: int) -> str:
    """Rows of the published layout, drawn at random."""
    rng = np.random.default_rng(1)
    lines = [";".join(f'"{name}"' for name in BANK.split(";"))]
    for _ in range(rows):
        age, previous = rng.integers(18, 90), rng.integers(0, 3)
        bought = rng.random() < 0.1 + 0.3 * (previous > 0)
        lines.append(
            f'{age};"admin.";"married";"unknown";"no";"yes";"no";"cellular";"may";"mon";{rng.integers(5, 900)};1;999;'
            f'{previous};"nonexistent";1.1;93.994;-36.4;{rng.random() * 5:.3f};5191;"{"yes" if bought else "no"}"'
        )
    return "\n".join(lines) + "\n"


def judged_bank(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    Path("bank-additional-full.csv").write_text(text)
    printed = follow("bank_marketing", "init", "train", "evaluate", "score")
    exec(block_of("bank_marketing", "python"), {})
    rows = text.count("\n") - 1
    rest = rows - rows * 7 // 10
    assert f"{rest} rows scored by bank version 1, 0 without a score" in printed
    assert len(pd.read_csv("scores.csv")) == rest
    assert "duration" not in Path("bank/models/bank/challenger/features.json").read_text()
    return capsys.readouterr().out


def test_the_first_rows_of_a_table_train_and_the_rest_is_scored(here: Path, capsys) -> None:
    assert "ROC-AUC 0." in judged_bank(bank_rows(400), capsys)


def real(folder: str, header: str) -> Path:
    """The file with exactly a header in a folder of real data; skips with a clear message if there is none."""
    wanted = header.strip()
    seen = []
    for path in sorted((DATA / folder).rglob("*.csv*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            first = file.readline().strip().replace('"', "")
        if first == wanted:
            return path
        seen.append(f"{path.name}: {first[:80]}")
    pytest.skip(f"no file in {DATA / folder} has the header {wanted[:80]}; found {seen or 'no file'}")


def put(path: Path, name: str) -> str:
    """A copy, unpacked, under the name that a page uses; its text."""
    packed = path.suffix == ".gz"
    text = gzip.decompress(path.read_bytes()).decode() if packed else path.read_text(encoding="utf-8-sig")
    Path(name).write_text(text)
    return text


def assert_taken_in(printed: str) -> None:
    """Of each file rows came in, and at most one in a thousand was rejected."""
    counts = [tuple(map(int, found)) for found in re.findall(r"(\d+) \w+ read, .*, (\d+) rejected", printed)]
    assert counts
    assert all(read > 0 and rejected <= read / 1_000 for read, rejected in counts), printed


@pytest.mark.slow
def test_real_journeys_are_imported_and_built(here: Path) -> None:
    put(real("attribution_journeys", JOURNEYS.splitlines()[0]), "attribution data.csv")
    assert_taken_in(follow("attribution_journeys", "init", "import"))
    exec(block_of("attribution_journeys", "python"), {})


@pytest.mark.slow
def test_real_opportunities_are_imported_and_learnt_from(here: Path) -> None:
    for name, text in {"sales_pipeline": PIPELINE, "accounts": ACCOUNTS, "sales_teams": TEAMS}.items():
        put(real("maven_crm", text.splitlines()[0]), f"{name}.csv")
    assert_taken_in(follow("maven_crm", "init", "import", "train", "evaluate"))


@pytest.mark.slow
def test_real_learners_are_imported(here: Path) -> None:
    for name, text in {"studentInfo": STUDENTS, "studentVle": CLICKS}.items():
        put(real("oulad_subset", text.splitlines()[0]), f"{name}.csv")
    assert_taken_in(follow("oulad", "init", "import"))


@pytest.mark.slow
def test_real_bank_calls_are_learnt_from_and_the_rest_is_scored(here: Path, capsys) -> None:
    text = put(real("uci_bank_marketing", BANK), "bank-additional-full.csv")
    assert "ROC-AUC 0." in judged_bank(text, capsys)
