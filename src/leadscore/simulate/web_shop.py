"""A web shop: many visitors who buy within days or never, few kinds of events, and much season."""

from leadscore.simulate.world import (
    Ending,
    EventType,
    Hint,
    Intent,
    Level,
    Move,
    Persona,
    Segment,
    Source,
    Steps,
    World,
    Year,
)

_SPEED = (1.0, 0.6)
_UP, _AWAY = (1.0, 0.6, 0.35, 0.3), (1.0, 1.3, 2.0, 0.6)
_MOVES = (
    Move("away", "looking", 0.006, _SPEED, _UP),
    Move("looking", "comparing", 0.16, _SPEED, _UP),
    Move("comparing", "buying", 0.14, _SPEED, _UP),
    Move("looking", "away", 0.22, _SPEED, _AWAY),
    Move("comparing", "looking", 0.10, _SPEED, _AWAY),
    Move("buying", "comparing", 0.09, _SPEED, _AWAY),
    Move("away", "gone", 0.006, _SPEED, _AWAY),
)
_ENDINGS = (
    Ending((0.00005, 0.0015, 0.012, 0.17, 0.0), (1.0, 0.7, 0.25, 0.002), (1.0, 0.8)),
    Ending((0.0004, 0.0004, 0.0004, 0.0004, 0.004)),
    Ending((), (0.0001, 0.0001, 0.0002, 0.004)),
    Ending((0.0002, 0.001, 0.006, 0.02, 0.0), (0.8, 1.0, 1.2, 0.0)),
)
_EVENTS = (
    EventType(
        "article_seen",
        (0.02, 0.55, 0.90, 0.80, 0.002),
        (1.0, 1.1, 1.5, 3.5),
        steps=Steps(1, (0.3, 1.2, 2.6, 2.2, 0.2), (1.0, 1.1, 1.4, 0.1)),
        paths=True,
    ),
    EventType("search_used", (0.004, 0.16, 0.30, 0.18, 0.0005), (1.0, 0.9, 1.2, 0.3)),
    EventType("basket_filled", (0.0008, 0.02, 0.10, 0.42, 0.0002), (1.0, 1.2, 0.6, 0.4)),
    EventType("rating_read", (0.001, 0.05, 0.24, 0.20, 0.0002), (1.0, 0.7, 1.5, 0.5)),
    EventType(
        "newsletter_clicked",
        (0.012, 0.03, 0.03, 0.035, 0.004),
        (0.8, 1.8, 1.0, 2.0),
        channel="email",
        campaign="weekly-offer",
    ),
    EventType("voucher_asked", (0.0006, 0.006, 0.03, 0.05, 0.0001), (0.5, 2.5, 0.8, 0.1), pushing=True),
)
_SOURCES = (
    Source("search_advert", 0.30, 0.35, 0.45, (0.9, 0.1), "article_seen", "cpc"),
    Source("price_portal", 0.16, 0.45, 0.65, (0.8, 0.2), "article_seen", "affiliate"),
    Source("picture_network", 0.22, 0.20, 0.20, (0.97, 0.03), "article_seen", "social"),
    Source("typed_in", 0.14, 0.55, 0.50, (0.85, 0.15), "article_seen"),
    Source("prize_draw", 0.10, 0.10, 0.05, (0.99, 0.01), "newsletter_clicked", batch="list"),
    Source("friend", 0.08, 0.65, 0.55, (0.9, 0.1)),
)
_HINTS = (
    Hint("account_kind", 0.15, {"private": (0.95, 0.10), "business": (0.05, 0.90)}, {}),
    Hint(
        "age_group",
        0.45,
        {"under 25": (0.30, 0.05), "25-44": (0.40, 0.45), "45-64": (0.22, 0.42), "65 and over": (0.08, 0.08)},
        {"under 25": (0.7, 1.2, 1.6, 1.0), "45-64": (1.3, 1.0, 0.7, 1.0)},
        researched=True,
    ),
    Hint(
        "device",
        0.02,
        {"phone": (0.62, 0.20), "computer": (0.28, 0.75), "tablet": (0.10, 0.05)},
        {"phone": (0.8, 1.1, 1.2, 0.3), "computer": (1.3, 0.9, 0.8, 3.0)},
    ),
    Hint(
        "delivery_area",
        0.30,
        {"town": (0.55, 0.60), "suburb": (0.28, 0.25), "country": (0.17, 0.15)},
        {"country": (1.3, 1.0, 0.8, 1.0)},
        researched=True,
        after_win=True,
    ),
)
WEB_SHOP = World(
    name="shop",
    segments=(Segment("private", 1.0, 1.7, 60_00), Segment("business", 0.8, 0.3, 240_00)),
    personas=(
        Persona("shopper", push=0.5, gaps=0.8),
        Persona("bargain_hunter", push=0.6, gaps=1.0, share=0.40, digital_share=0.30),
        Persona("idler", push=0.2, gaps=1.4, share=0.58, digital_share=0.50),
        Persona("crawler", push=0.0, gaps=2.0, share=0.02, digital_share=0.20),
    ),
    levels=(Level("rare", 0.6, 0.6), Level("often", 0.4, 1.6)),
    intents=(
        Intent("away", cold=0.40, warm=0.0, pushed_to="looking"),
        Intent("looking", cold=0.60, warm=0.45, pushed_to="comparing"),
        Intent("comparing", cold=0.0, warm=0.40, pushed_to="buying"),
        Intent("buying", cold=0.0, warm=0.15, pushed_to="buying"),
        Intent("gone", cold=0.0, warm=0.0, pushed_to="away"),
    ),
    moves=_MOVES,
    endings=_ENDINGS,
    events=_EVENTS,
    sources=_SOURCES,
    hints=_HINTS,
    year=Year(
        season=(0.65, 0.75, 0.90, 0.95, 1.00, 0.80, 0.65, 0.70, 0.90, 1.10, 1.80, 2.00),
        weekdays=(0.90, 0.85, 0.85, 0.90, 1.05, 1.10, 1.35),
    ),
)
"""Who buys does so within days or a few weeks; nothing drifts, but November and December sell three times as much."""
