"""Table mode on simulated exports whose world drifts: is the learner it chooses near the best one, and how fast is it?

python benchmarks/table_mode.py [--seeds N] [--first-seed N] [--rows N] [--skip-speed]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np

from drifting_tables import DRIFTS, drifting_table
from leadscore.config.load import load_settings
from leadscore.dataset.table import TableRequest, table_matrix
from leadscore.domain.progress import silent
from leadscore.modeling.choice import Figures, choose
from leadscore.modeling.rehearsal import Fold, rehearse
from leadscore.modeling.rows import TrainingRows
from leadscore.workflows.choose_fields import choose_fields
from leadscore.workflows.choose_learner import choose_learner, growth
from leadscore.workflows.fit_recipe import Learnable
from leadscore.workflows.order_table import OrderedTable, order_table

SPEED = ((40_000, 20, 60), (9_000, 37, 30))
REQUEST = TableRequest("won")


def main() -> None:
    """Print the comparison, then the speed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--skip-speed", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as home:
        compare_learners(Path(home), range(asked.first_seed, asked.first_seed + asked.seeds), asked.rows)
        if not asked.skip_speed:
            for rows, columns, limit in SPEED:
                time_training(Path(home), rows, columns, limit)


def compare_learners(home: Path, seeds: range, rows: int) -> None:
    """Log loss on the newest quarter: the chosen learner against every one that could have been chosen."""
    settings = load_settings(home)
    regrets: dict[str, list[float]] = defaultdict(list)
    print(
        f"{rows:,} rows, the newest quarter judged, seeds {seeds[0]} to {seeds[-1]}; regret: 1e4 x log loss above best"
    )
    head = ("drift", "chosen: log loss", "ROC-AUC", "regret")
    print("{:<12}{:>18}{:>9}{:>8}".format(*head), f"  {'best fixed in this world':<34}{'default trees':>14}")
    for drift in DRIFTS:
        told = [one_table(drifting_table(drift, rows, seed), settings) for seed in seeds]
        chosen = [figures for figures, _ in told]
        everyone = [all_ for _, all_ in told]
        best = [min(each.values(), key=lambda f: f.log_loss).log_loss for each in everyone]
        for name in everyone[0]:
            regrets[name].append(
                float(np.mean([each[name].log_loss - b for each, b in zip(everyone, best, strict=True)]))
            )
        regrets["chosen"].append(float(np.mean([c.log_loss - b for c, b in zip(chosen, best, strict=True)])))
        winner = min(everyone[0], key=lambda name: float(np.mean([each[name].log_loss for each in everyone])))
        loss, auc = (float(np.mean([getattr(each, name) for each in chosen])) for name in ("log_loss", "roc_auc"))
        trees = float(np.mean([each["lightgbm, all rows, none"].log_loss for each in everyone]))
        print(f"{drift:<12}{loss:>18.4f}{auc:>9.3f}{1e4 * regrets['chosen'][-1]:>8.0f}   {winner:<34}{trees:>14.4f}")
    ranked = sorted(regrets, key=lambda name: np.mean(regrets[name]))
    print("mean regret over the drifts:")
    for name in dict.fromkeys(["chosen", *ranked[:6], "lightgbm, all rows, none", "logistic, all rows, none"]):
        print(f"  {name:<34}{1e4 * np.mean(regrets[name]):>6.0f}   worst {1e4 * max(regrets[name]):.0f}")


def one_table(frame, settings) -> tuple[Figures, dict[str, Figures]]:
    """Figures of the chosen candidate, and of all candidates, on rows newer than their own."""
    table = order_table(frame, REQUEST, settings, "simulated")
    learnt, matrix = prepared(table, settings)
    choice = choose_learner(learnt, settings, False, silent)
    label = table.labels == 1
    rows = TrainingRows(
        matrix=matrix,
        known=np.ones((len(label), 1), bool),
        converted=label[:, None],
        weight=np.ones(len(label)),
        cluster=np.arange(len(label)),
    )
    ahead = (Fold(np.arange(table.cut), np.arange(table.cut, len(label))),)
    features = learnt.features
    tried = rehearse(rows, ahead, features.categorical, growth(settings, len(features.names)), in_time=True)
    everyone = {name_of(each): each for each in choose(tried, in_time=True).figures}
    mine = f"{choice.candidate.learner}, {age(choice.candidate.half_life)}, {choice.recalibration}"
    return everyone[mine], everyone


def prepared(table: OrderedTable, settings) -> tuple[Learnable, np.ndarray]:
    """Training rows by the chosen fields, and the matrix of all rows."""
    fields = choose_fields(table, REQUEST, settings)
    matrix = table_matrix(table.frame, fields.features)
    cut, label = table.cut, table.labels[: table.cut] == 1
    rows = TrainingRows(
        matrix=matrix[:cut],
        known=np.ones((cut, 1), bool),
        converted=label[:, None],
        weight=np.ones(cut),
        cluster=np.arange(cut),
    )
    return Learnable(rows, rows, fields.features, None, {}), matrix


def name_of(figures: Figures) -> str:
    """A candidate in words."""
    return f"{figures.learner}, {age(figures.half_life)}, {figures.recalibration}"


def age(half_life: float | None) -> str:
    """A half-life in words."""
    return "all rows" if half_life is None else f"half-life {half_life}"


def time_training(home: Path, rows: int, columns: int, limit: int) -> None:
    """The whole `leadscore train --table` of a process of its own: wall clock and CPU seconds."""
    path = home / f"{rows}.csv"
    drifting_table("macro", rows, 1, columns).to_csv(path, index=False)
    command = [sys.executable, "-c", "from leadscore.cli.main import main; main()", "train", "--table", str(path)]
    before = os.times()
    subprocess.run(
        [*command, "--target", "won", "--json"],
        env={**os.environ, "LEADSCORE_HOME": str(home)},
        check=True,
        capture_output=True,
    )
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"train --table, {rows:,} rows x {columns} columns: {after.elapsed - before.elapsed:.0f} s, "
        f"{used:.0f} s of CPU (limit {limit})"
    )


if __name__ == "__main__":
    main()
