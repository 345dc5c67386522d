"""A calibration card names what is off beyond chance, and seldom anything else."""

import numpy as np
import pytest

from leadscore.modeling.calibration_card import calibration_card, independent_cases, ratio_interval
from leadscore.modeling.rows import LabelledRows

ACCEPTED = (0.8, 1.25)


def later_rows(seed: int, leads: int = 1_500, weeks: int = 4) -> tuple[np.ndarray, LabelledRows, dict[str, np.ndarray]]:
    """Rows, `weeks` per lead with one fate, their true chances, and a source for each lead."""
    rng = np.random.default_rng(seed)
    lead = np.repeat(np.arange(leads), weeks)
    chance = rng.beta(0.5, 8, leads)[lead][:, None]
    rows = LabelledRows(
        known=np.ones((len(lead), 1), bool),
        converted=(rng.random(leads)[lead] < chance[:, 0])[:, None],
        weight=np.ones(len(lead)),
        cluster=lead,
    )
    return chance, rows, {"source": np.array([f"source {number}" for number in rng.integers(0, 8, leads)])[lead]}


def card(p: np.ndarray, rows: LabelledRows, groups: dict[str, np.ndarray]) -> dict:
    return calibration_card(p, rows, ("60d",), groups, ACCEPTED)


def test_true_probabilities_are_seldom_called_wrong_and_their_intervals_hold_one() -> None:
    cells = [cell for seed in range(40) for cell in card(*later_rows(seed, leads=600))["cells"]]
    assert np.mean([cell["outside"] for cell in cells]) < 0.01
    inside = [cell["low"] <= 1 <= (cell["high"] or np.inf) for cell in cells]
    assert 0.92 <= np.mean(inside) <= 0.99


def test_a_cell_whose_only_case_has_few_rows_is_seldom_called_wrong_for_it() -> None:
    cells = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        lead = np.repeat(np.arange(300), np.where(rng.random(300) < 0.5, 1, 20))  # seen once, or for twenty weeks
        rows = LabelledRows(
            known=np.ones((len(lead), 1), bool),
            converted=(rng.random(300) < 0.02)[lead][:, None],
            weight=np.ones(len(lead)),
            cluster=lead,
        )
        source = np.array([f"source {number}" for number in rng.integers(0, 8, 300)])[lead]
        cells += card(np.full((len(lead), 1), 0.02), rows, {"source": source})["cells"]
    assert np.mean([cell["outside"] for cell in cells]) < 0.06


def test_a_source_that_is_promised_twice_what_it_brings_is_named() -> None:
    p, rows, groups = later_rows(1, leads=6_000)
    p = np.where((groups["source"] == "source 3")[:, None], np.minimum(2 * p, 0.99), p)
    found = card(p, rows, groups)
    assert [cell["value"] for cell in found["cells"] if cell["outside"]] == ["source 3"]
    assert found["said"][0].startswith("in 1 of 9 cells")
    assert "source source 3, 60d" in found["said"][1]


def test_where_nobody_converted_the_interval_counts_leads_not_rows() -> None:
    p, rows, groups = later_rows(2, leads=2_000, weeks=20)
    quiet = groups["source"] == "source 1"
    nobody = LabelledRows(
        known=rows.known, converted=rows.converted & ~quiet[:, None], weight=rows.weight, cluster=rows.cluster
    )
    cell = next(each for each in card(p, nobody, groups)["cells"] if each["value"] == "source 1")
    expected_leads = p[quiet].sum() / 20
    assert cell["ratio"] is None
    assert cell["high"] is None
    assert cell["low"] == pytest.approx(expected_leads / 3.69, rel=0.15)


def test_unripe_rows_and_rows_without_a_score_count_for_nothing() -> None:
    p, rows, _ = later_rows(3)
    known = rows.known.copy()
    known[:1_000], p[1_000:2_000] = False, np.nan
    partly = LabelledRows(known=known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    rest = np.arange(2_000, len(rows))
    assert card(p, partly, {})["cells"] == card(p[rest], rows.take(rest), {})["cells"]


def test_without_a_ripe_row_the_card_says_so() -> None:
    p, rows, groups = later_rows(4)
    unripe = LabelledRows(
        known=np.zeros_like(rows.known), converted=rows.converted, weight=rows.weight, cluster=rows.cluster
    )
    assert card(p, unripe, groups)["said"] == ["no later row is old enough to tell whether the probabilities are right"]


def test_copies_of_a_lead_are_no_further_cases() -> None:
    converted, weight, lead = np.arange(300) < 30, np.ones(300), np.arange(300)
    once = independent_cases(converted, weight, lead)
    five = independent_cases(np.tile(converted, 5), np.tile(weight, 5), np.tile(lead, 5))
    assert five == pytest.approx(once)
    assert ratio_interval(20.0, 10.0, 2.0, 2.0) == pytest.approx(ratio_interval(10.0, 10.0, 1.0, 1.0))
