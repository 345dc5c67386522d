"""Who is who does not depend on the order in which it was said, and nobody is put together by accident."""

import json
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.identity import Link, Membership
from leadscore.ingest.envelope import Message, parse_messages
from leadscore.ingest.identity import MOST_IDS, address_node, links_of, links_of_lead, resolve

ANONYMOUS, USERS, ADDRESSES = ("a1", "a2", "a3"), ("u1", "u2", "u3"), ("x", "y")
USER_KINDS = ("device", "user_email")
LEADS = ("L1", "L2", "u3")
"""What files call leads; one is called as tracking calls it too."""


def device(anonymous: str, user: str, at: int = 1) -> Link:
    return Link("device", anonymous, user, at, at)


def people(*links: Link) -> dict[str, str]:
    return {member.lead_id: member.person for member in resolve(links).members}


def said(received_at: int = 9, **message: object) -> list[Link]:
    (found,) = parse_messages(json.dumps({"type": "identify", "messageId": "m", **message}).encode(), received_at)
    assert isinstance(found, Message)
    return links_of(found, received_at)


links = st.lists(
    st.one_of(
        st.builds(device, st.sampled_from(ANONYMOUS), st.sampled_from(USERS), st.integers(0, 5)),
        st.builds(
            lambda pair, at: Link("alias", *pair, at, at),
            st.permutations([*USERS, *ANONYMOUS]).map(lambda ids: (ids[0], ids[1])),
            st.integers(0, 5),
        ),
        st.builds(
            lambda a, m, at: Link("email", a, m, at, at),
            *map(st.sampled_from, (ANONYMOUS, ADDRESSES)),
            st.integers(0, 5),
        ),
        st.builds(
            lambda u, m, at: Link("user_email", u, m, at, at),
            *map(st.sampled_from, (USERS, ADDRESSES)),
            st.integers(0, 5),
        ),
        st.builds(
            lambda lead, m, at: Link("lead_email", lead, m, at, at),
            st.sampled_from(LEADS),
            st.sampled_from(ADDRESSES),
            st.integers(0, 5),
        ),
        st.builds(lambda a, u: Link("split", a, u, 0, 0), *map(st.sampled_from, (ANONYMOUS, USERS))),
    ),
    max_size=9,
)


@given(links, st.randoms())
def test_the_order_and_repetition_of_links_change_nobody(given_links: list[Link], random) -> None:
    shuffled = [*given_links, *given_links[:3]]
    random.shuffle(shuffled)
    assert resolve(shuffled).members == resolve(given_links).members


@given(links)
def test_everybody_goes_by_one_id_and_that_id_is_no_member_of_another(given_links: list[Link]) -> None:
    members = resolve(given_links).members
    assert len({member.lead_id for member in members}) == len(members)
    assert not {member.person for member in members} & {member.lead_id for member in members}


@given(links)
def test_two_users_or_two_leads_of_files_are_one_only_by_an_alias(given_links: list[Link]) -> None:
    without = [link for link in given_links if link.kind != "alias"]
    whose = people(*without)
    leads = {link.one for link in without if link.kind == "lead_email"}
    users = {link.one if link.kind == "user_email" else link.other for link in without if link.kind in USER_KINDS}
    for ids in (leads, users):
        assert len({whose.get(each, each) for each in ids}) == len(ids)


@given(links)
def test_what_was_split_apart_is_never_one_person(given_links: list[Link]) -> None:
    whose = people(*given_links)
    for link in given_links:
        if link.kind == "split":
            assert whose.get(link.one, link.one) != whose.get(link.other, link.other)


def lead_email(lead: str, address: str = "x", at: int = 1) -> Link:
    return Link("lead_email", lead, address, at, at)


def test_an_address_joins_a_lead_of_a_file_a_user_and_visitors_and_the_file_names_them() -> None:
    found = [lead_email("L1", at=5), Link("user_email", "u1", "x", 1, 1), Link("email", "a1", "x", 2, 2)]
    assert people(*found) == {"u1": "L1", "a1": "L1"}
    moved = [lead_email("L1"), Link("email", "a1", "x", 2, 2), Link("alias", "L1", "u9", 7, 7)]
    assert people(*moved) == {"L1": "u9", "a1": "u9"}


