"""How much of what can be known about later leads is learnt, on simulated companies whose best answer is known exactly.

    python benchmarks/learning.py                               10,000 leads, about 560 conversions to learn from
    python benchmarks/learning.py --conversions 120             random parts of the leads with about 120 conversions
    python benchmarks/learning.py --history-days 270            snapshots of the last 270 days only
    python benchmarks/learning.py --world shop                  another kind of company: shop, or plant
    python benchmarks/learning.py --coverage                    whether the 90 % intervals of `train` hold the truth

leadscore's recipe and the usual designs learn from one training set, as of day 1,000, and are asked about the 180 days
after it: each open lead each week (list), and each day on which an event of a lead arrives (event). Attained is
(LL_base - LL_model) / (LL_base - LL_Bayes), log losses as expectations under the exact truth, LL_base that of the
constant at the rate of the test rows; below 0 is worse than a constant. Prints means over seeds with the lowest and
the highest; appends a line per seed and design to benchmarks/results/learning.csv.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.splits import plan_split
from leadscore.domain.progress import silent
from leadscore.modeling.predictor import BandPredictor
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.worlds import WORLDS
from leadscore.workflows.build_training_set import TrainingSet, build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import fit, judge
from leadscore.workflows.learn_events import KIND, learnable
from learning_designs import DESIGNS, fitted
from learning_figures import (
    COLD,
    attained,
    coverage,
    held_by_the_top,
    predicted_over_true,
    spread,
    true_over_predicted_when_cold,
)
from learning_questions import cut_of, events_arriving, facts_of, weekly_list

RESULTS = Path(__file__).parent / "results"
Figures = dict[str, float | str]


def training_sets(company: SimulatedCompany, settings: Settings, asked: argparse.Namespace) -> Iterator[TrainingSet]:
    """What is known at the cut: of all leads, or of random parts of them with about so many conversions."""
    facts, cut = company.facts(), cut_of(company)
    whole = build_training_set(facts, cut, settings, silent)
    if asked.conversions is None:
        yield whole
        return
    leads = company.leads["lead_id"].combine_chunks()
    size = round(len(leads) * asked.conversions / whole.conversions)
    for draw in range(asked.draws):
        some = np.random.default_rng([asked.conversions, draw]).permutation(len(leads))[:size]
        yield build_training_set(facts_of(facts, leads.take(some)), cut, settings, silent)


def measure(company: SimulatedCompany, settings: Settings, asked: argparse.Namespace) -> Iterator[Figures]:
    """The figures of each design on each training set."""
    sets = {"list": weekly_list(company, settings, asked.rows), "event": events_arriving(company, settings, asked.rows)}
    horizons = settings.training.horizons_days
    main = horizons.index(settings.training.main_horizon_days)
    for early in training_sets(company, settings, asked):
        learnt = learnable(early, ())
        matrices = {name: questions.matrix(early.features) for name, questions in sets.items()}
        for design in asked.designs:
            started = time.perf_counter()
            predict = fitted(design, learnt, settings)
            if predict is None:
                print(f"{design}: {early.conversions} conversions give it nothing to learn from, so it is left out")
                continue
            row: Figures = {"design": design, "conversions": early.conversions}
            row["seconds"] = round(time.perf_counter() - started, 1)
            for name, questions in sets.items():
                p = predict(matrices[name])
                row |= _by_horizon(f"{name}_attained", horizons, attained(p, questions))
                row |= _by_horizon(f"{name}_predicted_true", horizons, predicted_over_true(p, questions))
                row |= _by_horizon(f"{name}_young", horizons, predicted_over_true(p, questions, young=True))
                row[f"{name}_mean"] = float(np.mean(attained(p, questions)))
                row[f"{name}_top5"] = held_by_the_top(p, questions, main)
            row["mean"] = (float(row["event_mean"]) + float(row["list_mean"])) / 2
            yield row


def measure_coverage(
    company: SimulatedCompany, settings: Settings, rows: int
) -> dict[str, tuple[list[bool], list[float]]]:
    """Whether intervals learnt at the cut, as `train` learns them, hold the later truth of its version, by horizon.

    Beside it what part of the predicted chance the true one of the coldest leads is.
    """
    training, cut = settings.training, cut_of(company)
    facts = company.facts().known_before(cut)
    split = plan_split(int(facts.leads["created_at"].to_numpy().min()), cut, training)
    early = build_training_set(facts, split.cut, settings, silent)
    later = build_evaluation_set(facts, split.test_from, split.test_until, split.complete_to, settings)
    trial = fit(learnable(early, ()), settings, KIND, silent)
    judged = judge(trial, later.matrix(early.features, silent), later.rows, settings, KIND, silent)
    whole = build_training_set(facts, cut, settings, silent)
    bands = fit(learnable(whole, ()), settings, KIND, silent).bands
    asked = weekly_list(company, settings, rows)
    predictor = BandPredictor(bands, training.horizons_days, training.main_horizon_days)
    p = predictor.curve(asked.matrix(whole.features))
    tables = zip(training.horizons_days, judged.intervals, p.T, asked.truth.T, strict=True)
    return {
        f"{days}d": (
            coverage(chance, table.at_all(chance), truth, asked),
            true_over_predicted_when_cold(chance, truth, asked),
        )
        for days, table, chance, truth in tables
    }


def _by_horizon(name: str, horizons: tuple[int, ...], values: np.ndarray) -> Figures:
    return {f"{name}_{days}d": float(value) for days, value in zip(horizons, values, strict=True)}


def show(rows: list[Figures], horizons: tuple[int, ...]) -> None:
    """The table: designs below each other, means over seeds (and draws)."""
    for design in dict.fromkeys(str(row["design"]) for row in rows):
        mine = [row for row in rows if row["design"] == design]

        def column(name: str, chosen: list[Figures] = mine) -> list[float]:
            return [float(row[name]) for row in chosen]

        def over(name: str) -> str:
            return " / ".join(f"{np.mean(column(f'{name}_{days}d')):.2f}" for days in horizons)

        print(f"{design}: {len(mine)} fits on {np.mean(column('conversions')):.0f} conversions")
        print(f"  attained, event and list {spread(column('mean'))}; {np.mean(column('seconds')):.0f} s a fit")
        for kind in ("event", "list"):
            print(
                f"  {kind:<5} attained {spread(column(f'{kind}_mean'))} = {over(f'{kind}_attained')}; predicted/true "
                f"{over(f'{kind}_predicted_true')}, young leads {over(f'{kind}_young')}; "
                f"top 5 % hold {np.mean(column(f'{kind}_top5')):.2f}"
            )


def append(rows: list[Figures], common: dict[str, object]) -> None:
    """Add the lines of this run to the results."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "learning.csv"
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*common, *rows[0]])
        if new:
            writer.writeheader()
        writer.writerows({**common, **row} for row in rows)


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", choices=WORLDS, default="mixed", help="the kind of company")
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[21, 22, 23])
    parser.add_argument("--conversions", type=int, help="learn from random parts of the leads with about so many")
    parser.add_argument("--draws", type=int, default=4, help="such parts per seed")
    parser.add_argument("--history-days", type=int, help="length of the history of training snapshots")
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=DESIGNS)
    parser.add_argument("--rows", type=int, default=20_000, help="snapshots of either test set at most")
    parser.add_argument("--coverage", action="store_true", help="measure the intervals instead")
    return parser.parse_args()


