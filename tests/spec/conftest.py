"""What tests of promises share: running services, and homes with keys for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadscore.store.engine import Store, open_store
from leadscore.store.keys import SCOPES, create_key

from .service import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as started:
        yield started


@dataclass(frozen=True)
class Home:
    """A folder with a store and a key of each scope."""

    folder: Path
    keys: dict[str, str]
    store: Store


@pytest.fixture(scope="session")
def make_home() -> Callable[..., Home]:
    def make(folder: Path, url: str | None = None) -> Home:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        store = open_store(url or f"sqlite:///{folder}/data/leadscore.db")
        return Home(folder, {scope: create_key(store, scope)[1] for scope in SCOPES}, store)

    return make


@pytest.fixture
def home(tmp_path: Path, make_home: Callable[..., Home]) -> Home:
    return make_home(tmp_path)
