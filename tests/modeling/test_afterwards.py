"""Customers against open leads as likely to buy: what was filled in afterwards is named, what came late is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.time import DAY_US, LATEST_US
from leadscore.modeling.leakage.afterwards import (
    Fills,
    filled_after_conversion,
    filled_on_conversion,
    value_after_conversion,
    vanishes_before_conversion,
)
from leadscore.modeling.leakage.comparable import Comparable
from leadscore.modeling.leakage.gate import Ends, LeadField, find_in_leads
from leadscore.modeling.leakage.suspect import Field

LEADS = 4_000
RNG = np.random.default_rng(1)
AGE = np.sort(RNG.integers(0, 1_000, LEADS))[::-1]
LIKELY = RNG.random(LEADS)
WON = RNG.random(LEADS) < 0.25 * LIKELY * (AGE / 1_000)
NOW = 2_000 * DAY_US
CREATED = NOW - AGE * DAY_US
BOUGHT = np.where(WON, CREATED + (RNG.random(LEADS) * AGE * DAY_US).astype(np.int64), LATEST_US)
COMPARED = Comparable(np.where(WON, 1.0, 0.0), np.where(WON, 0.0, 0.25 * LIKELY))


def some(share: float) -> np.ndarray:
    return np.random.default_rng(int(1_000 * share)).random(LEADS) < share


def field(filled: np.ndarray) -> Field:
    return Field("plan", np.where(filled, 1.0, np.nan))


@given(has=st.lists(st.booleans(), min_size=LEADS // 40, max_size=LEADS // 40), scale=st.floats(0.1, 10))
def test_a_gap_turns_its_sign_with_the_trait_and_does_not_depend_on_the_scale_of_chances(
    has: list[bool], scale: float
) -> None:
    trait = np.tile(np.array(has), 40)
    gap, other = COMPARED.gap(trait), COMPARED.gap(~trait)
    assert gap.log_odds == pytest.approx(-other.log_odds, abs=1e-9)
    assert gap.z == pytest.approx(-other.z, abs=1e-9)
    scaled = Comparable(COMPARED.customers * scale, COMPARED.open / scale).gap(trait)
    assert scaled.log_odds == pytest.approx(gap.log_odds, abs=1e-9)


def test_a_field_filled_for_a_third_of_the_customers_is_named_with_both_shares() -> None:
    found = filled_after_conversion(field(WON & some(0.35)), COMPARED)
    assert found is not None
    assert "of the customers and on 0.0% of the open leads" in found.evidence


def test_a_gap_that_is_filled_in_and_a_field_that_is_emptied_are_named() -> None:
    assert filled_after_conversion(field(some(0.6) | (WON & some(0.8))), COMPARED) is not None
    assert filled_after_conversion(field(some(0.5) & ~WON), COMPARED) is not None


def test_what_likely_leads_fill_in_themselves_is_no_leak() -> None:
    assert filled_after_conversion(field(LIKELY > 0.4), COMPARED) is None


def test_a_field_that_came_into_use_late_or_fell_out_of_use_is_no_leak() -> None:
    assert filled_after_conversion(field(AGE < 300), COMPARED) is None
    assert filled_after_conversion(field(AGE > 600), COMPARED) is None


def test_a_value_that_customers_get_is_named_and_a_number_that_grows_with_age_is_not() -> None:
    status = Field("phase", np.where(WON & some(0.7), 2.0, some(0.5)), ("new", "called", "active"))
    found = value_after_conversion(status, COMPARED)
    assert found is not None
    assert "phase = 'active'" in found.evidence
    assert value_after_conversion(Field("days", AGE.astype(float)), COMPARED) is None


def fills(at: np.ndarray) -> Fills:
    return Fills(at, BOUGHT, CREATED)


def test_what_customers_get_with_the_sale_is_named_by_its_own_history() -> None:
    later = fills(np.where(WON & some(0.5), BOUGHT + 3 * DAY_US, LATEST_US))
    found = filled_on_conversion("plan", later, COMPARED)
    assert found is not None
    assert "100% of the" in found.evidence


def test_notes_of_any_time_and_fields_filled_before_the_sale_are_no_leaks() -> None:
    notes = np.where(some(0.3), CREATED + (RNG.random(LEADS) * AGE * DAY_US).astype(np.int64), LATEST_US)
    assert (notes[WON & (notes < LATEST_US)] > BOUGHT[WON & (notes < LATEST_US)]).mean() > 0.4
    assert filled_on_conversion("notes", fills(notes), COMPARED) is None
    early = np.where(WON & some(0.5), CREATED + DAY_US, LATEST_US)
    assert filled_on_conversion("early", fills(early), COMPARED) is None


def test_power_that_vanishes_when_as_of_moves_back_a_week_is_named() -> None:
    booked = fills(np.where(WON & some(0.6), BOUGHT - 2 * DAY_US, LATEST_US))
    assert vanishes_before_conversion("contract", booked, COMPARED) is not None
    asked = fills(np.where(WON & some(0.6), np.maximum(BOUGHT - 40 * DAY_US, CREATED), LATEST_US))
    assert vanishes_before_conversion("brief", asked, COMPARED) is None


def test_too_few_customers_or_open_leads_are_not_compared() -> None:
    few = Comparable(np.where(np.cumsum(WON) <= 10, COMPARED.customers, 0.0), COMPARED.open)
    assert not few.enough
    leak = LeadField(field(WON & some(0.35)))
    ends = Ends(WON & (np.cumsum(WON) <= 10), np.ones(LEADS, np.bool_))
    assert not find_in_leads([leak], ends, ends, few, ())
