"""The container files fit the service that they start, as far as that shows without a container."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from leadscore.config.service import ServiceConfig

from ..spec.process import running

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICE = COMPOSE["services"]["leadscore"]


def test_every_setting_that_is_named_exists() -> None:
    named = {
        each.lower() for each in re.findall(r"LEADSCORE_([A-Z_]+)", "\n".join([DOCKERFILE, *SERVICE["environment"]]))
    }
    assert named
    assert named <= set(ServiceConfig.model_fields)


def test_what_is_copied_is_there_and_not_ignored() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    ]
    let_in = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert set(copied) == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_it_runs_as_nobody_in_particular_and_writes_only_into_its_volume() -> None:
    home = re.findall(r"LEADSCORE_HOME=(\S+)", DOCKERFILE)[0]
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE) == ["10001"]
    assert SERVICE["read_only"] is True
    assert SERVICE["tmpfs"] == ["/tmp"]
    assert [volume.split(":")[1] for volume in SERVICE["volumes"]] == [home]
    assert {volume.split(":")[0] for each in COMPOSE["services"].values() for volume in each["volumes"]} == set(
        COMPOSE["volumes"]
    )


def test_the_database_beside_it_is_an_option() -> None:
    assert COMPOSE["services"]["postgres"]["profiles"] == ["postgres"]
    assert SERVICE["depends_on"]["postgres"]["required"] is False


def test_its_check_of_health_passes_while_the_service_is_ready_and_fails_without_one(tmp_path: Path) -> None:
    (given,) = re.findall(r"^  CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    _, *words = json.loads(given)
    with running(tmp_path) as service:
        surroundings = {**os.environ, "LEADSCORE_PORT": str(service.port)}
        healthy = subprocess.run([sys.executable, *words], env=surroundings, capture_output=True, check=False)
    gone = subprocess.run([sys.executable, *words], env=surroundings, capture_output=True, check=False)
    assert (healthy.returncode, gone.returncode) == (0, 1), healthy.stderr
