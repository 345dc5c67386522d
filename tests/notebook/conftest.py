"""A small simulated company, as frames and as an installation that the command line has trained on."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from leadscore.cli.main import main
from leadscore.config.write import write_configuration
from leadscore.notebook import History, Model, history_of, open_history
from leadscore.simulate.company import simulate_company
from leadscore.simulate.files import write_company

FAST_FILE = """\
max_snapshots: 3000
bootstrap_draws: 50
evaluation_window_days: 60
lightgbm: {trees: 30, trees_on_few_data: 30}
"""


@dataclass(frozen=True)
class Home:
    """An installation, and the files it was filled from."""

    folder: Path
    files: dict[str, Path]

    def run(self, *words: str) -> int:
        """A command of the command line; its exit code."""
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("LEADSCORE_", "MLFLOW_TRACKING"))]:
                patch.delenv(name)
            patch.setenv("LEADSCORE_HOME", str(self.folder))
            patch.setattr(sys, "argv", ["leadscore", *words])
            try:
                main()
            except SystemExit as end:
                return int(end.code or 0)
        return 0


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("notebook")
    write_configuration(folder / "configs")
    (folder / "configs/training.yaml").write_text(FAST_FILE)
    return Home(folder, write_company(simulate_company(500, 5, days=800), folder / "files"))


@pytest.fixture(scope="session")
def frames(home: Home) -> dict[str, pd.DataFrame]:
    return {kind: pd.read_csv(path) for kind, path in home.files.items()}


@pytest.fixture(scope="session")
def history(home: Home, frames: dict[str, pd.DataFrame]) -> History:
    return history_of(**frames, home=home.folder)


@pytest.fixture(scope="session")
def installed(home: Home) -> History:
    """The same facts, imported by the command line."""
    for kind in ("leads", "attributes", "events", "outcomes"):
        assert home.run("import", kind, str(home.files[kind])) == 0
    return open_history(home.folder)


@pytest.fixture(scope="session")
def model(history: History) -> Model:
    return history.fit()
