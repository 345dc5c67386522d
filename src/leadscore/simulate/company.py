"""A simulated company: its leads and all that happened to them as an extract would show it, and the hidden truth.

Everything here is simulated. The figures say how well a method finds what this world holds; they say nothing about the
level that any real company will reach.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.errors import UsageError
from leadscore.domain.event import VALUE_SCALE
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.simulate.arrays import Ints
from leadscore.simulate.arrivals import Arrivals, draw_arrivals
from leadscore.simulate.calendar import Calendar
from leadscore.simulate.changes import attributes_table
from leadscore.simulate.law import law_of
from leadscore.simulate.lead_columns import draw_profiles, leads_table
from leadscore.simulate.mixed_market import MIXED_MARKET
from leadscore.simulate.process import Lives, live
from leadscore.simulate.tables import SAME_ID_REPEAT_SHARE, event_columns, events_table, outcomes_table
from leadscore.simulate.world import World


@dataclass(frozen=True)
class HiddenTruth:
    """What no file shows: who the leads are and what they intend, day by day."""

    arrivals: Arrivals
    lives: Lives


@dataclass(frozen=True)
class SimulatedCompany:
    """The extract of a simulated company; times are epoch microseconds (UTC), and every fact was known before `until`.

    leads        lead_id, created_at, source and attribute columns, in order of arrival.
    attributes   lead_id, name, value, known_at: values that came after arrival.
    events       event_id, lead_id, type, occurred_at, known_at, value, channel, campaign, properties; no id twice.
    outcomes     lead_id, outcome, occurred_at, known_at, amount (minor units), reason; at most one per lead.
    world        what kind of company it is.
    repeats      rows of `events` that the events file holds a second time, word for word.
    """

    world: World
    leads: pa.Table
    attributes: pa.Table
    events: pa.Table
    outcomes: pa.Table
    repeats: Ints
    start_at: int
    until: int
    truth: HiddenTruth

    def summary(self) -> dict[str, float]:
        """Number of leads, events and conversions, and conversions per lead."""
        won = int(pc.sum(pc.equal(self.outcomes["outcome"], "won")).as_py() or 0)
        leads = self.leads.num_rows
        return {"leads": leads, "events": self.events.num_rows, "conversions": won, "rate": won / leads}

    def facts(self) -> Facts:
        """The facts as importing the files gives them: lead columns (empty too) as attributes, value in thousandths."""
        columns = [name for name in self.leads.column_names if name not in ("lead_id", "created_at")]
        arriving = [
            pa.table(
                {
                    "lead_id": self.leads["lead_id"],
                    "name": pa.array([name] * self.leads.num_rows, pa.string()),
                    "value": self.leads[name],
                    "known_at": self.leads["created_at"],
                }
            )
            for name in columns
        ]
        thousandths = pc.multiply(self.events["value"], VALUE_SCALE)
        events = self.events.set_column(self.events.column_names.index("value"), "value", thousandths)
        return Facts(
            leads=self.leads.select(SCHEMAS["leads"].names).cast(SCHEMAS["leads"]),
            attributes=pa.concat_tables([*arriving, self.attributes]).cast(SCHEMAS["attributes"]),
            events=events.select(SCHEMAS["events"].names).cast(SCHEMAS["events"]),
            outcomes=self.outcomes.select(SCHEMAS["outcomes"].names).cast(SCHEMAS["outcomes"]),
        )


def simulate_company(
    leads: int, seed: int, days: int = 1460, start: str = "2022-01-03", world: World = MIXED_MARKET
) -> SimulatedCompany:
    """Simulate a company of `leads` leads over `days` days; equal arguments give equal companies.

    leads, days   at least 1.   seed  0 or more.   start  a date; the first day begins at its midnight, UTC.
    world         what kind of company it is; `worlds.WORLDS` holds several.
    Returns       the extract at the end of the last day, and the truth behind it.
    Raises        UsageError [LS-USAGE-01] for numbers out of range, DataError [LS-TIME-02] for no date.

    >>> simulate_company(200, seed=1, days=100).summary()["leads"]
    200
    """
    for name, number, least in (("leads", leads, 1), ("seed", seed, 0), ("days", days, 1)):
        if number < least:
            raise UsageError("LS-USAGE-01", where=name, found=str(number), allowed=f"{least} or more")
    calendar = Calendar.starting(parse_instant(start).at, days, world.year)
    until = calendar.start_at + days * DAY_US
    seeds = np.random.SeedSequence([seed, leads, days, abs(calendar.start_at) // DAY_US])
    to_arrive, to_live, to_profile, to_tell = (np.random.default_rng(part) for part in seeds.spawn(4))
    arrivals = draw_arrivals(leads, calendar, world, to_arrive)
    lives = live(arrivals, calendar, law_of(world), to_live)
    profiles = draw_profiles(arrivals.hidden_class, world, to_profile)
    events = event_columns(arrivals, lives, calendar, world, to_tell)
    return SimulatedCompany(
        world=world,
        leads=leads_table(arrivals, profiles, world, to_profile),
        attributes=attributes_table(arrivals, lives, profiles, until, to_profile),
        events=events_table(events, calendar, world, to_tell),
        outcomes=outcomes_table(arrivals, lives, world, to_tell),
        repeats=np.flatnonzero(to_tell.random(len(events.lead)) < SAME_ID_REPEAT_SHARE),
        start_at=calendar.start_at,
        until=until,
        truth=HiddenTruth(arrivals, lives),
    )
