"""Nothing that serves unpickles, nor does the process that tries a model; an exported pickle never runs."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from leadscore.domain.errors import DataError
from leadscore.workflows.reload_champion import read_champion

from ..small_model import trained_texts, write_small_model

WATCHED = """
import json, os, pickle, sys
from pathlib import Path
seen = []
sys.addaudithook(lambda event, _words: seen.append(event) if event.startswith("pickle.") else None)
before = os.dup(1)
{code}
counted = len(seen)
pickle.loads(pickle.dumps(Path("x")))
os.write(before, json.dumps({{"seen": counted, "hook works": len(seen) > counted}}).encode())
"""
TRYING = "from leadscore.workflows.try_model import main; main(Path(sys.argv[1]) / 'models/leadscore/champion')"
SERVING = """
from starlette.testclient import TestClient
from leadscore.app import create_app
from leadscore.config.load import load_settings
from leadscore.store.engine import open_store
from leadscore.store.keys import create_key
home = Path(sys.argv[1])
settings = load_settings(home)
(home / "data").mkdir(exist_ok=True)
key = create_key(open_store(settings.service.store_url), "admin")[1]
with TestClient(create_app(settings)) as client:
    tracked = {"userId": "u", "event": "e"}
    for path, body in (("/v1/score", {"lead": {}}), ("/v1/models/reload", None), ("/v1/track", tracked)):
        assert client.post(path, json=body, headers={"Authorization": "Bearer " + key}).status_code == 200
"""


class Bomb:
    """Runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.mark,)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_small_model(tmp_path / "models/leadscore/champion", trained_texts())
    return tmp_path


@pytest.mark.parametrize("code", [TRYING, SERVING], ids=["trying", "serving"])
def test_nothing_is_unpickled_where_models_are_used(home: Path, code: str) -> None:
    words = [sys.executable, "-c", WATCHED.format(code=code), str(home)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads("{" + done.stdout.rpartition("{")[2])
    assert told == {"seen": 0, "hook works": True}


@pytest.mark.parametrize("name", ["model.pkl", "band_0.txt", "calibrator.json", "manifest.json"])
def test_a_pickle_in_an_export_is_refused_and_does_not_run(home: Path, tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    (home / "models/leadscore/champion" / name).write_bytes(pickle.dumps(Bomb(mark)))
    with pytest.raises(DataError, match="LS-MODEL-02"):
        read_champion(home / "models/leadscore/champion")
    assert not mark.exists()
    pickle.loads(pickle.dumps(Bomb(mark)))
    assert mark.exists()
