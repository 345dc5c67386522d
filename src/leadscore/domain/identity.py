"""Ids and people: what was said about who is who, and what follows from it."""

from typing import Literal, NamedTuple

LinkKind = Literal["device", "alias", "email", "user_email", "lead_email", "split"]


class Link(NamedTuple):
    """Two ids said to be one person, or, by a person who looked, not to be.

    kind         device: an anonymous id and the user who was seen with it; alias: an earlier id and the user it is now;
                 email, user_email, lead_email: an anonymous id, a user or a lead of a file, and the hash of an e-mail
                 address; split: two ids that are never put together.
    occurred_at  when it was first said; known_at since when we could have used it; epoch microseconds.
    said_by      the message that said it first, or what else did, such as an import; None if that was not noted.
    """

    kind: LinkKind
    one: str
    other: str
    occurred_at: int
    known_at: int
    said_by: str | None = None


class Membership(NamedTuple):
    """An id that belongs to a person who goes by another one, known since an instant (epoch microseconds)."""

    lead_id: str
    person: str
    since: int
