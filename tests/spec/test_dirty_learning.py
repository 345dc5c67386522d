"""Facts and tables that nothing sound can be learnt from: a clear error, or a warning of what was found and done."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from leadscore.config.load import load_settings
from leadscore.dataset.table import TableRequest
from leadscore.workflows.choose_fields import choose_fields
from leadscore.workflows.order_table import order_table

from ..company import Answer, Company, command, prepare
from .dirty import Dirty, check, lines, name_of
from .test_dirty_tables import HEAD, TRAIN, changed, rows, table

Row = tuple[str, ...]
DAYS, LEADS = 420, 150


def on(day: float) -> str:
    """A day of the history as ISO text."""
    whole, part = divmod(day, 1)
    year, day_of_year = divmod(int(whole), 336)
    month, of_month = divmod(day_of_year, 28)
    return f"{2023 + year}-{month + 1:02d}-{of_month + 1:02d}T{int(part * 24):02d}:00:00Z"


class Files(NamedTuple):
    """Rows of leads, events and outcomes; columns are the attribute columns of leads."""

    leads: list[Row]
    events: list[Row]
    outcomes: list[Row]
    columns: tuple[str, ...] = ("plan",)

    def write(self, folder: Path) -> dict[str, Path]:
        heads = {
            "leads": f"lead_id,created_at,source,{','.join(self.columns)}",
            "events": "event_id,lead_id,type,occurred_at",
            "outcomes": "lead_id,outcome,occurred_at",
        }
        paths = {kind: folder / f"{kind}.csv" for kind in heads}
        for kind, head in heads.items():
            paths[kind].write_text(lines(head, *(",".join(row) for row in getattr(self, kind))))
        return paths


def sound() -> Files:
    """Leads of whom those that come back often buy."""
    rng = random.Random(6)
    leads, events, outcomes = [], [], []
    for number in range(LEADS):
        lead, created, keen = f"l{number:03d}", rng.uniform(0, DAYS - 20), rng.random()
        leads.append((lead, on(created), rng.choice(["web", "fair"]), rng.choice(["basic", "pro"])))
        for visit in range(1 + int(6 * keen)):
            at = created + rng.uniform(0, 60)
            events += [(f"{lead}-{visit}", lead, "page_viewed", on(at))] if at < DAYS else []
        end = created + rng.uniform(10, 120)
        if end < DAYS and rng.random() < 0.6:
            outcomes.append((lead, "won" if rng.random() < keen else "lost", on(end)))
    return Files(leads, events, outcomes)


SOUND = sound()
DAY_OF = {lead: float(number * 400 // LEADS) for number, (lead, *_) in enumerate(SOUND.leads)}
"""A day of creation of each lead for the cases that need to know it."""


def ended(outcome: str) -> list[Row]:
    return [(lead, outcome, at) for lead, _, at in SOUND.outcomes]


def bought_soon() -> list[Row]:
    return [(lead, "won", on(day + 12)) for lead, day in DAY_OF.items()]


def before_creation() -> list[Row]:
    return [(lead, outcome, "2022-06-01T00:00:00Z") for lead, outcome, _ in SOUND.outcomes]


def home_with(folder: Path, files: Files) -> Company:
    """A home into which the files have been imported."""
    home = prepare(folder)
    company = Company(home, command(home), {})
    for kind, path in files.write(folder).items():
        if getattr(files, kind):
            assert company.run("import", kind, str(path)).code == 0
    return company


def said(answer: Answer, code: int, words: Iterable[str]) -> str:
    """Everything a command said, which holds the words and no traceback."""
    told = answer.out + answer.err
    assert "Traceback" not in told
    assert answer.code == code, told
    missing = [each for each in words if each not in told]
    assert not missing, f"{missing} is not said in:\n{told}"
    return told


class Refused(NamedTuple):
    """Facts that teach nothing, and the words that must be said about them."""

    files: Files
    says: tuple[str, ...]


YOUNG = [(lead, on(number % 20), *rest) for number, (lead, _, *rest) in enumerate(SOUND.leads)]
REFUSED = {
    "nobody bought": Refused(
        SOUND._replace(outcomes=ended("lost")),
        ("LS-DATA-02", "no row with a known label converted", "import outcomes"),
    ),
    "no outcome at all": Refused(
        SOUND._replace(outcomes=[]), ("LS-DATA-02", "no row with a known label converted (14d: 0 of")
    ),
    "everybody bought within two weeks": Refused(
        SOUND._replace(
            leads=[(lead, on(DAY_OF[lead]), *rest) for lead, _, *rest in SOUND.leads], events=[], outcomes=bought_soon()
        ),
        ("LS-DATA-02", "rows with a known label converted", "leads that never converted"),
    ),
    "every outcome before its lead was created": Refused(
        SOUND._replace(outcomes=before_creation()),
        ("outcomes occurred before their lead was created", "such leads teach nothing", "LS-DATA-02"),
    ),
    "too short a history": Refused(
        SOUND._replace(leads=YOUNG, events=[], outcomes=[("l001", "won", on(33))]),
        ("LS-DATA-01", "the history spans 36 days", "import older history"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_learnt_from_facts_that_teach_nothing(tmp_path: Path, name: str) -> None:
    case = REFUSED[name]
    company = home_with(tmp_path, case.files)
    told = said(company.run("train", "--json"), 3, case.says)
    assert "  fix " in told
    assert not (company.home / "models/leadscore").exists()


def messy() -> Files:
    """The sound company with a fault of every kind that it can be learnt from all the same."""
    rng = random.Random(7)
    numbers = [f"{rng.random():.3f}" for _ in range(LEADS)]
    numbers[3], numbers[9] = "inf", "1e999"
    leads = [
        (*row, "DE", number, f"c{place % 1_100 if place > 60 else 0}")
        for place, (row, number) in enumerate(zip(SOUND.leads, numbers, strict=True))
    ]
    customer = next(lead for lead, outcome, _ in SOUND.outcomes if outcome == "won")
    outcomes = [
        *SOUND.outcomes,
        (customer, "lost", next(at for lead, _, at in SOUND.outcomes if lead == customer)),
        ("l149", "won", "2022-06-01T00:00:00Z"),
        ("l148", "won", "2126-01-01T00:00:00Z"),
    ]
    return Files(leads, SOUND.events, outcomes, ("plan", "country", "share", "city"))


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """What training says about the messy company."""
    company = home_with(tmp_path_factory.mktemp("messy"), messy())
    features = company.home / "configs/features.yaml"
    features.write_text(features.read_text().replace("max_categories: 40", "max_categories: 2"))
    return company.run("train", "--json")


@pytest.mark.parametrize(
    "words",
    [
        ("1 of", "facts are known more than 180 days after all others", "outcomes: lead l148", "2126-01-01"),
        ("1 of", "outcomes occurred before their lead was created", "lead l149: won at 2022-06-01"),
        (
            "customers have other outcomes as well, first lead l000",
            "lost, won",
            "the first purchase makes it a customer",
        ),
        ("one value stands on every lead in attribute country", "teaches nothing"),
        ("attribute share: infinite on 2 leads", "counted as missing"),
        ("attribute city: 90 different values; the 2 most frequent are told apart",),
    ],
    ids=lambda words: words[-1][:40],
)
def test_a_doubtful_company_is_learnt_with_a_warning(learnt: Answer, words: tuple[str, ...]) -> None:
    told = said(learnt, 0, words)
    assert any(all(word in line for word in words) for line in told.replace("\n  ", " ").splitlines())


def test_one_date_of_another_century_does_not_move_the_instant_of_knowledge(learnt: Answer) -> None:
    assert learnt.json()["as_of"] < "2025"


@pytest.mark.slow
def test_five_thousand_attributes_are_learnt_with_a_warning(tmp_path: Path) -> None:
    rng = random.Random(8)
    leads = [(*row, *(str(rng.randint(0, 9)) for _ in range(5_000))) for row in SOUND.leads]
    files = SOUND._replace(leads=leads, columns=("plan", *(f"a{number}" for number in range(5_000))))
    company = home_with(tmp_path, files)
    said(company.run("train", "--json"), 0, ("5,002 attributes; the 300 known of most leads are learnt from",))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """One home for the tables: making the registry costs more than learning."""
    home = prepare(tmp_path_factory.mktemp("tables"))
    return Company(home, command(home), {})


TABLES = [
    Dirty(
        "a time in another century",
        changed("created", {7: "2107-01-07"}),
        f"{TRAIN} --time created",
        0,
        ("column created", "1 row more than 180 days after all others", "first row 7: 2107-01-07", "the newest"),
    ),
    Dirty(
        "one lead with two outcomes by its id",
        table(*rows(), ["k0", "2024-12-20", "9", "pro", "yes"], ["k0", "2024-12-20", "9", "pro", "no"]),
        f"{TRAIN} --id key",
        0,
        ("column won", "3 rows share their id with a row of another outcome, first row 1", "keep the outcome"),
    ),
    Dirty(
        "one lead with two outcomes and no id",
        table(*rows(), [*rows()[4][:4], "yes" if rows()[4][4] == "no" else "no"]),
        TRAIN,
        0,
        ("2 rows are alike in all other columns with a row of another outcome, first row 5",),
    ),
]


@pytest.mark.parametrize("case", TABLES, ids=name_of)
def test_a_doubtful_table_is_learnt_with_a_warning(workshop: Company, case: Dirty) -> None:
    check(workshop, case)


def own_words(times: int) -> list[list[str]]:
    """The sound rows over and over, each with a word of its own."""
    return [[f"word-{number}", *row[1:]] for number, row in enumerate(rows() * times)]


def test_a_category_of_thousands_of_values_is_left_out_by_name(workshop: Company) -> None:
    many = own_words(20)
    answer = check(workshop, Dirty("", table(*many), TRAIN, 0, ("key holds 3600 different values on 3600 rows",)))
    assert [each["field"] for each in answer.json()["leak_suspects"]] == ["key"]


@pytest.mark.slow
def test_a_category_of_a_million_values_is_left_out_by_name() -> None:
    # Without fitting: a million rows take every learner minutes, and teach it no other fields.
    frame = pd.DataFrame(own_words(4_170), columns=HEAD.split(","))
    settings, request = load_settings(Path("/nonexistent")), TableRequest("won")
    found = choose_fields(order_table(frame, request, settings, "many.csv"), request, settings)
    assert [(suspect.field, suspect.rule) for suspect in found.suspects] == [("key", "identifier")]
    assert "key" not in found.features.encoders


@pytest.mark.slow
def test_a_table_of_five_thousand_columns_is_learnt(workshop: Company) -> None:
    head = HEAD + "," + ",".join(f"field_{number}" for number in range(5_000))
    rng = random.Random(9)
    wide = [[*row, *(str(rng.randint(0, 99)) for _ in range(5_000))] for row in rows()]
    told = ("5,004 columns; the 300 that tell most about won by themselves",)
    assert check(workshop, Dirty("", table(*wide, head=head), TRAIN, 0, told)).json()["kind"] == "table"