def test_an_address_shared_by_leads_of_files_joins_the_one_it_was_seen_with_first() -> None:
    shared = [lead_email("L2", at=3), lead_email("L1", at=4), Link("email", "a1", "x", 9, 9)]
    assert people(*shared) == {"a1": "L2"}
    assert [reason for _, reason in resolve(shared).refused] == ["it is shared by several leads"]


def test_the_addresses_of_a_lead_are_known_since_they_were_told_first() -> None:
    told = [(7, "Ann@Example.org"), (3, "ann@example.org"), (5, "bob@example.org"), (1, None), (2, "none")]
    found = [(link.kind, link.one, link.known_at, link.said_by) for link in links_of_lead("L1", told)]
    assert sorted(found) == [("lead_email", "L1", 3, "import"), ("lead_email", "L1", 5, "import")]


def test_an_identify_joins_the_anonymous_visits_to_the_user_since_it_was_known() -> None:
    found = said(userId="u1", anonymousId="a1", timestamp="1970-01-01T00:00:00Z", received_at=70)
    assert resolve(found).members == [Membership("a1", "u1", 70)]


def test_a_member_belongs_to_a_person_since_the_last_link_between_them_was_known() -> None:
    chain = [Link("email", "a1", "x", 1, 30), Link("user_email", "u1", "x", 2, 10), device("a2", "u1", 20)]
    assert resolve(chain).members == [Membership("a1", "u1", 30), Membership("a2", "u1", 20)]


def test_a_device_shared_by_two_users_belongs_to_the_one_seen_with_it_first() -> None:
    shared = [device("a1", "u2", 5), device("a1", "u1", 4)]
    for order in permutations(shared):
        assert people(*order) == {"a1": "u1"}
    ((link, reason),) = resolve(shared).refused
    assert (link.other, reason) == ("u2", "it is shared by several users")


def test_aliases_lead_to_the_id_that_is_nobodys_earlier_one() -> None:
    chain = [Link("alias", "u1", "u2", 1, 1), Link("alias", "u2", "u3", 2, 2), device("a1", "u1", 3)]
    for order in permutations(chain):
        assert people(*order) == {"u1": "u3", "u2": "u3", "a1": "u3"}


def test_an_address_joins_visitors_without_a_user_and_hands_them_to_the_user_who_gives_it() -> None:
    visitors = [Link("email", "a2", "x", 3, 3), Link("email", "a1", "x", 2, 2)]
    assert people(*visitors) == {"a2": "a1"}
    assert people(*visitors, Link("user_email", "u1", "x", 9, 9)) == {"a1": "u1", "a2": "u1"}


def test_an_id_with_the_text_of_an_address_hash_is_not_that_address() -> None:
    assert people(Link("email", "a1", "x", 1, 1), device("x", "u1")) == {"x": "u1"}


def test_a_kiosk_does_not_become_one_person() -> None:
    visits = [device(f"a{number}", "kiosk", number) for number in range(MOST_IDS + 50)]
    assert len(people(*visits)) == MOST_IDS - 1


def test_messages_link_by_ids_alias_and_address_and_not_by_what_stands_for_anybody() -> None:
    both = {"userId": "u1", "anonymousId": "a1"}
    assert [link[:3] for link in said(**both)] == [("device", "a1", "u1")]
    assert [link[:3] for link in said(type="track", event="x", **both)] == [("device", "a1", "u1")]
    assert said(userId="null", anonymousId="a1") == []
    assert said(userId="same", anonymousId="same") == []
    assert [link[:3] for link in said(type="alias", userId="u1", previousId="a1")] == [("alias", "a1", "u1")]
    assert said(type="alias", userId="u1", previousId="u1") == []
    node = address_node("ann@example.org")
    assert [link[:3] for link in said(anonymousId="a1", traits={"email": " Ann@Example.org"})] == [
        ("email", "a1", node)
    ]
    assert [link[:3] for link in said(userId="u1", context={"traits": {"email": "ann@example.org"}})] == [
        ("user_email", "u1", node)
    ]


def test_an_address_that_an_event_or_a_company_carries_joins_nobody() -> None:
    address = {"email": "bob@example.org"}
    assert said(type="track", event="Invite Sent", userId="alice", properties=address) == []
    assert said(type="group", anonymousId="a1", groupId="acme", traits=address) == []
