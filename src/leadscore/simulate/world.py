"""What a simulated world is made of: who its leads are, how they move, what they do, and what the calendar does.

A description holds numbers and names only; `law_of` turns it into chances over the hidden states, and everything else
follows. A class is segment x persona x level and never changes; intent moves day by day. Together they are the states
of the hidden Markov process; no file ever shows them. How long a stage lasts need not be geometric: one of several
intents in a row lasts about equally long for all, and one that is left and entered again makes bursts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from leadscore.simulate.arrays import Ints

ENDS = ("won", "lost", "disqualified", "competitor")
NEVER = 1_000_000


@dataclass(frozen=True)
class Segment:
    """Leads of one kind: how lively they are, that factor on weekends, and what a customer pays (minor units)."""

    name: str
    activity: float
    weekend: float
    amount: int


@dataclass(frozen=True)
class Persona:
    """What a lead is after. The first persona of a world is the good fit, whose share is the quality of a source.

    push           chance that a pushing event moves the intent.
    gaps           factor on the chance to leave an attribute empty.
    share, digital_share   weights among the personas that fit less, in other and in digital sources.
    """

    name: str
    push: float
    gaps: float
    share: float = 0.0
    digital_share: float = 0.0


@dataclass(frozen=True)
class Level:
    """How lively a lead is by itself: share of leads, and factor on all its events."""

    name: str
    share: float
    activity: float


@dataclass(frozen=True)
class Intent:
    """How far a lead is: share of cold and of warm leads that arrive so, and where a pushing event moves it."""

    name: str
    cold: float
    warm: float
    pushed_to: str


@dataclass(frozen=True)
class Move:
    """A daily chance to go from one intent to another, with factors by segment and by persona (none: 1 each)."""

    now: str
    then: str
    chance: float
    by_segment: tuple[float, ...]
    by_persona: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ending:
    """The daily chance to end in one way: the product of its factors (none: 1 each)."""

    by_intent: tuple[float, ...] = ()
    by_persona: tuple[float, ...] = ()
    by_segment: tuple[float, ...] = ()


@dataclass(frozen=True)
class Steps:
    """The value of an event: `unit` x (1 + Poisson steps), whose mean is by_intent x by_persona."""

    unit: int
    by_intent: tuple[float, ...]
    by_persona: tuple[float, ...]


@dataclass(frozen=True)
class EventType:
    """A type of engagement event.

    rates       events a day by intent, on a weekday (a type `at_shows`: on any day of a show, and on no other).
    by_persona  factors on them.
    steps       what its value holds, if it has one.
    pushing     whether it may move the intent.
    at_shows    happens at shows only, and is known days later.
    flattened   after the drift it comes this many times as often as to the first two intents, whatever the intent.
    paths       whether its properties hold the path of a page.
    """

    name: str
    rates: tuple[float, ...]
    by_persona: tuple[float, ...]
    steps: Steps | None = None
    pushing: bool = False
    at_shows: bool = False
    flattened: float | None = None
    channel: str = "web"
    campaign: str | None = None
    paths: bool = False


@dataclass(frozen=True)
class Source:
    """A source of leads.

    share      of all leads.
    quality    share of good-fit leads among its leads, after the drift times `after_drift`.
    warmth     share of its leads that arrive warm.
    segments   shares of the segments.
    first_type type of the event by which the lead was collected, if there is one.
    medium     value of `utm_medium`, for digital sources; these also bring more of the worst fits.
    batch      arrives many at once: as a bought list, or after a show.
    since_day  its first day.
    """

    name: str
    share: float
    quality: float
    warmth: float
    segments: tuple[float, ...]
    first_type: str | None = None
    medium: str | None = None
    batch: Literal["list", "show"] | None = None
    after_drift: float = 1.0
    since_day: int = 0


@dataclass(frozen=True)
class Hint:
    """An attribute that is drawn from the hidden class alone.

    missing       share of usual leads that leave it empty; `Persona.gaps` multiplies it.
    values        value -> weights by segment; they need not sum to 1.
    by_persona    value -> factors by persona; 1 where absent.
    researched    filled later for some of the leads that left it empty.
    after_win     filled after the win for most customers that left it empty: a leak by being present.
    """

    name: str
    missing: float
    values: Mapping[str, tuple[float, ...]]
    by_persona: Mapping[str, tuple[float, ...]]
    researched: bool = False
    after_win: bool = False


@dataclass(frozen=True)
class Year:
    """What the calendar does.

    season, weekdays   factors on the daily chance to win, by month (12) and by weekday (7, from Monday).
    show_starts        days of the year on which a trade show of `show_days` days opens.
    first_lag, last_lag   whole days after which a show's scans are known, evenly.
    drift_day, wins_after_drift   the day from which the world is another, and the factor on the chance to win then.
    """

    season: tuple[float, ...]
    weekdays: tuple[float, ...] = (1.0,) * 7
    show_starts: tuple[int, ...] = ()
    show_days: int = 3
    first_lag: int = 2
    last_lag: int = 9
    drift_day: int = NEVER
    wins_after_drift: float = 1.0


@dataclass(frozen=True, eq=False)
class World:
    """A world of leads; `endings` in the order of ENDS. The first hint says which segment a lead belongs to."""

    name: str
    segments: tuple[Segment, ...]
    personas: tuple[Persona, ...]
    levels: tuple[Level, ...]
    intents: tuple[Intent, ...]
    moves: tuple[Move, ...]
    endings: tuple[Ending, ...]
    events: tuple[EventType, ...]
    sources: tuple[Source, ...]
    hints: tuple[Hint, ...]
    year: Year

    @property
    def classes(self) -> int:
        """Number of hidden classes."""
        return len(self.segments) * len(self.personas) * len(self.levels)

    @property
    def event_types(self) -> tuple[str, ...]:
        """Names of the event types."""
        return tuple(event.name for event in self.events)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Names of the sources."""
        return tuple(source.name for source in self.sources)

    @property
    def segment_of(self) -> Ints:
        """The segment of each class."""
        return self._axes[0]

    @property
    def persona_of(self) -> Ints:
        """The persona of each class."""
        return self._axes[1]

    @property
    def level_of(self) -> Ints:
        """The level of each class."""
        return self._axes[2]

    @cached_property
    def _axes(self) -> tuple[Ints, Ints, Ints]:
        shape = (len(self.segments), len(self.personas), len(self.levels))
        segment, persona, level = (axis.ravel() for axis in np.indices(shape, dtype=np.int64))
        return segment, persona, level

    def hint(self, name: str) -> Hint:
        """The hint of this name."""
        return next(hint for hint in self.hints if hint.name == name)
