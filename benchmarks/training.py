"""How long a whole training takes: three bands, leak gate, backtest, report, MLflow; and how much memory.

    python benchmarks/training.py                    10,000 leads, about 400,000 events
    python benchmarks/training.py --leads 127000     about 5 million events

A company is simulated, its files are imported into a store of its own in a temporary folder, and `leadscore train` runs
in a process of its own. Prints its wall time, processor time and highest resident memory, and appends them to
benchmarks/results/training.csv.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from leadscore.domain.time import DAY_US, SECOND_US, format_instant
from leadscore.simulate.company import simulate_company
from leadscore.simulate.files import write_company
from results import append

DAYS = 1_460
KINDS = ("leads", "attributes", "events", "outcomes")
RESULTS = Path(__file__).parent / "results" / "training.csv"


def leadscore(home: Path, *words: str) -> resource.struct_rusage:
    """Run a command of leadscore on an installation; what its process used."""
    program = str(Path(sys.executable).with_name("leadscore"))
    process = subprocess.Popen(
        [program, *words], env={**os.environ, "LEADSCORE_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"leadscore {' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return used


def imported(home: Path, leads: int, seed: int) -> dict[str, float]:
    """Simulate a company whose history ends today and import its files; how large it is."""
    leadscore(home, "init", str(home))
    today = int(time.time()) * SECOND_US // DAY_US * DAY_US
    company = simulate_company(leads, seed, days=DAYS, start=format_instant(today - DAYS * DAY_US)[:10])
    files = write_company(company, home / "files")
    for kind in KINDS:
        leadscore(home, "import", kind, str(files[kind]))
    return company.summary()


def trained(home: Path) -> dict[str, float]:
    """Train once; what it took."""
    started = time.perf_counter()
    used = leadscore(home, "train")
    return {
        "wall_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_gib": round(used.ru_maxrss / 2**20, 2),
    }


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadscore-") as scratch:
        home = Path(scratch)
        row = {**imported(home, asked.leads, asked.seed), **trained(home)}
    print("  ".join(f"{name} {value}" for name, value in row.items()))
    append(RESULTS, [row])


if __name__ == "__main__":
    main()
