"""How many planted leaks the gate finds among attributes of simulated companies, and how many honest fields it names.

Run `python benchmarks/leak_gate.py [--leads 1500 4000 10000] [--seeds 11 12 13]`. On each company 50 honest fields and
16 that were filled in, emptied or written over after the outcome are delivered as plain columns of `leads`, without
history, beside the company's own columns. In a second run the company's own attributes come with their history, five of
which are filled after the sale. Beside the gate stands the usual way: a field's ROC-AUC alone above 0.75.
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.lead_attributes import LeadEnds, lead_attributes
from leadscore.dataset.open_spells import NEVER
from leadscore.domain.progress import silent
from leadscore.features.facts import Facts
from leadscore.features.feature_set import Encoder
from leadscore.modeling.leakage.alone import auc_alone
from leadscore.modeling.leakage.suspect import Field, group_values
from leadscore.simulate.changes import FILLED_AFTER_WIN
from leadscore.simulate.company import SimulatedCompany, simulate_company
from leadscore.simulate.planted_fields import plant_fields
from leadscore.workflows.build_training_set import build_training_set
from leadscore.workflows.choose_attributes import choose_attributes

USUAL_AUC = 0.75


@dataclass(frozen=True)
class Found:
    """What was named among the leaks and among the honest fields."""

    leaks: dict[str, str]
    named: dict[str, str]
    usual: set[str]
    honest: int
    seconds: float

    def line(self, what: str) -> str:
        """One line of the table, and what was missed or named wrongly."""
        found, wrong = self.leaks.keys() & self.named.keys(), self.named.keys() - self.leaks.keys()
        usual = f"{len(self.usual & self.leaks.keys())} + {len(self.usual - self.leaks.keys())}"
        lines = [
            f"{what:<34} {len(found):>3} of {len(self.leaks)}   {len(wrong):>3} of {self.honest:<5} {usual:>9}"
            f" {self.seconds:>8.1f} s"
        ]
        lines += [f"    missed: {self.leaks[name]}" for name in sorted(self.leaks.keys() - found)]
        lines += [f"    false alarm: {self.named[name]}" for name in sorted(wrong)]
        return "\n".join(lines)


def plain_columns(company: SimulatedCompany, seed: int, settings: Settings) -> Found:
    """Every attribute as a column of `leads`; the company's own columns count as honest too."""
    planted = plant_fields(company, seed)
    leads = company.leads.column_names
    facts = company.facts()
    own = facts.attributes.slice(0, company.leads.num_rows * (len(leads) - 2))
    facts = replace(facts, attributes=pa.concat_tables([own, planted.attributes(company).cast(own.schema)]))
    return judged(facts, company.until, settings, planted.leaks)


def with_history(company: SimulatedCompany, settings: Settings) -> Found:
    """The company's own attributes and their changes: five are filled after the sale."""
    leaks = {name: f"{name}, filled after the sale" for name in FILLED_AFTER_WIN}
    return judged(company.facts(), company.until, settings, leaks)


def judged(facts: Facts, until: int, settings: Settings, leaks: dict[str, str]) -> Found:
    """The gate over some facts."""
    known = build_training_set(facts, until, settings, silent)
    started = time.perf_counter()
    findings = choose_attributes(facts, known, settings, (), silent)
    seconds = time.perf_counter() - started
    ends = LeadEnds.of(facts)
    usual, honest = set(), 0
    for attribute in lead_attributes(facts, ends):
        if attribute.name in settings.features.ignore_attributes:
            continue
        honest += attribute.name not in leaks
        encoder = known.features.encoders.get(attribute.name, Encoder("category", {}))
        # As an extract shows it: the latest value, whenever it came.
        latest = replace(attribute, collected=attribute.latest).numbers(encoder)
        groups = group_values(Field(attribute.name, latest, tuple(encoder.values)))
        if auc_alone(groups, ends.bought_at < NEVER) > USUAL_AUC:
            usual.add(attribute.name)
    return Found(leaks, {s.field: f"{s.evidence} ({s.rule})" for s in findings.suspects}, usual, honest, seconds)


def main() -> None:
    """Measure every company and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[1_500, 4_000, 10_000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    asked = parser.parse_args()
    settings = load_settings(Path("/nonexistent"))
    settings = replace(settings, training=settings.training.model_copy(update={"max_snapshots": 20_000}))
    print(f"{'':<34} {'found':>9}   {'false alarms':<12} {'AUC alone':>9}")
    totals = np.zeros(4, np.int64)
    for leads in asked.leads:
        for seed in asked.seeds:
            company = simulate_company(leads, seed)
            what = f"{leads:,} leads, seed {seed}"
            for kind, found in (
                ("plain columns", plain_columns(company, seed, settings)),
                ("history", with_history(company, settings)),
            ):
                print(found.line(f"{what}, {kind}"), flush=True)
                caught = len(found.leaks.keys() & found.named.keys())
                totals += [caught, len(found.leaks), len(found.named) - caught, found.honest]
    print(f"\nall: {totals[0]} of {totals[1]} leaks found, {totals[2]} false alarms on {totals[3]} honest fields")


if __name__ == "__main__":
    main()
