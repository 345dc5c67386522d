"""Who is who: ids that were said to be one person are put together, under guards, whatever order they came in."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from leadscore.domain.identity import Link, Membership
from leadscore.ingest.envelope import Message, own_id

MOST_IDS = 100
"""Ids of one person at most: beyond it a device or an address is shared by many."""
_ADDRESS_NAME = re.compile(r"e[-_ ]?mail([-_ ]?address)?", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Refused(NamedTuple):
    """A link that puts nobody together, and why."""

    link: Link
    reason: str


class Resolved(NamedTuple):
    """What links come to: the other ids of each person, and the links that were refused."""

    members: list[Membership]
    refused: list[Refused]


def links_of(message: Message, received_at: int) -> list[Link]:
    """What a message says about who is who; known since it was received.

    A userId together with an anonymousId joins the two, an alias joins two users, an e-mail address of one's own joins
    all that give it: that of an identify, or of the user's traits in the context, not one that an event is about, nor a
    company's. The address itself is not kept, only a hash.
    """
    anonymous, traits = message.body.get("anonymousId"), message.section("context", "traits")
    if anonymous is None and not traits and message.type not in ("alias", "identify"):
        return []
    user, anonymous = own_id(message.body.get("userId")), own_id(anonymous)
    at = (message.occurred_at, received_at, message.message_id)
    if message.type == "alias":
        previous = own_id(message.body.get("previousId"))
        return [Link("alias", previous, message.lead_id, *at)] if previous and previous != message.lead_id else []
    found = [Link("device", anonymous, user, *at)] if user and anonymous and user != anonymous else []
    parts = (message.section("traits"), traits) if message.type == "identify" else (traits,)
    address = next((node for part in parts if (node := address_node(part.get("email")))), None)
    if address is not None:
        found.append(Link("user_email" if user else "email", message.lead_id, address, *at))
    return found


def links_of_lead(lead_id: str, addresses: Iterable[tuple[int, str | None]]) -> list[Link]:
    """What the e-mail addresses that files give a lead say about who is who.

    addresses   since when each was known, epoch microseconds, and the address.
    """
    nodes = [(known_at, address_node(text)) for known_at, text in sorted(addresses, key=_known_first)]
    first = {node: known_at for known_at, node in reversed(nodes) if node is not None}
    return [Link("lead_email", lead_id, node, at, at, "import") for node, at in first.items()]


def is_address_name(name: str) -> bool:
    """Whether a column of a file is called as if it held e-mail addresses.

    >>> is_address_name("E-Mail"), is_address_name("email_address"), is_address_name("email_domain")
    (True, True, False)
    """
    return _ADDRESS_NAME.fullmatch(name.strip()) is not None


def _known_first(told: tuple[int, str | None]) -> int:
    return told[0]


def address_node(value: object) -> str | None:
    """The hash of an e-mail address, the same for any capitals; None if it is no address.

    >>> address_node("Ann@Example.org") == address_node(" ann@example.org"), address_node("ann")
    (True, None)
    """
    text = value.strip().casefold() if isinstance(value, str) else ""
    return hashlib.sha256(text.encode()).hexdigest()[:40] if _ADDRESS.fullmatch(text) else None


def resolve(links: Collection[Link]) -> Resolved:
    """Put ids together; the same links in any order, repeated or not, give the same people.

    Aliases hold, whoever they join. A device or an e-mail address joins at most one user and one lead of a file: of
    several, the one that it was seen with first. What a person split apart stays apart. A person goes by the id of a
    file, or else the user id, that aliases lead to, or, without any, by the anonymous id seen first; a member belongs
    to it since the links between them were all known.
    """
    groups = _Groups(links)
    accepted, refused = [], []
    for link in sorted(links, key=_order):
        if link.kind != "split":
            reason = groups.join(link)
            if reason is None:
                accepted.append(link)
            else:
                refused.append(Refused(link, reason))
    return Resolved(sorted(_members(groups, accepted)), refused)


def _order(link: Link) -> tuple[bool, int, str, str, str]:
    return link.kind != "alias", link.occurred_at, link.kind, link.one, link.other


_Node = tuple[str, str]


def _ends(link: Link) -> tuple[_Node, _Node]:
    return ("id", link.one), ("address" if link.kind.endswith("email") else "id", link.other)


class _Groups:
    """Disjoint groups of nodes, with the users and leads of files in each and the pairs that must stay apart."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._group: dict[_Node, set[_Node]] = {}
        self._apart: dict[_Node, set[_Node]] = defaultdict(set)
        self._users: set[_Node] = set()
        self._leads: set[_Node] = set()
        for link in links:
            one, other = _ends(link)
            if link.kind == "split":
                self._apart[one].add(other)
                self._apart[other].add(one)
            if link.kind in ("device", "alias"):
                self._users.add(other)
            if link.kind == "user_email":
                self._users.add(one)
            if link.kind == "lead_email":
                self._leads.add(one)

    def join(self, link: Link) -> str | None:
        """Put two nodes together, or say why not."""
        one, other = (self.of(end) for end in _ends(link))
        if one is other:
            return None
        if any(self._apart[node] & other for node in one if node in self._apart):
            return "a person split them apart"
        if link.kind != "alias" and self.users(one) and self.users(other):
            return "it is shared by several users"
        if link.kind != "alias" and self.leads(one) and self.leads(other):
            return "it is shared by several leads"
        if sum(kind == "id" for kind, _ in (*one, *other)) > MOST_IDS:
            return f"a person has at most {MOST_IDS} ids"
        small, large = sorted((one, other), key=len)
        large |= small
        for node in small:
            self._group[node] = large
        return None

    def of(self, node: _Node) -> set[_Node]:
        """The group of a node."""
        return self._group.setdefault(node, {node})

    def users(self, group: set[_Node]) -> set[str]:
        """The user ids in a group."""
        return {text for kind, text in group & self._users if kind == "id"}

    def leads(self, group: set[_Node]) -> set[str]:
        """The ids in a group that files gave an e-mail address."""
        return {text for _, text in group & self._leads}

    def each(self) -> Iterator[set[_Node]]:
        """Every group, once."""
        return iter({id(group): group for group in self._group.values()}.values())


