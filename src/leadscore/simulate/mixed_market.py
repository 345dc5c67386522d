"""The usual world: consumers, software buyers and industry, reached in every way, in a market that drifts."""

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

_SPEED = (8.0, 1.35, 0.46)
# Consumers who cool down rarely come back; those who do take their time.
_RETURN_SPEED = (0.8, 0.6, 0.4)
_UP_BY_PERSONA = (1.0, 0.55, 0.65, 0.5, 0.2)
_GIVE_UP_BY_PERSONA = (1.0, 2.5, 2.0, 1.5, 1.0)
_MOVES = (
    Move("dormant", "aware", 0.008, _RETURN_SPEED, _UP_BY_PERSONA),
    Move("aware", "interested", 0.012, _SPEED, _UP_BY_PERSONA),
    Move("interested", "evaluating", 0.022, _SPEED, _UP_BY_PERSONA),
    Move("evaluating", "deciding", 0.032, _SPEED, _UP_BY_PERSONA),
    Move("aware", "dormant", 0.020, _SPEED),
    Move("interested", "aware", 0.022, _SPEED),
    Move("evaluating", "interested", 0.022, _SPEED),
    Move("deciding", "evaluating", 0.03, _SPEED),
    *(
        Move(now, "dead", 0.0012, _SPEED, _GIVE_UP_BY_PERSONA)
        for now in ("dormant", "aware", "interested", "evaluating", "deciding")
    ),
    Move("dead", "dormant", 0.0004, _RETURN_SPEED),
)
_ENDINGS = (
    Ending((0.00001, 0.00003, 0.0003, 0.003, 0.028, 0.0), (1.0, 0.30, 0.05, 0.01, 0.0005), _SPEED),
    Ending((0.00012, 0.0001, 0.0001, 0.0003, 0.002, 0.0009)),
    Ending((), (0.00002, 0.0002, 0.0002, 0.0006, 0.0012)),
    Ending((0.00001, 0.00001, 0.0001, 0.0007, 0.003, 0.00007), (), _SPEED),
)
_SOCIAL, _READING, _WEBINARS = (1.0, 1.4, 1.5, 0.6, 0.4), (1.0, 0.9, 2.5, 1.3, 0.8), (1.0, 1.0, 2.0, 0.8, 0.3)
_EVENTS = (
    EventType(
        "page_viewed",
        (0.01, 0.042, 0.13, 0.32, 0.48, 0.005),
        (1.0, 0.9, 1.6, 1.5, 3.0),
        steps=Steps(1, (0.5, 0.9, 1.8, 3.0, 3.6, 0.4), (1.0, 0.8, 1.2, 1.2, 0.15)),
        paths=True,
    ),
    EventType("pricing_viewed", (0.0006, 0.0024, 0.012, 0.07, 0.16, 0.0003), (1.0, 0.8, 0.4, 2.0, 1.0)),
    EventType("content_downloaded", (0.0016, 0.01, 0.03, 0.032, 0.02, 0.0006), _READING),
    EventType("video_watched", (0.0016, 0.008, 0.022, 0.024, 0.014, 0.0006), _READING),
    EventType(
        "post_liked", (0.007, 0.019, 0.031, 0.029, 0.024, 0.0024), _SOCIAL, channel="social", campaign="social-series"
    ),
    EventType(
        "post_commented",
        (0.0008, 0.002, 0.005, 0.006, 0.006, 0.0003),
        _SOCIAL,
        channel="social",
        campaign="social-series",
    ),
    EventType(
        "webinar_registered",
        (0.001, 0.005, 0.016, 0.02, 0.011, 0.0005),
        _WEBINARS,
        flattened=4.0,
        channel="webinar",
        campaign="webinar-series",
    ),
    EventType(
        "webinar_attended",
        (0.0005, 0.0024, 0.011, 0.016, 0.01, 0.0002),
        _WEBINARS,
        steps=Steps(5, (2.0, 3.0, 5.0, 7.0, 7.5, 1.5), (1.0, 0.9, 1.3, 0.8, 0.2)),
        flattened=4.0,
        channel="webinar",
        campaign="webinar-series",
    ),
    EventType(
        "chat_started",
        (0.0003, 0.0013, 0.005, 0.02, 0.04, 0.00016),
        (1.0, 0.9, 0.5, 0.4, 0.5),
        pushing=True,
        channel="chat",
    ),
    EventType(
        "email_opened",
        (0.029, 0.062, 0.11, 0.144, 0.156, 0.01),
        (1.0, 1.0, 1.1, 0.6, 2.5),
        channel="email",
        campaign="newsletter",
    ),
    EventType(
        "email_clicked",
        (0.002, 0.008, 0.021, 0.04, 0.048, 0.0008),
        (1.0, 0.9, 1.1, 0.6, 9.0),
        channel="email",
        campaign="newsletter",
    ),
    EventType("form_submitted", (0.0005, 0.0016, 0.0064, 0.016, 0.022, 0.0003), (1.0, 1.0, 1.2, 0.5, 4.0)),
    EventType("demo_requested", (8e-05, 0.0003, 0.0024, 0.02, 0.048, 5e-05), (1.0, 0.7, 0.2, 0.5, 0.3), pushing=True),
    EventType(
        "show_visited",
        (0.009, 0.024, 0.06, 0.12, 0.134, 0.006),
        (1.0, 0.9, 0.9, 0.8, 0.02),
        pushing=True,
        at_shows=True,
        channel="event",
    ),
    EventType(
        "referral_made",
        (0.0003, 0.0005, 0.0008, 0.001, 0.001, 0.00016),
        (1.0, 0.7, 0.3, 0.05, 0.02),
        pushing=True,
        channel="partner",
    ),
)
_EVEN, _CONSUMER, _SOFTWARE, _PLANT = (0.30, 0.45, 0.25), (0.60, 0.30, 0.10), (0.15, 0.65, 0.20), (0.05, 0.35, 0.60)
_SOURCES = (
    Source("referral", 0.06, 0.75, 0.45, _EVEN, "referral_made"),
    Source("bought_list", 0.13, 0.15, 0.03, _PLANT, batch="list"),
    Source("webinar", 0.09, 0.40, 0.22, _SOFTWARE, "webinar_registered", "webinar", after_drift=0.5),
    Source("trade_show", 0.08, 0.40, 0.22, _PLANT, "show_visited", batch="show"),
    Source("lunch", 0.02, 0.60, 0.30, _PLANT),
    Source("peer_meeting", 0.02, 0.60, 0.35, _SOFTWARE),
    Source("sponsored_event", 0.03, 0.35, 0.15, _EVEN),
    Source("inbound_content", 0.15, 0.40, 0.20, _SOFTWARE, "content_downloaded", "organic"),
    Source("email", 0.07, 0.25, 0.10, _EVEN, "email_clicked", "email"),
    Source("social", 0.10, 0.25, 0.12, _CONSUMER, "post_liked", "social", after_drift=0.5),
    Source("local_network", 0.04, 0.35, 0.20, _CONSUMER),
    Source("advertising", 0.09, 0.22, 0.18, _CONSUMER, "page_viewed", "cpc"),
    Source("live_chat", 0.04, 0.55, 0.45, _CONSUMER, "chat_started", "organic"),
    Source("chatbot", 0.03, 0.40, 0.35, _EVEN, "chat_started", "organic"),
    Source("existing_customer", 0.02, 0.85, 0.40, _EVEN),
    Source("won_back", 0.01, 0.70, 0.35, _SOFTWARE),
    Source("partner", 0.02, 0.65, 0.35, _PLANT),
)
_HINTS = (
    Hint(
        "segment",
        0.10,
        {"b2c": (0.92, 0.03, 0.02), "saas": (0.05, 0.90, 0.08), "industrial": (0.03, 0.07, 0.90)},
        {},
    ),
    Hint(
        "industry",
        0.30,
        {
            "software": (0.20, 0.45, 0.05),
            "retail": (0.35, 0.12, 0.05),
            "machinery": (0.05, 0.05, 0.40),
            "chemicals": (0.02, 0.03, 0.20),
            "health": (0.13, 0.12, 0.10),
            "finance": (0.10, 0.15, 0.05),
            "education": (0.15, 0.08, 0.15),
        },
        {"education": (0.3, 1.0, 5.0, 0.3, 1.0), "software": (1.0, 1.0, 1.0, 2.0, 1.0)},
        researched=True,
        after_win=True,
    ),
    Hint(
        "company_size",
        0.25,
        {
            "1-9": (0.70, 0.20, 0.05),
            "10-49": (0.15, 0.30, 0.15),
            "50-249": (0.10, 0.30, 0.35),
            "250+": (0.05, 0.20, 0.45),
        },
        {"1-9": (0.6, 1.6, 1.5, 1.0, 2.0), "50-249": (1.4, 0.8, 0.7, 1.0, 0.8)},
        researched=True,
    ),
    Hint(
        "country",
        0.05,
        {
            "DE": (0.35, 0.25, 0.40),
            "US": (0.25, 0.35, 0.15),
            "FR": (0.15, 0.12, 0.15),
            "GB": (0.15, 0.18, 0.10),
            "IN": (0.06, 0.06, 0.05),
            "BR": (0.04, 0.04, 0.15),
        },
        {"IN": (0.6, 1.3, 1.2, 1.0, 3.0), "BR": (0.8, 1.2, 1.0, 1.0, 2.0)},
    ),
    Hint(
        "job_level",
        0.30,
        {
            "executive": (0.20, 0.25, 0.15),
            "manager": (0.25, 0.35, 0.40),
            "specialist": (0.40, 0.35, 0.40),
            "student": (0.15, 0.05, 0.05),
        },
        {"executive": (1.5, 0.8, 0.4, 0.8, 1.0), "student": (0.15, 1.0, 5.0, 0.2, 1.0)},
    ),
    Hint(
        "role",
        0.40,
        {
            "buyer": (0.10, 0.15, 0.35),
            "user": (0.60, 0.40, 0.25),
            "it": (0.10, 0.30, 0.15),
            "consultant": (0.20, 0.15, 0.25),
        },
        {"buyer": (1.4, 0.8, 0.2, 0.5, 1.0), "consultant": (0.5, 1.0, 1.8, 2.5, 1.0)},
    ),
)
MIXED_MARKET = World(
    name="mixed",
    segments=(
        Segment("b2c", 1.5, 1.1, 200_00),
        Segment("saas", 1.0, 0.25, 9_000_00),
        Segment("industrial", 0.8, 0.15, 60_000_00),
    ),
    personas=(
        Persona("good_fit", push=0.45, gaps=0.8),
        Persona("poor_fit", push=0.25, gaps=1.0, share=0.65, digital_share=0.55),
        Persona("researcher", push=0.20, gaps=1.3, share=0.20, digital_share=0.22),
        Persona("competitor", push=0.10, gaps=1.6, share=0.08, digital_share=0.08),
        Persona("bot", push=0.05, gaps=4.5, share=0.01, digital_share=0.25),
    ),
    levels=(Level("quiet", 0.35, 0.45), Level("usual", 0.40, 1.0), Level("lively", 0.25, 2.2)),
    intents=(
        Intent("dormant", cold=0.55, warm=0.0, pushed_to="aware"),
        Intent("aware", cold=0.45, warm=0.0, pushed_to="interested"),
        Intent("interested", cold=0.0, warm=0.6, pushed_to="evaluating"),
        Intent("evaluating", cold=0.0, warm=0.3, pushed_to="deciding"),
        Intent("deciding", cold=0.0, warm=0.1, pushed_to="deciding"),
        Intent("dead", cold=0.0, warm=0.0, pushed_to="dormant"),
    ),
    moves=_MOVES,
    endings=_ENDINGS,
    events=_EVENTS,
    sources=_SOURCES,
    hints=_HINTS,
    year=Year(
        season=(0.90, 1.05, 1.15, 1.05, 1.00, 1.00, 0.85, 0.70, 1.10, 1.15, 1.15, 0.85),
        show_starts=(40, 110, 165, 262, 310),
        drift_day=800,
        wins_after_drift=0.85,
    ),
)
"""Median cycles of those who buy are about 13, 95 and 205 days; one lead in ten buys."""
