"""Who is who and what belongs to whom, in plain words: lists that are walked through again for every question."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Said(NamedTuple):
    """A tracking message as meant: `at` is when it truly happened, whatever its sender's clock said."""

    number: int
    kind: str
    user: str | None
    anonymous: str | None
    previous: str
    at: int
    address: str | None
    event: str

    @property
    def lead(self) -> str:
        return self.user or self.anonymous or ""


class Claim(NamedTuple):
    """That two are one: ids, or an id and an address."""

    later_than_aliases: bool
    at: int
    kind: str
    one: str
    other: str


@dataclass
class Model:
    """What was said, without order: sets only, so that order and repetition cannot count."""

    said: set[Said] = field(default_factory=set)
    apart: set[frozenset[str]] = field(default_factory=set)
    rows: set[tuple[str, int, str]] = field(default_factory=set)

    def claims(self) -> list[Claim]:
        first: dict[tuple[str, str, str], int] = {}
        for kind, one, other, at in [*self._claims_of_messages(), *self._claims_of_files()]:
            first[kind, one, other] = min(at, first.get((kind, one, other), at))
        return sorted(Claim(kind != "alias", at, kind, one, other) for (kind, one, other), at in first.items())

    def _claims_of_messages(self):
        for each in self.said:
            if each.kind == "alias":
                if each.previous != each.lead:
                    yield "alias", each.previous, each.lead, each.at
                continue
            if each.user and each.anonymous:
                yield "device", each.anonymous, each.user, each.at
            if each.kind == "identify" and each.address:
                yield "user_email" if each.user else "email", each.lead, each.address, each.at

    def _claims_of_files(self):
        for lead, at, address in self.rows:
            yield "lead_email", lead, address, at

    def people(self) -> list[tuple[str, set[str]]]:
        """Everybody with more than one id: the id they go by, and all ids."""
        claims = self.claims()
        users = {c.other for c in claims if c.kind in ("device", "alias")}
        users |= {c.one for c in claims if c.kind == "user_email"}
        leads = {c.one for c in claims if c.kind == "lead_email"}
        groups = [{end} for end in {end for c in claims for end in (c.one, c.other)}]
        held = []
        for claim in claims:
            one, other = (next(group for group in groups if end in group) for end in (claim.one, claim.other))
            if one is not other and self._may_join(one, other, claim, (users, leads)):
                groups = [group for group in groups if group is not one and group is not other] + [one | other]
            if claim.other in next(group for group in groups if claim.one in group):
                held.append(claim)
        people = [{each for each in group if "@" not in each} for group in groups]
        return [(named(group, held, users, leads), group) for group in people if len(group) > 1]

    def _may_join(self, one: set[str], other: set[str], claim: Claim, known: tuple[set[str], set[str]]) -> bool:
        if any(frozenset((a, b)) in self.apart for a in one for b in other):
            return False
        return claim.kind == "alias" or not any(one & kind and other & kind for kind in known)

    def person_of(self, lead: str) -> str:
        return next((person for person, ids in self.people() if lead in ids), lead)

    def events_of(self, lead: str) -> set[tuple[str, str, int]]:
        """Number, type and time of all events of the person who has an id."""
        ids = next((ids for _, ids in self.people() if lead in ids), {lead})
        names = {"track": lambda each: each.event, "page": lambda _: "page_viewed"}
        mine = [each for each in self.said if each.lead in ids and each.kind in names]
        return {(f"m{each.number}", names[each.kind](each), each.at) for each in mine}


def named(group: set[str], claims: list[Claim], users: set[str], leads: set[str]) -> str:
    """The id that somebody goes by: a file's, a user's, or of the visitor's the one seen first."""
    aliases = [claim for claim in claims if claim.kind == "alias" and claim.one in group]
    old = {claim.one for claim in aliases}
    for kind in (leads - old, users - old, leads, users):
        found = sorted(group & kind)
        if found:
            latest = {each: max([c.at for c in aliases if c.other == each], default=-1) for each in found}
            return max(reversed(found), key=latest.get)
    return min(group, key=lambda each: (min(claim.at for claim in claims if each in (claim.one, claim.other)), each))
