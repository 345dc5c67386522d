"""To which instant the stored facts reach: the time of the extract they come from, whatever a few wrong dates say."""

from itertools import pairwise

import sqlalchemy as sa

from leadscore.domain.notice import Notice, unheard
from leadscore.domain.time import DAY_US, format_instant
from leadscore.store.engine import Store, reading
from leadscore.store.tables import ATTRIBUTES, EVENTS, LEADS, OUTCOMES

STRAY_DAYS, STRAY_SHARE, MOST_STRAYS = 180, 0.01, 1_000
"""Facts are strays if they are known so many days after all others, and are no more than that share of all."""
_MOST_NAMED = 3
_KNOWN = (LEADS.c.created_at, ATTRIBUTES.c.known_at, EVENTS.c.known_at, OUTCOMES.c.known_at)


def latest_known_at(store: Store, notice: Notice = unheard) -> int | None:
    """The latest instant at which any fact became known, but for a few strays long after it; None without facts.

    One date in the year 2100 would else make every open lead look like one that had a lifetime to buy and did not.

    notice   hears which facts are strays, and what that means.
    """
    with reading(store) as connection:
        counts = [connection.execute(sa.select(sa.func.count(column))).scalar_one() for column in _KNOWN]
        strays_at_most = min(MOST_STRAYS, int(sum(counts) * STRAY_SHARE))
        latest = [
            (at, column.table.name, lead_id)
            for column in _KNOWN
            for at, lead_id in connection.execute(
                sa.select(column, column.table.c.lead_id).order_by(column.desc()).limit(strays_at_most + 1)
            )
        ]
    latest = sorted(latest, reverse=True)[: strays_at_most + 1]
    if not latest:
        return None
    gaps = [later[0] - earlier[0] for later, earlier in pairwise(latest)]
    strays = max((number + 1 for number, gap in enumerate(gaps) if gap > STRAY_DAYS * DAY_US), default=0)
    extract = int(latest[strays][0])
    if strays:
        named = "; ".join(
            f"{kind}: lead {lead_id}, known at {format_instant(at)}"
            for at, kind, lead_id in latest[:strays][:_MOST_NAMED]
        )
        more = f" and {strays - _MOST_NAMED} more" if strays > _MOST_NAMED else ""
        notice(
            f"{strays} of {sum(counts):,} facts are known more than {STRAY_DAYS} days after all others and are not "
            f"counted: {named}{more}; knowledge ends at {format_instant(extract)}; mend their times, or name the "
            "instant with --as-of"
        )
    return extract
