"""How much more data would help, in figures and in words."""

import numpy as np
import pytest

from leadscore.modeling.learning_curve import PartFit, leads_drawn, report_learning_curve
from leadscore.modeling.rows import LabelledRows

NAMES = ("60d",)


def later_rows() -> tuple[np.ndarray, LabelledRows]:
    rng = np.random.default_rng(5)
    chance = rng.beta(0.5, 5, (3_000, 1))
    rows = LabelledRows(
        known=np.ones(chance.shape, bool),
        converted=rng.random(chance.shape) < chance,
        weight=np.ones(3_000),
        cluster=np.arange(3_000),
    )
    return chance, rows


def blurred(chance: np.ndarray, size: float) -> np.ndarray:
    odds = np.log(chance / (1 - chance)) + np.random.default_rng(6).normal(0, size, chance.shape)
    return 1 / (1 + np.exp(-odds))


def fits(*sizes: float) -> tuple[list[PartFit], LabelledRows]:
    chance, rows = later_rows()
    shares = (0.25, 0.5, 1.0)
    return [
        PartFit(share, int(4_000 * share), int(400 * share), blurred(chance, size))
        for share, size in zip(shares, sizes, strict=True)
    ], rows


def test_leads_are_drawn_whole_and_a_smaller_share_lies_within_a_larger_one() -> None:
    cluster = np.random.default_rng(1).integers(0, 500, 4_000)
    quarter, half = leads_drawn(cluster, 0.25, 1), leads_drawn(cluster, 0.5, 1)
    assert not (quarter & ~half).any()
    assert not set(cluster[half]) & set(cluster[~half])
    assert len(set(cluster[quarter])) == pytest.approx(125, abs=2)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((1.5, 1.0, 0.2), "the log loss fell by "),
        ((1.5, 1.0, 0.2), "more data still help"),
        ((0.2, 0.2, 0.2), "within chance"),
        ((0.1, 0.1, 1.5), "the log loss rose by "),
        ((0.1, 0.1, 1.5), "made it worse"),
    ],
)
def test_what_the_last_doubling_brought_is_said_in_words(sizes: tuple[float, float, float], said: str) -> None:
    found = report_learning_curve(*fits(*sizes), NAMES, 50, 1)
    assert said in found["said"]
    assert "by -" not in found["said"]
    assert [point["converting_leads"] for point in found["points"]] == [100, 200, 400]
    assert len(found["gains"]) == 2


def test_the_next_doubling_is_spoken_of_only_where_the_last_step_was_one() -> None:
    parts, rows = fits(1.5, 1.0, 0.2)
    doubled = report_learning_curve(parts, rows, NAMES, 50, 1)["said"]
    fourfold = report_learning_curve([parts[0], parts[2]], rows, NAMES, 50, 1)["said"]
    assert "the next doubling" in doubled
    assert fourfold.endswith("more data still help")


def test_without_a_smaller_fit_nothing_is_said_about_more_data() -> None:
    parts, rows = fits(1.0, 1.0, 1.0)
    assert report_learning_curve(parts[2:], rows, NAMES, 50, 1)["said"].startswith("too few later rows")
