"""The service as the command line starts it, in a process of its own."""

import json
import os
import re
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

NEVER_IMPORTED = {"mlflow", "lightgbm", "pandas", "sklearn", "duckdb", "pyarrow", "shap"}


def once_it_listens(address):
    for _ in range(300):
        try:
            with urlopen(address, timeout=30) as answer:
                return json.load(answer)
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)
    raise TimeoutError(address)


def test_another_model_is_served_by_its_name(own, write_model):
    write_model(own.champion.parents[1] / "second" / "champion", name="second", version="9")
    words = ["serve", "--name", "second", "--host", "127.0.0.1", "--port", "0"]
    code = f"import sys; sys.argv[1:] = {words!r}; from leadscore.cli.main import main; main()"
    home = {**os.environ, "LEADSCORE_HOME": str(own.home)}
    with subprocess.Popen([sys.executable, "-c", code], env=home, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stderr.readline()
            (address,) = re.findall(r"http://[0-9.:]+", said) or [said + server.stderr.read()]
            assert once_it_listens(f"{address}/readyz")["model"] == {"name": "second", "version": "9"}
        finally:
            server.terminate()


def test_a_service_that_scores_has_imported_none_of_the_training_packages(own):
    asked = {"lead": {"lead_id": "L1"}, "events": [{"type": "demo_requested", "occurred_at": "2026-02-01"}]}
    code = f"""
import sys
from pathlib import Path
from starlette.testclient import TestClient
from leadscore.app import create_app
from leadscore.config.load import load_settings

with TestClient(create_app(load_settings(Path({str(own.home)!r})))) as client:
    key = {{"Authorization": "Bearer {own.keys["admin"]}"}}
    for query in ("", "?explain=shap", "?store=true"):
        assert client.post(f"/v1/score{{query}}", json={asked!r}, headers=key).status_code == 200
    assert client.get("/v1/leads/L1/score", headers=key).status_code == 200
    assert client.post("/v1/scores", json={{"leads": [{asked!r}]}}, headers=key).status_code == 200
print(sorted({NEVER_IMPORTED!r} & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
