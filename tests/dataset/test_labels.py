"""Unripe is not negative, and not positive either."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.dataset.labels import band_labels, horizon_labels
from leadscore.dataset.snapshots import NEVER, SnapshotTable
from leadscore.domain.time import DAY_US

EDGES = (14, 60, 180)


def won_after(*days: float | None, as_of: int = 0) -> SnapshotTable:
    won_at = [NEVER if day is None else as_of + int(day * DAY_US) for day in days]
    one = np.ones(len(days))
    return SnapshotTable(pa.array(["x"] * len(days)), np.full(len(days), as_of), one, np.array(won_at, np.int64))


def in_bands(day: float | None, complete_after_days: float) -> str:
    """One letter per band: + converted, - not converted, ? unknown."""
    labels = band_labels(won_after(day), EDGES, int(complete_after_days * DAY_US))
    return letters(labels.known[0], labels.converted[0])


def in_horizons(day: float | None, complete_after_days: float) -> str:
    labels = horizon_labels(won_after(day), EDGES, int(complete_after_days * DAY_US))
    return letters(labels.known[0], labels.converted[0])


def letters(known: np.ndarray, converted: np.ndarray) -> str:
    return "".join("?" if not k else "+" if c else "-" for k, c in zip(known, converted, strict=True))


@pytest.mark.parametrize(
    ("won_on_day", "bands", "horizons"),
    [
        (None, "---", "---"),
        (1, "+??", "+++"),
        (14, "+??", "+++"),
        (14.001, "-+?", "-++"),
        (60, "-+?", "-++"),
        (180, "--+", "--+"),
        (181, "---", "---"),
    ],
)
def test_ripe_labels_tell_the_band_of_the_purchase(won_on_day, bands, horizons):
    assert in_bands(won_on_day, 1_000) == bands
    assert in_horizons(won_on_day, 1_000) == horizons


def test_a_customer_is_no_training_row_of_later_bands():
    assert in_bands(5, 1_000) == "+??"


def test_a_running_band_is_unknown_even_for_those_who_converted_in_it():
    assert in_bands(20, 59.9) == "-??"
    assert in_horizons(20, 59.9) == "-??"


def test_a_band_is_known_from_the_instant_it_ends():
    assert in_bands(None, 60) == "--?"
    assert in_horizons(None, 60) == "--?"


def test_a_snapshot_younger_than_every_band_is_unknown_throughout():
    assert in_bands(None, 13.9) == in_bands(3, 13.9) == "???"


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 300)), max_size=20),
    st.integers(0, 400),
    st.integers(-(10**15), 10**15),
)
def test_an_unknown_label_is_never_positive_and_bands_add_up_to_horizons(days, complete_after, as_of):
    table = won_after(*[None if day is None else day + 0.5 for day in days], as_of=as_of)
    complete_to = as_of + complete_after * DAY_US
    bands, horizons = band_labels(table, EDGES, complete_to), horizon_labels(table, EDGES, complete_to)
    assert not (bands.converted & ~bands.known).any()
    assert not (horizons.converted & ~horizons.known).any()
    summed = np.cumsum(bands.converted, axis=1) > 0
    assert (summed[horizons.known] == horizons.converted[horizons.known]).all()
