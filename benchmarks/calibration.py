"""How near the model comes to the truth on simulated companies whose best possible answer is known exactly.

Run `python benchmarks/calibration.py [--leads 20000] [--seeds 1 2 3]`. Prints, per seed and on average, predicted over
true conversions at each horizon and the attained share of the information that can be had; appends a line per seed to
benchmarks/results/calibration.csv. Truth is the exact forward filter of the simulated world, not the drawn outcomes.
"""

import argparse
import csv
import statistics
import time
from pathlib import Path

import numpy as np

from leadscore.config.load import load_settings
from leadscore.dataset.splits import plan_split
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US, format_instant
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.truth import bayes_limit
from leadscore.workflows.build_training_set import build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import Learnable, judge

RESULTS = Path(__file__).parent / "results" / "calibration.csv"
YOUNG_DAYS = 90
TRUTH_ROWS = 40_000


def log_loss(p: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> float:
    """Expected log loss of p when `truth` is the exact probability, weighted."""
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return float(np.average(-(truth * np.log(q) + (1 - truth) * np.log1p(-q)), weights=weight))


def measure(company: SimulatedCompany) -> dict[str, float]:
    """Figures of the evaluation fit against the exact truth on later weekly snapshots."""
    settings = load_settings(Path("/nonexistent"))
    facts = company.facts()
    instant = company.until
    split = plan_split(int(facts.leads["created_at"].to_numpy().min()), instant, settings.training)
    started = time.perf_counter()
    early = build_training_set(facts, split.cut, settings, silent)
    learnt = Learnable(early.bands, early.whole, early.features, format_instant(split.cut), {})
    later = build_evaluation_set(facts, split.test_from, split.test_until, split.complete_to, settings)
    judged = judge(learnt, later.matrix(early.features, silent), later.rows, settings, "events", silent)
    took = time.perf_counter() - started
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(len(later.table), min(TRUTH_ROWS, len(later.table)), replace=False))
    leads = later.table.lead_id.take(rows).to_pylist()
    horizons = settings.training.horizons_days
    truth = bayes_limit(company, leads, later.table.as_of[rows], horizons)
    weight, p = later.table.weight[rows], judged.p[rows]
    created = dict(zip(facts.leads["lead_id"].to_pylist(), facts.leads["created_at"].to_pylist(), strict=True))
    age = later.table.as_of[rows] - np.array([created[lead] for lead in leads])
    young = age < YOUNG_DAYS * DAY_US
    found = {"conversions": float(early.conversions), "seconds": took}
    for h, days in enumerate(horizons):
        found[f"predicted_true_{days}d"] = float(weight @ p[:, h] / (weight @ truth[:, h]))
        found[f"young_{days}d"] = float(weight[young] @ p[young, h] / (weight[young] @ truth[young, h]))
        base = np.full(len(rows), np.average(truth[:, h], weights=weight))
        worst, best = log_loss(base, truth[:, h], weight), log_loss(truth[:, h], truth[:, h], weight)
        found[f"attained_{days}d"] = (worst - log_loss(p[:, h], truth[:, h], weight)) / (worst - best)
    return found


def main() -> None:
    """Measure every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    asked = parser.parse_args()
    rows = []
    for seed in asked.seeds:
        found = {"leads": asked.leads, "seed": seed, **measure(simulate_company(asked.leads, seed))}
        rows.append(found)
        print("  ".join(f"{name} {value:.3g}" for name, value in found.items()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    new = not RESULTS.exists()
    with RESULTS.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        if new:
            writer.writeheader()
        writer.writerows(rows)
    print(f"\nmean of {len(rows)} seeds, {asked.leads:,} leads (lowest to highest):")
    for name in rows[0]:
        if name not in ("leads", "seed"):
            values = [row[name] for row in rows]
            print(f"  {name:<22} {statistics.mean(values):8.3f}   ({min(values):.3f} to {max(values):.3f})")


if __name__ == "__main__":
    main()
