import numpy as np
import pytest

from leadscore.modeling.comparison import PairedRows, compare
from leadscore.modeling.rows import LabelledRows

HORIZONS = ("14d", "60d")


def later_rows(leads=1_500, seed=4):
    """Rows, three per lead, whose true chances are known, and those chances, shape (n, 2)."""
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(leads), 3)
    near = random.beta(0.5, 8, leads)[cluster]
    chance = np.stack([near, 1 - (1 - near) ** 2], axis=1)
    rows = LabelledRows(
        known=np.ones(chance.shape, dtype=bool),
        converted=random.random(leads)[cluster][:, None] < chance,
        weight=np.ones(len(cluster)),
        cluster=cluster,
    )
    return chance, rows


def blurred(chance, size, seed=9):
    """The chances with random errors in log-odds, rows of a lead alike."""
    noise = np.repeat(np.random.default_rng(seed).normal(0, size, (len(chance) // 3, 1)), 3, axis=0)
    return 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + noise - size**2 / 4)))


def test_unripe_and_unscored_rows_are_left_out_of_the_comparison():
    chance, rows = later_rows()
    known, champion = rows.known.copy(), blurred(chance, 1.0)
    known[:300] = False
    champion[300:600] = np.nan
    partly = LabelledRows(known=known, converted=rows.converted, weight=rows.weight, cluster=rows.cluster)
    found = compare(PairedRows(model=chance, reference=champion, rows=partly, horizons=HORIZONS), 100, 1)
    rest = np.arange(600, len(rows))
    direct = compare(
        PairedRows(model=chance[rest], reference=champion[rest], rows=rows.take(rest), horizons=HORIZONS), 100, 1
    )
    assert found.value == pytest.approx(direct.value)
    assert (found.rows, found.leads) == (direct.rows, direct.leads) == (3_900, 1_300)


def test_the_interval_of_the_gain_does_not_shrink_when_rows_repeat():
    chance, rows = later_rows(leads=300)
    champion, again = blurred(chance, 1.0), np.tile(np.arange(900), 4)
    once, repeated = (
        compare(PairedRows(model=chance[i], reference=champion[i], rows=rows.take(i), horizons=HORIZONS), 400, 1)
        for i in (np.arange(900), again)
    )
    assert repeated.value == pytest.approx(once.value)
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=1e-6)
