"""A maker of plants: few leads that matter, projects of a year, bursts of activity, trade shows, and scans weeks late.

An intent keeps its stage (idea, plan, tender, award) for months, through quiet spells and busy ones; a plan passes two
intents in a row, so that it takes about equally long for everybody. After the drift more is bought, and a new channel
brings good leads.
"""

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

_PACE = (1.5, 1.0, 0.7)
_ALIKE = (1.0, 1.0, 1.0)
_ON, _OVER = (1.0, 0.45, 0.15), (1.0, 2.0, 3.0)
_STAGES = (("idea", 0.006), ("plan", 0.025), ("late_plan", 0.025), ("tender", 0.03), ("award", 0.04))
_MOVES = (
    *(Move(stage, f"{stage}_busy", wakes, _ALIKE) for stage, wakes in _STAGES),
    *(Move(f"{stage}_busy", stage, 0.16, _ALIKE) for stage, _ in _STAGES),
    Move("idea_busy", "plan", 0.030, _PACE, _ON),
    Move("plan", "late_plan", 0.010, _PACE, _ON),
    Move("late_plan_busy", "tender", 0.050, _PACE, _ON),
    Move("tender_busy", "award", 0.060, _PACE, _ON),
    Move("tender", "late_plan", 0.002, _PACE),
    *(Move(stage, "over", 0.0012, _PACE, _OVER) for stage, _ in _STAGES),
)
_ENDINGS = (
    Ending(
        (0.0, 0.0, 0.00002, 0.00004, 0.00004, 0.0001, 0.0003, 0.002, 0.010, 0.040, 0.0),
        (1.0, 0.35, 0.02),
        (1.0, 0.9, 1.1),
    ),
    Ending((0.0001, 0.0001, 0.0001, 0.0001, 0.0002, 0.0002, 0.0006, 0.0006, 0.003, 0.003, 0.003)),
    Ending((), (0.00005, 0.0001, 0.0008)),
    Ending((0.0, 0.0, 0.0, 0.0, 0.0001, 0.0001, 0.0008, 0.0015, 0.004, 0.008, 0.0005)),
)
_EVENTS = (
    EventType(
        "site_opened",
        (0.003, 0.16, 0.012, 0.30, 0.014, 0.34, 0.016, 0.42, 0.015, 0.30, 0.002),
        (1.0, 1.2, 1.6),
        steps=Steps(1, (0.5, 1.5, 0.8, 2.2, 0.8, 2.6, 0.8, 3.0, 0.8, 1.8, 0.3), (1.0, 0.8, 1.2)),
        paths=True,
    ),
    EventType(
        "data_sheet_taken", (0.0005, 0.05, 0.002, 0.12, 0.002, 0.10, 0.001, 0.06, 0.001, 0.02, 0.0003), (1.0, 0.9, 2.2)
    ),
    EventType(
        "call_held",
        (0.0003, 0.02, 0.004, 0.06, 0.006, 0.10, 0.010, 0.16, 0.020, 0.30, 0.0003),
        (1.0, 0.7, 0.2),
        steps=Steps(10, (0.3, 0.5, 0.5, 1.0, 0.6, 1.5, 0.8, 2.5, 1.0, 3.0, 0.2), (1.0, 0.8, 0.5)),
        channel="phone",
    ),
    EventType(
        "quote_wanted",
        (0.00002, 0.001, 0.0002, 0.006, 0.0006, 0.03, 0.002, 0.09, 0.002, 0.05, 0.00002),
        (1.0, 0.6, 0.25),
        pushing=True,
    ),
    EventType(
        "reference_toured",
        (0.00001, 0.0003, 0.0001, 0.002, 0.0004, 0.010, 0.001, 0.03, 0.001, 0.02, 0.00001),
        (1.0, 0.4, 0.05),
        pushing=True,
        channel="visit",
    ),
    EventType(
        "stand_visited",
        (0.010, 0.03, 0.03, 0.06, 0.04, 0.07, 0.05, 0.08, 0.05, 0.06, 0.004),
        (1.0, 0.9, 1.2),
        pushing=True,
        at_shows=True,
        channel="fair",
    ),
    EventType(
        "journal_read",
        (0.010, 0.03, 0.014, 0.04, 0.014, 0.04, 0.014, 0.04, 0.012, 0.03, 0.004),
        (1.0, 1.0, 1.8),
        channel="email",
        campaign="journal",
    ),
)
_SOURCES = (
    Source("fair_stand", 0.38, 0.35, 0.20, (0.4, 0.4, 0.2), "stand_visited", batch="show"),
    Source("address_dealer", 0.20, 0.12, 0.04, (0.3, 0.5, 0.2), batch="list"),
    Source("agent", 0.12, 0.55, 0.45, (0.3, 0.4, 0.3)),
    Source("inquiry_form", 0.16, 0.30, 0.35, (0.5, 0.3, 0.2), "site_opened", "organic"),
    Source("installed_base", 0.05, 0.75, 0.40, (0.6, 0.3, 0.1)),
    Source("planner_network", 0.09, 0.70, 0.50, (0.2, 0.3, 0.5), "call_held", since_day=650),
)
_HINTS = (
    Hint(
        "branch",
        0.12,
        {"food": (0.85, 0.08, 0.06), "chemistry": (0.10, 0.84, 0.10), "public works": (0.05, 0.08, 0.84)},
        {},
    ),
    Hint(
        "staff",
        0.30,
        {"below 200": (0.5, 0.2, 0.3), "200-1000": (0.35, 0.4, 0.5), "over 1000": (0.15, 0.4, 0.2)},
        {"below 200": (0.6, 1.3, 1.8), "over 1000": (1.4, 0.9, 0.6)},
        researched=True,
        after_win=True,
    ),
    Hint(
        "function",
        0.35,
        {
            "plant manager": (0.35, 0.30, 0.10),
            "purchasing": (0.25, 0.30, 0.35),
            "engineering": (0.30, 0.30, 0.35),
            "other": (0.10, 0.10, 0.20),
        },
        {"plant manager": (1.4, 0.9, 0.4), "other": (0.5, 1.2, 2.5)},
        researched=True,
    ),
    Hint("region", 0.05, {"north": (0.5, 0.3, 0.4), "south": (0.3, 0.4, 0.4), "overseas": (0.2, 0.3, 0.2)}, {}),
)
PLANT_MAKER = World(
    name="plant",
    segments=(
        Segment("food", 1.0, 0.1, 400_000_00),
        Segment("chemistry", 0.9, 0.1, 900_000_00),
        Segment("public_works", 0.7, 0.02, 2_000_000_00),
    ),
    personas=(
        Persona("has_project", push=0.35, gaps=0.9),
        Persona("might_one_day", push=0.20, gaps=1.1, share=0.65, digital_share=0.50),
        Persona("supplier_or_student", push=0.03, gaps=1.6, share=0.35, digital_share=0.50),
    ),
    levels=(Level("reserved", 0.5, 0.6), Level("open", 0.5, 1.4)),
    intents=(
        Intent("idea", cold=0.70, warm=0.0, pushed_to="idea_busy"),
        Intent("idea_busy", cold=0.08, warm=0.0, pushed_to="idea_busy"),
        Intent("plan", cold=0.22, warm=0.40, pushed_to="plan_busy"),
        Intent("plan_busy", cold=0.0, warm=0.10, pushed_to="plan_busy"),
        Intent("late_plan", cold=0.0, warm=0.30, pushed_to="late_plan_busy"),
        Intent("late_plan_busy", cold=0.0, warm=0.05, pushed_to="late_plan_busy"),
        Intent("tender", cold=0.0, warm=0.12, pushed_to="tender_busy"),
        Intent("tender_busy", cold=0.0, warm=0.03, pushed_to="tender_busy"),
        Intent("award", cold=0.0, warm=0.0, pushed_to="award_busy"),
        Intent("award_busy", cold=0.0, warm=0.0, pushed_to="award_busy"),
        Intent("over", cold=0.0, warm=0.0, pushed_to="over"),
    ),
    moves=_MOVES,
    endings=_ENDINGS,
    events=_EVENTS,
    sources=_SOURCES,
    hints=_HINTS,
    year=Year(
        season=(0.80, 0.90, 1.10, 1.00, 1.00, 1.15, 0.80, 0.60, 1.05, 1.10, 1.20, 1.30),
        show_starts=(75, 140, 285),
        show_days=4,
        first_lag=5,
        last_lag=24,
        drift_day=700,
        wins_after_drift=1.3,
    ),
)
"""Who buys does so after six to eighteen months; few do."""