def _members(groups: _Groups, accepted: list[Link]) -> Iterator[Membership]:
    of_group: dict[int, list[Link]] = defaultdict(list)
    for link in accepted:
        of_group[id(groups.of(_ends(link)[0]))].append(link)
    for group in groups.each():
        ids = {text for kind, text in group if kind == "id"}
        if len(ids) > 1:
            links = of_group[id(group)]
            person = _named(ids, (groups.leads(group), groups.users(group)), links)
            joined = _joined_at(("id", person), links)
            yield from (Membership(lead, person, joined["id", lead]) for lead in ids - {person})


def _named(ids: set[str], known: tuple[set[str], set[str]], links: list[Link]) -> str:
    """The id that a person goes by; known are the leads of files and the users among its ids."""
    aliases = [link for link in links if link.kind == "alias"]
    previous = {link.one for link in aliases}
    leads, users = known
    last = leads - previous or users - previous or leads or users
    if last:
        latest = {user: max((link.occurred_at for link in aliases if link.other == user), default=-1) for user in last}
        return min(last, key=lambda user: (-latest[user], user))
    first = {link.one: link.occurred_at for link in sorted(links, key=lambda link: -link.occurred_at)}
    return min(ids, key=lambda lead: (first[lead], lead))


def _joined_at(person: _Node, links: list[Link]) -> dict[_Node, int]:
    """When each node of a group was first known to belong to the person."""
    whose: dict[_Node, set[_Node]] = {}
    joined = {person: 0}
    for link in sorted(links, key=lambda link: link.known_at):
        one, other = (whose.setdefault(end, {end}) for end in _ends(link))
        if one is not other:
            one |= other
            for node in other:
                whose[node] = one
            if person in one:
                for node in one:
                    joined.setdefault(node, link.known_at)
    return joined
