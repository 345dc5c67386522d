"""The files of a simulated company: readable, repeatable, and marked as simulated."""

import csv
import gzip
from pathlib import Path

import pytest

from leadscore.domain.errors import OutsideError
from leadscore.domain.time import parse_instant
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.files import write_company

COLUMNS = {
    "attributes": "lead_id name value known_at",
    "events": "event_id lead_id type occurred_at known_at value channel campaign properties",
    "outcomes": "lead_id outcome occurred_at known_at amount reason",
}


@pytest.fixture(scope="module")
def small() -> SimulatedCompany:
    return simulate_company(400, seed=2, days=900)


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_text(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "amount":
        assert isinstance(value, int)
        return f"{value / 100:.2f}"
    return str(value)


def test_files_parse_back_to_the_same_facts(small: SimulatedCompany, tmp_path: Path) -> None:
    paths = write_company(small, tmp_path / "new" / "folder")
    for kind in ("leads", "attributes", "events", "outcomes"):
        table = getattr(small, kind)
        rows = rows_of(paths[kind])
        for read, fact in zip(rows[: table.num_rows], table.to_pylist(), strict=True):
            for name, value in fact.items():
                if name.endswith("_at"):
                    parsed = parse_instant(read[name])
                    assert (parsed.at, parsed.zone_given) == (value, True)
                else:
                    assert read[name] == as_text(name, value)
        if kind in COLUMNS:
            assert list(rows[0]) == COLUMNS[kind].split()


def test_exact_repeats_follow_at_the_end_of_the_events_file(small: SimulatedCompany, tmp_path: Path) -> None:
    rows = rows_of(write_company(small, tmp_path)["events"])
    originals, repeats = rows[: small.events.num_rows], rows[small.events.num_rows :]
    assert len(repeats) == len(small.repeats) > 0
    assert repeats == [originals[at] for at in small.repeats]


def test_equal_companies_give_equal_bytes(small: SimulatedCompany, tmp_path: Path) -> None:
    one, other = write_company(small, tmp_path / "a"), write_company(small, tmp_path / "b")
    for kind, path in one.items():
        assert path.read_bytes() == other[kind].read_bytes()
        assert path.read_bytes()[4:8] == bytes(4), "the gzip header must hold no time of writing"


def test_the_folder_says_that_everything_is_simulated(small: SimulatedCompany, tmp_path: Path) -> None:
    write_company(small, tmp_path)
    assert (tmp_path / "README.txt").read_text(encoding="utf-8").startswith("SIMULATED DATA")


def test_a_folder_that_cannot_be_made_is_an_error_from_outside(small: SimulatedCompany, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutsideError, match="LS-FILE-01"):
        write_company(small, tmp_path / "file")
