"""Fields planted on a simulated company to test the leakage gate: half a hundred honest ones, and leaks of many kinds.

All are delivered as an export on the last day would deliver them: one value per lead, no history. Their names tell
nothing. The honest ones include what makes honest fields look like leaks: fields that came late or fell out of use,
gaps that depend on who the lead is, values that hint at the fate, and values that grow with the lead's age.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadscore.domain.time import DAY_US
from leadscore.simulate.arrays import Bools, Floats
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.tables import named
from leadscore.simulate.world import ENDS

HONEST_FIELDS = 50
_GOOD_BY_PERSONA = np.array([1.0, 0.2, -0.2, -0.6, -1.2])
_WORDS = ("alder", "birch", "cedar", "elm", "fir")


@dataclass(frozen=True)
class PlantedFields:
    """Fields by name, one text (None if empty) per lead in the order of the company's leads.

    leaks   name -> what was done after the outcome, in words.
    """

    columns: dict[str, pa.Array]
    leaks: dict[str, str]

    @property
    def honest(self) -> tuple[str, ...]:
        """The fields that were known when the lead was collected."""
        return tuple(name for name in self.columns if name not in self.leaks)

    def attributes(self, company: SimulatedCompany) -> pa.Table:
        """The fields as importing them as columns of `leads` gives them: known when the lead was created."""
        leads = company.leads
        return pa.concat_tables(
            pa.table(
                {
                    "lead_id": leads["lead_id"],
                    "name": pa.array([name] * leads.num_rows, pa.string()),
                    "value": values,
                    "known_at": leads["created_at"],
                }
            )
            for name, values in self.columns.items()
        )


def plant_fields(company: SimulatedCompany, seed: int) -> PlantedFields:
    """Draw all fields; equal arguments give equal fields."""
    draw = _Draw(company, np.random.default_rng([seed, company.leads.num_rows]))
    leaks = draw.leaks()
    columns = {f"field_{number:02d}": values for number, values in enumerate(draw.honest())}
    columns |= {f"late_{number:02d}": values for number, (_, values) in enumerate(leaks)}
    return PlantedFields(columns, {f"late_{number:02d}": told for number, (told, _) in enumerate(leaks)})


class _Draw:
    """What the fields are drawn from: who each lead is, when it came, and how it ended."""

    def __init__(self, company: SimulatedCompany, rng: np.random.Generator) -> None:
        arrivals, lives = company.truth.arrivals, company.truth.lives
        self.rng, self.count = rng, company.leads.num_rows
        self.persona = company.world.persona_of[arrivals.hidden_class]
        self.segment = company.world.segment_of[arrivals.hidden_class]
        self.source = arrivals.source
        self.created_at = arrivals.created_at
        self.share_of_time = (arrivals.created_at - company.start_at) / (company.until - company.start_at)
        self.age_days = (company.until - arrivals.created_at) / DAY_US
        self.won = lives.end == ENDS.index("won")
        self.gone = (lives.end >= 0) & ~self.won
        self.days_since_end = (company.until - lives.ended_at) / DAY_US
        self.good = _GOOD_BY_PERSONA[self.persona]
        self.hints = {
            hint.name: (tuple(hint.values), company.leads[hint.name].to_pylist()) for hint in company.world.hints
        }

    def some(self, share: float | Floats) -> Bools:
        return np.asarray(self.rng.random(self.count) < share)

    def numbers(self, values: Floats, filled: Bools) -> pa.Array:
        return pa.array([f"{v:.3g}" for v in values.tolist()], pa.string(), mask=~filled)

    def words(self, filled: Bools, weights: Floats | None = None) -> pa.Array:
        picked = self.rng.choice(len(_WORDS), self.count, p=weights)
        return pa.array(named(_WORDS, picked).to_pylist(), pa.string(), mask=~filled)

    def honest(self) -> list[pa.Array]:
        """Ten kinds, each five times with other strengths."""
        return [field for strength in (0.1, 0.3, 0.5, 0.7, 0.9) for field in self._ten_honest(strength)]

    def _ten_honest(self, strength: float) -> list[pa.Array]:
        rng, when = self.rng, self.share_of_time
        noise = rng.normal(size=self.count)
        everywhere, odd = self.some(1.0), self.some(strength)
        segment_words = (self.segment + rng.integers(0, 5, self.count) * self.some(1 - strength)) % len(_WORDS)
        by_persona = np.array([1.0, 0.9, 0.9, 0.7, 0.4])[self.persona]
        return [
            self.numbers(noise, odd),
            self.words(odd),
            self.numbers(noise + strength * self.good, everywhere),
            self.words(self.some(by_persona * (1 - strength / 2))),
            self.words(when > strength),
            self.numbers(np.exp(noise), when < strength),
            pa.array(named(_WORDS, segment_words).to_pylist(), pa.string(), mask=~self.some(0.8)),
            self.numbers(np.floor(10 * when + noise), everywhere),
            self.words(self.some(np.clip(0.2 + 0.05 * self.source + strength / 3, 0, 1))),
            self.numbers(np.round(noise + strength * 2 * (self.segment == 2)), self.some(1 - strength / 2)),
        ]

    def leaks(self) -> list[tuple[str, pa.Array]]:
        """What is done after the outcome, in words, with the field."""
        return [*self._filled_in(), *self._written_over()]

    def _filled_in(self) -> list[tuple[str, pa.Array]]:
        won, noise = self.won, np.abs(self.rng.normal(size=self.count))
        ended = won | self.gone
        return [
            ("filled for 95 % of customers", self.words(won & self.some(0.95))),
            ("filled for 35 % of customers", self.words(won & self.some(0.35))),
            ("a number for 85 % of customers", self.numbers(100 * noise, won & self.some(0.85))),
            (
                "filled for 60 % of customers, and by chance for 5 % of all",
                self.words((won & self.some(0.6)) | self.some(0.05)),
            ),
            ("filled for customers, a month late", self.words(won & (self.days_since_end > 30) & self.some(0.9))),
            ("filled for 80 % of all leads that ended", self.words(ended & self.some(0.8))),
            ("filled for 80 % of the leads that were lost", self.words(self.gone & self.some(0.8))),
            ("filled for half the leads, emptied for customers", self.words(self.some(0.5) & ~won)),
            ("a gap of an honest field filled for 80 % of customers", self._enriched("industry", 0.8)),
            ("a gap of an honest field filled for 90 % of customers", self._enriched("role", 0.9)),
        ]

    def _written_over(self) -> list[tuple[str, pa.Array]]:
        won, noise = self.won, self.rng.normal(size=self.count)
        word = self.rng.integers(0, 3, self.count)
        turned = np.where(won & self.some(0.7), 4, word)
        muddled = np.where((won & self.some(0.7)) | self.some(0.02), 3, word)
        calls = np.floor(np.exp(noise)) + np.where(won, self.rng.integers(3, 9, self.count), 0)
        everywhere = self.some(1.0)
        return [
            ("a value that 70 % of customers get", pa.array(named(_WORDS, turned).to_pylist(), pa.string())),
            (
                "a value that 70 % of customers get, and 2 % of all",
                pa.array(named(_WORDS, muddled).to_pylist(), pa.string()),
            ),
            ("zero, but for customers", self.numbers(np.where(won, np.exp(noise + 7), 0.0), everywhere)),
            ("a count that goes on for customers", self.numbers(calls, everywhere)),
            ("a number raised for customers", self.numbers(noise + 1.8 * won, everywhere)),
            (
                "a flag for 90 % of customers",
                pa.array(named(("no", "yes"), (won & self.some(0.9)).astype(np.int64)).to_pylist(), pa.string()),
            ),
        ]

    def _enriched(self, name: str, share: float) -> pa.Array:
        values, given = self.hints[name]
        guess = self.rng.integers(0, len(values), self.count)
        filled = self.won & self.some(share)
        return pa.array(
            [values[guess[i]] if told is None and filled[i] else told for i, told in enumerate(given)], pa.string()
        )
