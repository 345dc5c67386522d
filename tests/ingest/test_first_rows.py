"""Of many rows per lead the earliest makes the lead, whatever the order of the rows."""

import random

from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.lead import Lead, LeadRow
from leadscore.ingest.first_rows import first_rows
from leadscore.ingest.normalize import Normalized
from leadscore.ingest.rows import RowFault

touches = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from(["mail", "web", None])))


def rows_of(found):
    return [LeadRow(Lead(lead, at, source or "unknown"), ("source",), (source,)) for lead, at, source in found]


def part(rows, faults=()):
    return Normalized(rows, list(range(len(rows))), {place: [RowFault("LS-ROW-01", "x", "y")] for place in faults})


def test_the_earliest_row_stays_with_its_place_and_bad_rows_stay_bad():
    rows = rows_of([("a", 5, "web"), ("b", 1, None), ("a", 2, "mail")])
    (kept,) = first_rows([part(rows, faults=[7])])
    assert kept.facts == [rows[1], rows[2]]
    assert kept.places == [1, 2]
    assert list(kept.faults) == [7]


@given(touches, st.integers(0, 10), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_how_they_are_cut_into_parts_does_not_matter(found, cut, rng: random.Random):
    def kept(rows):
        parts = first_rows([part(rows[:cut]), part(rows[cut:])])
        return sorted((row.lead.lead_id, row.lead.created_at, row.values) for each in parts for row in each.facts)

    plain = kept(rows_of(found))
    rng.shuffle(found)
    assert kept(rows_of(found)) == plain
    assert [lead for lead, _, _ in plain] == sorted({lead for lead, _, _ in found})
    assert all(at == min(when for who, when, _ in found if who == lead) for lead, at, _ in plain)
