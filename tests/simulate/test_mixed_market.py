"""The usual world: every source of leads is there, with its own quality, and the drift makes webinars meaningless."""

import numpy as np

from leadscore.simulate.law import law_of
from leadscore.simulate.mixed_market import MIXED_MARKET

LAW, EVENT_TYPES, SOURCE_NAMES = law_of(MIXED_MARKET), MIXED_MARKET.event_types, MIXED_MARKET.source_names

NAMED = """referral bought_list webinar trade_show lunch peer_meeting sponsored_event inbound_content email social
local_network advertising live_chat chatbot existing_customer won_back partner"""


def test_all_sources_are_there_and_share_out_all_leads() -> None:
    assert set(SOURCE_NAMES) == set(NAMED.split())
    assert np.isclose(sum(source.share for source in MIXED_MARKET.sources), 1.0)
    assert {source.first_type for source in MIXED_MARKET.sources if source.first_type} <= set(EVENT_TYPES)


def test_social_and_webinar_leads_are_worse_after_the_drift_and_no_others() -> None:
    good_fit = LAW.start[:, :, MIXED_MARKET.persona_of == 0].sum(axis=(2, 3))
    worse = {name for at, name in enumerate(SOURCE_NAMES) if good_fit[at, 1] < good_fit[at, 0]}
    assert worse == {"social", "webinar"}


def test_a_referral_is_interested_far_more_often_than_a_bought_address() -> None:
    shares = dict(zip(SOURCE_NAMES, LAW.start[:, 0, :, 2:5].sum(axis=(1, 2)), strict=True))
    assert shares["referral"] > 5 * shares["bought_list"]


def test_every_type_happens_in_every_state_but_scans_only_during_shows() -> None:
    late = EVENT_TYPES.index("show_visited")
    assert (LAW.rates[:4, late] == 0).all()
    assert (LAW.rates[4:, late] > 0).all()
    assert (np.delete(LAW.rates, late, axis=1) > 0).all()
    assert LAW.late.tolist() == [name == "show_visited" for name in EVENT_TYPES]


def test_webinars_are_no_buying_sign_after_the_drift() -> None:
    webinars = LAW.rates[:, EVENT_TYPES.index("webinar_registered")]
    assert (webinars[0].max(axis=1) > 5 * webinars[0].min(axis=1)).all()
    np.testing.assert_allclose(webinars[2].max(axis=1), webinars[2].min(axis=1))


def test_a_push_never_lowers_the_chance_to_be_at_least_so_far_tomorrow() -> None:
    for intent in range(5):
        at_least = slice(intent, 5)
        assert (LAW.pushed[:, :5, at_least].sum(axis=2) >= LAW.calm[:, :5, at_least].sum(axis=2) - 1e-12).all()
    assert (LAW.pushed[:, 3, 4] > LAW.calm[:, 3, 4]).all()
