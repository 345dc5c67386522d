"""People planted to be found again: every word about them holds one marker, so that no trace of it goes unseen."""

import base64
import gzip
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from leadscore.ingest.identity import address_node

MARKER = "qanari"
NETWORK = "198.51.100."


@dataclass(frozen=True)
class Canary:
    """A planted person."""

    number: int

    @property
    def user(self) -> str:
        return f"{MARKER}-u{self.number:03d}"

    @property
    def device(self) -> str:
        return f"9f{self.number:03d}-{MARKER}-device"

    @property
    def email(self) -> str:
        return f"Jo.{MARKER.title()}{self.number:03d}@example.org"

    @property
    def name(self) -> str:
        return f"Jo {MARKER.title()} the {self.number}."

    @property
    def ip(self) -> str:
        return f"{NETWORK}{self.number + 1}"

    @property
    def node(self) -> str:
        node = address_node(self.email)
        assert node is not None
        return node


def _spellings() -> dict[str, re.Pattern[bytes]]:
    marker = MARKER.encode()
    title = MARKER.title().encode()
    found = {
        "plain": re.escape(marker),
        "hex": marker.hex().encode() + b"|" + title.hex().encode(),
        "percent": b"".join(b"%%%02x" % byte for byte in marker),
        "utf-16": b"\0".join(marker[at : at + 1] for at in range(len(marker))),
        "ip": re.escape(NETWORK.encode()),
    }
    patterns = {name: re.compile(text, re.IGNORECASE) for name, text in found.items()}
    sure = set()
    for word in (marker, title):
        for offset in range(3):
            whole = base64.b64encode(b"\0" * offset + word + b"\0\0")
            # Only characters that no neighbour has a part in.
            sure.add(re.escape(whole[-(-offset * 8 // 6) : (offset + len(word)) * 8 // 6]))
    return {**patterns, "base64": re.compile(b"|".join(sorted(sure)))}


SPELLINGS = _spellings()


def traces(home: Path, canaries: list[Canary]) -> Counter[str]:
    """How often the planted people are found in the files below a folder: "file: spelling" -> times."""
    nodes = {canary.node.encode() for canary in canaries}
    found: Counter[str] = Counter()
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        for content in contents(path):
            for name, pattern in SPELLINGS.items():
                found[f"{path.relative_to(home)}: {name}"] += len(pattern.findall(content))
            found[f"{path.relative_to(home)}: hash of an address"] += sum(content.count(node) for node in nodes)
    return +found


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what it holds if it is packed; its name too."""
    yield path.name.encode()
    # Another process reads: closing a file drops the locks that SQLite holds on it for this one.
    yield subprocess.run(["cat", path], capture_output=True, check=True).stdout
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
