"""Numbers of a score in the words of the people who work with it."""

from typing import Any

from leadscore.domain.time import DAY_US, HOUR_US

_WHEN = {"hot": "buys now", "warm": "decides in about two months", "cold": "no time frame", None: "closed"}
_ROUTES = {
    "sales": "Hand to sales",
    "nurture": "Nurture",
    "educate": "Educate slowly",
    "drop": "Drop",
    "return_later": "Return later",
    "none": "Nothing to do",
}
_MOST_REASONS = 3
# A space that does not break: no line begins with a percent sign.
_PERCENT = "\N{NO-BREAK SPACE}%"


def lead_view(scored: dict[str, Any], last_seen: int | None, now: int) -> dict[str, Any]:
    """What the page shows of one lead.

    scored     as `hottest` gives it.
    last_seen  when its latest event happened, epoch microseconds; None without events.
    """
    created_at = scored.get("created_at")
    return {
        "lead_id": scored["lead_id"],
        "source": (scored.get("source") or "").replace("_", " "),
        "arrived": None if created_at is None else ago(now - created_at),
        "score": round(scored["score"]),
        "bar": f"{scored['score']:.1f}",
        "grade": scored["grade"],
        "temperature": scored["temperature"],
        "when": _WHEN[scored["temperature"]],
        "chances": [f"{chance(p)} {within(key)}" for key, p in scored["p_convert"].items()],
        "reasons": [
            {"text": reason["text"], "raises": reason["effect"] >= 0} for reason in scored["reasons"][:_MOST_REASONS]
        ],
        "lifecycle": scored["lifecycle"],
        "route": _ROUTES[scored["decision"]["route"]],
        "queue": scored["decision"]["queue"],
        "because": scored["decision"]["reason"].replace(" %", _PERCENT),
        "last_seen": "never" if last_seen is None else ago(now - last_seen),
        "scored": ago(now - scored["as_of"]),
    }


def chance(p: float) -> str:
    """A probability as a percentage that promises no more than it knows.

    >>> [chance(p).replace(_PERCENT, "%") for p in (0.004, 0.234, 0.996)]
    ['under 1%', '23%', 'over 99%']
    """
    if p < 0.01:
        return f"under 1{_PERCENT}"
    return f"over 99{_PERCENT}" if p > 0.99 else f"{100 * p:.0f}{_PERCENT}"


def within(key: str) -> str:
    """The horizon of a key of `p_convert`.

    >>> within("14d"), within("60d"), within("45d"), within("table")
    ('within 2 weeks', 'within 2 months', 'within 45 days', 'in all')
    """
    if not key.endswith("d"):
        return "in all"
    days = int(key.removesuffix("d"))
    length, unit = (30, "month") if days % 30 == 0 else (7, "week") if days % 7 == 0 else (1, "day")
    return f"within {days // length} {unit}{'s' if days > length else ''}"


def ago(passed_us: int) -> str:
    """How long ago something was.

    >>> ago(30 * DAY_US), ago(DAY_US), ago(2 * HOUR_US), ago(5)
    ('30 days ago', '1 day ago', '2 hours ago', 'just now')
    """
    for length, unit in ((DAY_US, "day"), (HOUR_US, "hour")):
        count = passed_us // length
        if count >= 1:
            return f"{count:,} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
