"""Files of results, which grow by a few rows with every run."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path


def append(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows to a results file, which begins with a header."""
    path.parent.mkdir(exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        if new:
            writer.writeheader()
        writer.writerows(rows)
    print(f"\nappended to {path}")