def main() -> None:
    """Measure every seed and print the table."""
    asked = arguments()
    settings = load_settings(Path("/nonexistent"))
    if asked.history_days:
        training = settings.training.model_copy(update={"history_days": asked.history_days})
        settings = replace(settings, training=training)
    rows: list[Figures] = []
    held: dict[str, list[bool]] = {}
    cold: dict[str, list[list[float]]] = {}
    for seed in asked.seeds:
        company = simulate_company(asked.leads, seed, world=WORLDS[asked.world])
        if asked.coverage:
            for horizon, (inside, ratios) in measure_coverage(company, settings, asked.rows).items():
                held.setdefault(horizon, []).extend(inside)
                cold.setdefault(horizon, []).append(ratios)
                print(f"seed {seed}, {horizon}: {np.mean(inside):.3f} of {len(inside)} groups", flush=True)
            continue
        found: list[Figures] = [{"seed": seed, **row} for row in measure(company, settings, asked)]
        for row in found:
            print(f"seed {seed}: {row['design']} event {row['event_mean']:.3f} list {row['list_mean']:.3f}", flush=True)
        rows += found
    for horizon, inside in held.items():
        ratios = " / ".join(f"{each:.2f}" for each in np.nanmean(cold[horizon], axis=0))
        print(
            f"{horizon}: the mean 90 % interval holds the mean truth in {np.mean(inside):.3f} of {len(inside)} groups; "
            f"true over predicted {ratios} between {' / '.join(map(str, COLD))} log-odds below the mean chance"
        )
    if rows:
        print()
        show(rows, settings.training.horizons_days)
        common = {"world": asked.world, "leads": asked.leads}
        append(rows, {**common, "asked": asked.conversions, "history_days": asked.history_days})


if __name__ == "__main__":
    main()
