"""Every source of leads is there, with its own quality."""

import numpy as np

from leadscore.simulate.classes import PERSONA_OF, PERSONAS
from leadscore.simulate.engagement import EVENT_TYPES
from leadscore.simulate.sources import SOURCE_NAMES, SOURCES, starting_shares

NAMED = """referral bought_list webinar trade_show lunch peer_meeting sponsored_event inbound_content email social
local_network advertising live_chat chatbot existing_customer won_back partner"""


def test_all_sources_are_there_and_share_out_all_leads() -> None:
    assert set(SOURCE_NAMES) == set(NAMED.split())
    assert np.isclose(sum(source.share for source in SOURCES), 1.0)
    assert {source.first_type for source in SOURCES if source.first_type} <= set(EVENT_TYPES)


def test_social_and_webinar_leads_are_worse_after_the_drift_and_no_others() -> None:
    good_fit = starting_shares()[:, :, PERSONAS.index("good_fit") == PERSONA_OF].sum(axis=(2, 3))
    worse = {name for at, name in enumerate(SOURCE_NAMES) if good_fit[at, 1] < good_fit[at, 0]}
    assert worse == {"social", "webinar"}


def test_a_referral_is_interested_far_more_often_than_a_bought_address() -> None:
    shares = dict(zip(SOURCE_NAMES, starting_shares()[:, 0, :, 2:5].sum(axis=(1, 2)), strict=True))
    assert shares["referral"] > 5 * shares["bought_list"]
