"""Snapshots are grouped by what was known of the lead at their own instant."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest

from leadscore.dataset.snapshot_groups import attribute_at, snapshot_groups
from leadscore.dataset.snapshots import NEVER, SnapshotTable
from leadscore.domain.time import DAY_US
from leadscore.features.facts import SCHEMAS, Facts

DAY = DAY_US


ATTRIBUTES = [
    ("a", "segment", "saas", 10 * DAY),
    ("a", "segment", "b2c", 50 * DAY),
    ("a", "source", "webinar", 10 * DAY),
    ("b", "segment", "", 20 * DAY),
]


def facts(attributes: Sequence[tuple[str, str, str | None, int]] = ATTRIBUTES) -> Facts:
    tables = {kind: schema.empty_table() for kind, schema in SCHEMAS.items()}
    tables["leads"] = pa.table({"lead_id": ["a", "b", "c"], "created_at": [10 * DAY, 20 * DAY, 200 * DAY]})
    columns = list(zip(*attributes, strict=True))
    tables["attributes"] = pa.table([pa.array(each) for each in columns], schema=SCHEMAS["attributes"])
    return Facts(**tables)


def snapshots(*rows: tuple[str, int]) -> SnapshotTable:
    leads, days = zip(*rows, strict=True)
    count = len(rows)
    at = np.array(days, np.int64) * DAY
    return SnapshotTable(pa.array(leads), at, np.ones(count), np.full(count, NEVER))


def test_a_value_counts_only_after_it_is_known_and_at_once_if_it_came_with_the_lead() -> None:
    found = attribute_at(facts(), snapshots(("a", 50), ("a", 51), ("b", 30), ("a", 10), ("c", 210)), "segment")
    assert found.tolist() == ["saas", "b2c", "(unknown)", "saas", "(unknown)"]


def test_groups_are_segment_source_age_and_whether_the_lead_was_known_at_the_cut() -> None:
    groups = snapshot_groups(facts(), snapshots(("a", 99), ("a", 100), ("c", 210)), 100 * DAY)
    assert groups["source"].tolist() == ["webinar", "webinar", "(unknown)"]
    assert groups["age"].tolist() == ["younger than 90 days", "90 days or older", "younger than 90 days"]
    assert groups["lead"].tolist() == ["known at the cut", "known at the cut", "created after the cut"]


def test_an_attribute_that_no_lead_has_makes_no_group() -> None:
    assert attribute_at(facts(), snapshots(("a", 50)), "region") is None


VALUES = [("a", "segment", value, at) for value, at in (("x", 50), (None, 50), ("y", 50), ("z", 49))]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_of_values_known_at_one_instant_the_larger_text_wins_in_any_order_of_the_facts(order: tuple[int, ...]) -> None:
    told = facts([VALUES[place] for place in order])
    assert attribute_at(told, snapshots(("a", 1)), "segment").tolist() == ["y"]


def test_a_value_known_just_before_the_lead_came_does_not_hide_the_one_it_came_with() -> None:
    for values in permutations([("a", "segment", "z", 10 * DAY - 1), ("a", "segment", "saas", 10 * DAY)]):
        assert attribute_at(facts(values), snapshots(("a", 10)), "segment").tolist() == ["saas"]
