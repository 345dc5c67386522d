"""What sales catches by working the hottest leads of each week."""

import numpy as np
import pytest

from leadscore.modeling.capacity import catch
from leadscore.modeling.rows import LabelledRows


def week_rows(converted: list[int], weight: list[float] | None = None) -> LabelledRows:
    count = len(converted)
    return LabelledRows(
        known=np.ones((count, 1), bool),
        converted=np.array(converted, bool)[:, None],
        weight=np.ones(count) if weight is None else np.array(weight),
        cluster=np.arange(count),
    )


def caught(p: list[float], rows: LabelledRows, weeks: list[int], per_week: int) -> float | None:
    found = catch(np.array(p), rows, 0, np.array(weeks), per_week, 50)
    return None if found is None else found.caught_share


def test_each_week_is_ranked_by_itself() -> None:
    weeks = [0, 0, 0, 1, 1, 1]
    rows = week_rows([1, 0, 0, 1, 0, 0])
    # Ranked over both weeks, the two calls would go to the second week.
    assert caught([0.3, 0.2, 0.1, 0.9, 0.8, 0.7], rows, weeks, 1) == 1.0


def test_equal_probabilities_share_the_capacity() -> None:
    assert caught([0.2] * 4, week_rows([1, 0, 0, 0]), [0] * 4, 1) == pytest.approx(0.25)


def test_a_thinned_row_takes_the_capacity_of_all_that_it_stands_for() -> None:
    rows = week_rows([0, 1], [4.0, 1.0])
    assert caught([0.9, 0.5], rows, [0, 0], 4) == 0.0
    assert caught([0.9, 0.5], rows, [0, 0], 5) == 1.0


def test_the_default_is_a_twentieth_of_the_open_leads_and_chance_has_a_lift_of_one() -> None:
    rng = np.random.default_rng(1)
    weeks = np.repeat(np.arange(10), 400)
    rows = week_rows((rng.random(4_000) < 0.1).astype(int).tolist())
    found = catch(np.full(4_000, 0.1), rows, 0, weeks, 0)
    assert (found.weeks, found.leads_a_week, found.worked_share) == (10, pytest.approx(20), pytest.approx(0.05))
    assert found.lift == pytest.approx(1.0)
    assert (found.low, found.high) == (pytest.approx(0.05), pytest.approx(0.05))


def test_without_a_ripe_row_there_is_nothing_to_say() -> None:
    rows = week_rows([1])
    unripe = LabelledRows(known=~rows.known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    assert catch(np.array([0.5]), unripe, 0, np.array([0]), 1) is None
