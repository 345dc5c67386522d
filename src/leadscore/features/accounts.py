"""Which account a lead belongs to as of an instant, for one lead at a time."""

from collections.abc import Iterable

from leadscore.domain.lead import AttributeValue


def latest_value(values: Iterable[AttributeValue], created_at: int | None, as_of: int) -> str | None:
    """The latest visible one among the values of one attribute; None if there is none or it was emptied.

    created_at  of the lead, whose own first values are visible from then on; None for a lead never imported.
    """
    visible = [
        value
        for value in values
        if value.known_at < as_of or (value.known_at == created_at and value.known_at <= as_of)
    ]
    return max(visible, key=turn).value or None if visible else None


def turn(value: AttributeValue) -> tuple[int, bool, str]:
    """What orders the values of one attribute in time; at one instant the largest text is the latest."""
    return value.known_at, value.value is not None, value.value or ""
