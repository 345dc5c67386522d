"""No damaged model serves, and none harms the service: hashes stop accidents, a process of its own what is on purpose.

Seen to fail without the check of hashes and without golden rows.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadscore.domain.errors import DataError
from leadscore.modeling import native
from leadscore.modeling.artifact import load_artifact
from leadscore.workflows.reload_champion import read_champion

from ..small_model import trained_texts, write_small_model
from .conftest import Home
from .damage import ON_PURPOSE, by_accident, on_purpose
from .process import Service, running

ACCIDENTS = 900
SAMPLE = ("a cycle of two", "leaves reversed", "one leaf of nan", "a billion leaves", "no golden rows")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good") / "champion"
    write_small_model(folder, trained_texts())
    return folder


@pytest.fixture
def damaged(good: Path, tmp_path: Path) -> Path:
    return shutil.copytree(good, tmp_path / "damaged")


def refused_unread(folder: Path, number: int, patch: pytest.MonkeyPatch) -> None:
    what = by_accident(folder, number)

    def read(_text: str) -> None:
        raise AssertionError(what)

    patch.setattr(native.NativeBooster, "__init__", lambda _self, text: read(text))
    with pytest.raises(DataError, match="LS-MODEL-02"):
        load_artifact(folder)


def test_accidents_are_told_by_the_hashes_before_anything_is_read(good, tmp_path, monkeypatch) -> None:
    for number in range(0, ACCIDENTS, 18):
        refused_unread(shutil.copytree(good, tmp_path / str(number)), number, monkeypatch)


@pytest.mark.slow
def test_all_accidents_are_told_by_the_hashes_before_anything_is_read(good, tmp_path, monkeypatch) -> None:
    for number in range(ACCIDENTS):
        refused_unread(shutil.copytree(good, tmp_path / "one"), number, monkeypatch)
        shutil.rmtree(tmp_path / "one")


def test_there_are_a_hundred_ways_to_damage_a_model_on_purpose() -> None:
    assert len(set(ON_PURPOSE)) == 100


@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_damaged_on_purpose_is_stopped_in_the_process_that_tries_it(damaged: Path, name: str) -> None:
    on_purpose(damaged, name)
    with pytest.raises(DataError, match="LS-MODEL-02"):
        read_champion(damaged)


@pytest.fixture
def service(home: Home, good: Path) -> Iterator[Service]:
    shutil.copytree(good, home.folder / "models/leadscore/champion")
    quick = "import leadscore.workflows.reload_champion as r; r.PATIENCE_SECONDS = 10"
    with running(home.folder, prelude=quick, variables={"LEADSCORE_MODEL_POLL_SECONDS": "0"}) as started:
        started.wait("/readyz")
        yield started


@pytest.mark.slow
def test_nothing_damaged_on_purpose_serves_or_harms_the_service(service: Service, home: Home, good: Path) -> None:
    champion = home.folder / "models/leadscore/champion"
    asked = json.dumps({"lead": {"industry": "software"}, "as_of": "2026-01-01T00:00:00Z"}).encode()
    before = service.request("POST", "/v1/score", asked, home.keys["read"])
    assert before.status == 200
    reasons, accepted = Counter[str](), []
    for name in ON_PURPOSE:
        shutil.rmtree(champion)
        on_purpose(shutil.copytree(good, champion), name)
        answer = service.request("POST", "/v1/models/reload", key=home.keys["admin"])
        if answer.status == 200:
            accepted.append(name)
            continue
        assert (answer.status, answer.json()["code"]) == (409, "LS-MODEL-02")
        reasons[kind_of(answer.json()["message"])] += 1
        assert service.request("POST", "/v1/score", asked, home.keys["read"]).body == before.body, name
        assert service.request("GET", "/readyz").json()["problem"], name
    print(f"\n{sum(reasons.values())} of {len(ON_PURPOSE)} refused: {dict(reasons)}")  # noqa: T201 - a result
    assert not accepted


def kind_of(message: str) -> str:
    for word in ("ends a process", "takes more than", "golden row"):
        if word in message:
            return word
    return "told what is wrong"
