"""The leak rules together, on simulated tables of honest fields with leaks planted among them."""

import numpy as np
import pytest

from leadscore.modeling.leakage.comparable import Comparable
from leadscore.modeling.leakage.gate import Ends, LeadField, find_in_leads, find_suspects
from leadscore.modeling.leakage.suspect import Field

LABEL_WORDS = ("no", "yes")


class World:
    """Leads in order of time; `odds` is what makes them convert, `won` whether they did."""

    def __init__(self, seed: int, rows: int = 4000, base: float = 0.15) -> None:
        self.rng = np.random.default_rng(seed)
        self.rows, self.when = rows, np.arange(rows) / rows
        self.signals = self.rng.normal(size=(rows, 50))
        strength = np.r_[0.75, 0.5, 0.4, 0.3, np.full(16, 0.12), np.zeros(30)]
        self.odds = self.signals @ strength + np.log(base / (1 - base)) - 0.4 + 0.8 * (self.when > 0.7)
        self.won = self.rng.random(rows) < 1 / (1 + np.exp(-self.odds))

    def some(self, share: float) -> np.ndarray:
        return self.rng.random(self.rows) < share

    def honest(self) -> list[Field]:
        """50 fields known before the outcome: numbers, counts, categories, dates, all with gaps, some gaps telling."""
        fields = []
        for place in range(50):
            signal = self.signals[:, place]
            kind = place % 5
            if kind == 0:
                values, words = signal.copy(), ()
            elif kind == 1:
                values, words = np.floor(np.exp(signal * 0.8)), ()
            elif kind == 2:
                values, words = np.clip(np.round(signal * 1.5 + 3), 0, 6), tuple("abcdef")
            elif kind == 3:
                values, words = 15000 + 900 * self.when + 30 * signal, ()
            else:
                values, words = np.round(12 * self.when) + 0.5 * (signal > 0), ()
            gap = 0.35 + 0.25 * np.tanh(self.signals[:, 0]) if place % 7 == 3 else 0.1 * (place % 4)
            values = np.where(self.rng.random(self.rows) < gap, np.nan, values)
            fields.append(Field(f"field {place}", values, words))
        return fields

    def leaks(self) -> dict[str, Field]:
        """Rule -> a field that it must name."""
        won, rng = self.won, self.rng
        nothing = np.full(self.rows, np.nan)
        noise = rng.normal(size=self.rows)
        stage = np.where(won & self.some(0.4), 2.0, rng.choice(2, self.rows))
        return {
            "repeats_label": Field("flag", np.where(won, 7.0, 3.0)),
            "named_after_outcome": Field("won_reason", np.where(won & self.some(0.1), 1.0, nothing)),
            "value_after_outcome": Field("progress", stage, ("called", "mailed", "Closed Won")),
            "filled_by_outcome": Field("score b", np.where((won & self.some(0.35)) | self.some(0.01), noise, nothing)),
            "predicts_alone": Field("talk time", noise + 1.45 * won),
            "decides_outcome": Field(
                "volume", np.where(won & self.some(0.3), 5 + rng.random(self.rows), rng.random(self.rows))
            ),
            "power_fades_with_age": Field(
                "touches",
                np.where(won & self.some(0.5) & (self.when < 0.7), 3.0, np.where(self.some(0.08), 3.0, nothing)),
            ),
        }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("base", [0.05, 0.15, 0.4])
def test_at_most_one_of_fifty_honest_fields_is_named(seed: int, base: float) -> None:
    world = World(seed, base=base)
    found = find_suspects(world.honest(), world.won.astype(int), LABEL_WORDS, in_time=True)
    assert len(found) <= 1, found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("base", [0.08, 0.15, 0.3])
def test_every_kind_of_leak_is_found_among_honest_fields(seed: int, base: float) -> None:
    world = World(seed, base=base)
    leaks = world.leaks()
    fields = [*world.honest()[:10], *leaks.values()]
    found = {each.field: each for each in find_suspects(fields, world.won.astype(int), LABEL_WORDS, in_time=True)}
    for rule, leak in leaks.items():
        assert leak.name in found, rule
        assert leak.name in found[leak.name].evidence
    assert found["flag"].rule == "repeats_label"
    assert found["won_reason"].rule == "named_after_outcome"


def test_a_field_of_leads_that_fails_only_after_the_cut_is_no_leak_and_one_that_faded_before_is() -> None:
    world = World(1, base=0.3)
    now, cut = Ends(world.won, np.ones(world.rows, np.bool_)), 0.7 * world.when.max()
    comparable = Comparable(np.zeros(world.rows), np.zeros(world.rows))
    fading = LeadField(world.leaks()["power_fades_with_age"])
    at_cut = Ends(world.won, world.when < cut)
    assert [each.rule for each in find_in_leads([fading], now, now, comparable, LABEL_WORDS)] == [
        "power_fades_with_age"
    ]
    assert not find_in_leads([fading], now, at_cut, comparable, LABEL_WORDS)


def test_what_needs_an_order_of_time_is_not_looked_for_without_one() -> None:
    world = World(1)
    fading = world.leaks()["power_fades_with_age"]
    assert not find_suspects([fading], world.won.astype(int), LABEL_WORDS, in_time=False)
