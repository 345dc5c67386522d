"""Write the documents that follow from the code: configuration, errors, commands, OpenAPI.

Run `python docs/generate.py` after changing a configuration model, an error code, a command or a route.
"""

import json
import sys
from pathlib import Path

from typer.testing import CliRunner

from leadscore.app import create_app
from leadscore.cli.main import VERBS, build_app
from leadscore.config.load import SECTIONS, load_settings
from leadscore.config.write import configuration_text
from leadscore.domain.errors import CATALOGUE

ROOT = Path(__file__).parents[1]
_CONFIGURATION_TOP = """\
# Configuration

Each file of `configs/` with its defaults. A missing file or setting means its default; an unknown one is refused, all
faults at once.

The environment: `LEADSCORE_HOME` is the folder that holds `configs/`, `models/` and `data/` (default: the current one),
`LEADSCORE_DATABASE_URL` names another store (e.g. `postgresql+psycopg://user@host/leadscore`), `MLFLOW_TRACKING_URI` an
MLflow server. Every setting of `service.yaml` can be given as `LEADSCORE_<NAME>`.
"""
_ERRORS_TOP = """\
# Errors

Every error names its code, the place, what was found, what is allowed and the fix. Exit codes of the command line: 1 a
fault of leadscore itself, 2 usage or configuration, 3 data or a gate refuses, 4 an outside system.

| code | meaning |
|---|---|
"""
_COMMANDS_TOP = """\
# Commands

What `leadscore VERB --help` prints. Every verb that answers takes `--json`: exactly one JSON document on stdout.
"""


def documents() -> dict[str, str]:
    """Every generated document: path from the project's top -> text."""
    texts = {f"configs/{section}.yaml": configuration_text(section) for section in SECTIONS}
    texts["docs/configuration.md"] = _CONFIGURATION_TOP + "".join(
        f"\n## {section}.yaml\n\n```yaml\n{configuration_text(section).rstrip()}\n```\n" for section in SECTIONS
    )
    texts["docs/errors.md"] = _ERRORS_TOP + "".join(
        f'| <a id="{code.lower()}"></a>`{code}` | {meaning} |\n' for code, meaning in CATALOGUE.items()
    )
    texts["docs/commands.md"] = _COMMANDS_TOP + "".join(f"\n## {verb}\n\n```\n{_help(verb)}\n```\n" for verb in VERBS)
    api = create_app(load_settings(Path("/nonexistent")))
    texts["docs/openapi.json"] = json.dumps(api.openapi(), indent=1, sort_keys=True) + "\n"
    return texts


def _help(verb: str) -> str:
    shown = CliRunner().invoke(build_app(verb), [verb, "--help"], prog_name="leadscore", env={"COLUMNS": "100"})
    return "\n".join(line.rstrip() for line in shown.output.splitlines()).strip()


if __name__ == "__main__":
    for place, text in documents().items():
        (ROOT / place).write_text(text, encoding="utf-8")
        sys.stdout.write(place + "\n")
