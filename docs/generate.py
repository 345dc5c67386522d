"""Write the documents that follow from the code: configuration, errors, commands, OpenAPI.

Run `python docs/generate.py` after changing a configuration model, an error code, a command or a route.
"""

import json
from pathlib import Path

from typer.testing import CliRunner

from leadscore.app import create_app
from leadscore.cli.main import VERBS, build_app
from leadscore.config.load import SECTIONS, load_settings
from leadscore.config.write import configuration_text
from leadscore.domain.errors import CATALOGUE

ROOT = Path(__file__).parents[1]
_EXITS = {
    "LS-CONFIG": "2",
    "LS-USAGE": "2",
    "LS-STORE": "4",
    "LS-REGISTRY": "4",
    "LS-INTERNAL": "1",
}


def documents() -> dict[str, str]:
    """Every generated document: path from the project's top -> text."""
    texts = {f"configs/{section}.yaml": configuration_text(section) for section in SECTIONS}
    texts["docs/configuration.md"] = _configuration()
    texts["docs/errors.md"] = _errors()
    texts["docs/commands.md"] = _commands()
    api = create_app(load_settings(Path("/nonexistent")))
    texts["docs/openapi.json"] = json.dumps(api.openapi(), indent=1, sort_keys=True) + "\n"
    return texts


def _configuration() -> str:
    lines = [
        "# Configuration",
        "",
        "Each file of `configs/` with its defaults. A missing file or setting means its default;",
    ]
    lines += ["an unknown one is refused, all faults at once.", ""]
    lines += [
        "The environment: `LEADSCORE_HOME` (folder that holds `configs/`, `models/`, `data/`; default: the current one),"
    ]
    lines += [
        "`LEADSCORE_DATABASE_URL` (e.g. `postgresql+psycopg://user@host/leadscore`), `MLFLOW_TRACKING_URI`. Every setting of"
    ]
    lines += ["`service.yaml` can be given as `LEADSCORE_<NAME>`."]
    for section in SECTIONS:
        lines += ["", f"## {section}.yaml", "", "```yaml", configuration_text(section).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _errors() -> str:
    lines = ["# Errors", "", "Every error names its code, the place, what was found, what is allowed and the fix."]
    lines += [
        "Exit codes of the command line: 1 a fault of leadscore, 2 usage or configuration, 3 data or a gate, 4 outside system."
    ]
    lines += ["", "| code | meaning |", "|---|---|"]
    lines += [f'| <a id="{code.lower()}"></a>`{code}` | {meaning} |' for code, meaning in CATALOGUE.items()]
    return "\n".join(lines) + "\n"


def _commands() -> str:
    lines = ["# Commands", "", "What `leadscore VERB --help` prints. Every verb takes `--json` where it answers."]
    for verb in VERBS:
        shown = CliRunner().invoke(build_app(verb), [verb, "--help"], prog_name="leadscore", env={"COLUMNS": "100"})
        text = "\n".join(line.rstrip() for line in shown.output.splitlines()).strip()
        lines += ["", f"## {verb}", "", "```", text, "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for place, text in documents().items():
        (ROOT / place).write_text(text, encoding="utf-8")
        print(place)
