"""What tests of promises share: a running service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .service import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as started:
        yield started
