"""Generated documents are what the code would write today, and every promise of the README can be looked up."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from leadscore.cli.main import VERBS
from leadscore.domain.errors import CATALOGUE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_documents_are_up_to_date(generate: ModuleType) -> None:
    stale = [
        place for place, text in generate.documents().items() if (ROOT / place).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run: python docs/generate.py"


def test_every_error_code_that_is_raised_is_in_the_catalogue_and_every_one_there_is_raised() -> None:
    code = re.compile(r'"(LS-[A-Z]+-\d+)"')
    raised = set()
    for path in (ROOT / "src").rglob("*.py"):
        if path.name != "errors.py":
            raised |= set(code.findall(path.read_text(encoding="utf-8")))
    assert raised == set(CATALOGUE)


def test_every_verb_is_mentioned_in_the_readme_or_the_tutorial() -> None:
    told = (ROOT / "README.md").read_text() + (ROOT / "docs/commands.md").read_text()
    assert not [verb for verb in VERBS if f"leadscore {verb}" not in told]


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(pages)]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert not broken


def test_decision_records_fit_on_a_page() -> None:
    assert not [p.name for p in (ROOT / "docs/decisions").glob("*.md") if len(p.read_text().splitlines()) > 40]
