import numpy as np
import pytest

from leadscore.modeling.leakage.names import named_after_outcome, value_after_outcome
from leadscore.modeling.leakage.suspect import Field

RNG = np.random.default_rng(1)
WON = RNG.random(2_000) < 0.2
NOISE = RNG.normal(size=2_000)

AFTER = [
    "close_date",
    "Closed At",
    "CloseDate",
    "won_reason",
    "Lost Reason",
    "lostReason",
    "contract_signed_at",
    "contract_value",
    "Contract_Start__c",
    "onboarding_date",
    "onboarding",
    "date_of_purchase",
    "is_won",
    "customer_since",
    "first_invoice",
    "churn_date",
    "closed won",
    "reason_for_loss",
    "converted_date",
    "conversion_time",
    "final_revenue",
]
BEFORE = [
    "contact",
    "last_contact_date",
    "closest_branch",
    "company",
    "first_visit",
    "customer_type",
    "contract_type_wanted",
    "purchasing_power",
    "winter_region",
    "wonder",
    "signup_date",
    "poutcome",
    "previous",
    "lead_source",
    "loan",
    "stage",
    "status",
    "contracts",
    "revenue",
    "order_count",
    "payment_method",
    "created_at",
    "date",
    "reason",
    "closing_in_office",
]


@pytest.mark.parametrize("name", AFTER)
def test_names_of_what_follows_the_outcome_are_suspect(name: str) -> None:
    found = named_after_outcome(Field(name, NOISE), WON)
    assert found is not None
    assert name in found.evidence


@pytest.mark.parametrize("name", BEFORE)
def test_honest_names_without_power_are_not(name: str) -> None:
    assert named_after_outcome(Field(name, NOISE), WON) is None


@pytest.mark.parametrize("name", ["stage", "deal_status", "revenue", "Lead Outcome"])
def test_doubtful_names_are_suspect_if_the_field_tells_a_good_deal(name: str) -> None:
    assert named_after_outcome(Field(name, NOISE + 1.1 * WON), WON) is not None
    assert named_after_outcome(Field("visits", NOISE + 1.1 * WON), WON) is None


@pytest.mark.parametrize("word", ["Closed Won", "signed", "CUSTOMER", "bought"])
def test_a_value_that_names_the_outcome_is_suspect_where_only_one_outcome_has_it(word: str) -> None:
    words = ("called", "mailed", word)
    after = np.where(WON & (RNG.random(2_000) < 0.4), 2.0, RNG.choice(2, 2_000))
    before = np.where(RNG.random(2_000) < 0.2, 2.0, RNG.choice(2, 2_000))
    found = value_after_outcome(Field("progress", after, words), WON, ("bought", "left"))
    assert found is not None
    assert repr(word) in found.evidence
    assert value_after_outcome(Field("progress", before, words), WON, ("bought", "left")) is None


def test_the_same_value_without_a_telling_word_is_left_to_other_rules() -> None:
    after = np.where(WON & (RNG.random(2_000) < 0.4), 1.0, 0.0)
    assert value_after_outcome(Field("progress", after, ("blue", "green")), WON, ("yes", "no")) is None
