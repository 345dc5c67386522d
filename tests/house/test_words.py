"""The project speaks of leadscore alone: no secrets, no machine paths, no third-party sources."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(r"/root/|/work/|pypi\.org|files\.pythonhosted|registry\.npmjs|-----BEGIN|AKIA[0-9A-Z]{16}")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_no_file_names_a_machine_a_registry_host_or_a_secret() -> None:
    named = []
    for path in tracked():
        if path.is_file() and path != Path(__file__) and path.stat().st_size < 2_000_000:
            text = path.read_bytes().decode("utf-8", errors="ignore")
            named += [f"{path.relative_to(ROOT)}: {found.group()}" for found in FORBIDDEN.finditer(text)]
    assert not named


def test_nothing_large_is_committed() -> None:
    assert not [str(path) for path in tracked() if path.is_file() and path.stat().st_size > 1_500_000]
