"""What does it cost to compute features, and how does that grow?

    python benchmarks/features.py [--millions 1 10] [--rounds 3] [--pandas-up-to 10] [--online-only]

Offline, M million events, 3 % as many leads, two snapshots of each, 72 columns (12 event types x counts of 7, 30 and 90
days, days since the last, a decayed count, the value of 90 days), Parquet in and Parquet out, each arm a process of its
own from its start to its end, in turns:

    leadscore  what `leadscore features build` does once the log is cut into parts by lead
    pivot      plain DuckDB: long form, then a pivot by FILTER; the yardstick that ratios refer to
    pandas     merge, then a groupby for each window
    floor      read the log, order it by lead and time, write it

Online, 60 columns of one lead with 50, 200 and 1,000 events, distinct leads in turn, against a loop written by hand
for exactly these columns.

Prints medians with their ratios and appends them to benchmarks/results/features.csv.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from feature_log import TYPES, write_log
from online_features import compare_online

ARMS = ("leadscore", "pivot", "pandas", "floor")
RESULTS = Path(__file__).parent / "results" / "features.csv"


def offline(millions: float, rounds: int, arms: tuple[str, ...], folder: Path) -> list[dict[str, object]]:
    """Medians over the rounds for one size of the log."""
    events = int(millions * 1_000_000)
    write_log(folder, events)
    found: dict[str, list[dict[str, float]]] = {arm: [] for arm in arms}
    for _ in range(rounds):
        for arm in arms:
            found[arm].append(run(arm, folder, events))
    check_equal(folder / "leadscore.parquet", folder / "pivot.parquet")
    yardstick = statistics.median(each["cpu"] for each in found["pivot"])
    rows = []
    for arm, measured in found.items():
        cpu = statistics.median(each["cpu"] for each in measured)
        peak = statistics.median(each["peak"] for each in measured)
        row = {"what": "offline", "arm": arm, "events": events, "cpu_s": round(cpu, 2)}
        rows.append({**row, "ratio": round(cpu / yardstick, 2), "peak_mb": round(peak)})
    return rows


def run(arm: str, folder: Path, events: int) -> dict[str, float]:
    """Cpu seconds and peak megabytes of one arm."""
    script = Path(__file__).parent / "feature_arms.py"
    words = [sys.executable, str(script), arm, str(folder), str(events), str(folder / f"{arm}.parquet")]
    answer = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def check_equal(ours: Path, theirs: Path) -> None:
    """Both arms must have computed the same numbers, or the comparison would be worth nothing."""
    left, right = (
        pq.read_table(path).sort_by([("lead_id", "ascending"), ("as_of", "ascending")]) for path in (ours, theirs)
    )
    names = {"c7": "count_7d", "c90": "count_90d", "decayed": "decayed_30d", "value": "value_90d"}
    for name in TYPES:
        for theirs_name, ours_name in names.items():
            mine, other = left[f"{name}_{ours_name}"].to_numpy(), right[f"{name}_{theirs_name}"].to_numpy()
            if not np.allclose(mine, other.astype(float), rtol=1e-12, atol=0):
                raise SystemExit(f"{name}_{ours_name} differs between the arms")


def show(rows: list[dict[str, object]]) -> None:
    """Print the rows and append them to the file of results."""
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    fields = ["what", "arm", "events", "cpu_s", "us", "ratio", "peak_mb"]
    fresh = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.DictWriter(file, fields)
        if fresh:
            writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pandas-up-to", type=float, default=10)
    parser.add_argument("--online-only", action="store_true")
    options = parser.parse_args()
    for millions in [] if options.online_only else options.millions:
        arms = tuple(arm for arm in ARMS if arm != "pandas" or millions <= options.pandas_up_to)
        with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
            show(offline(millions, options.rounds, arms, Path(scratch)))
    show(compare_online())


if __name__ == "__main__":
    main()
