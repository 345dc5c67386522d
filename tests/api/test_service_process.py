"""The service as the command line starts it, in a process of its own."""

import json
import os
import re
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen


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
