"""Which account each lead belonged to, as far as was known, over time."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.features.columns import Asked, Ints, integers, ranks
from leadscore.features.event_columns import code_account_events
from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet

NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Accounts:
    """The tables `account_members` and `account_events` of the SQL texts; the asked leads have their numbers."""

    members: pa.Table
    events: pa.Table


def code_accounts(facts: Facts, asked: Asked, feature_set: FeatureSet) -> Accounts:
    """Memberships of all leads that ever had an account, and their events."""
    mine = facts.attributes.filter(pc.equal(facts.attributes["name"], feature_set.account_attribute))
    lead_ids = pc.unique(pa.chunked_array([*_chunks(asked.lead_ids), *mine["lead_id"].chunks], pa.string()))
    lead = integers(pc.index_in(mine["lead_id"], value_set=lead_ids))
    known_from = visible_from(mine, facts.leads)
    texts = pc.unique(mine["value"])
    text = integers(pc.index_in(mine["value"], value_set=texts))
    order = np.lexsort((ranks(texts)[text], integers(mine["known_at"]), lead))
    lead, text, known_from = lead[order], text[order], known_from[order]
    last = np.append(lead[1:] != lead[:-1], True)[: len(lead)]
    known_until = np.where(last, NEVER, np.append(known_from[1:], 0)[: len(lead)])
    filled = np.array([bool(name) for name in texts.to_pylist()], np.bool_)[text]
    members = pa.table(
        {
            "lead": lead[filled],
            "account": text[filled],
            "known_from": known_from[filled],
            "known_until": known_until[filled],
        }
    )
    return Accounts(members, code_account_events(facts.events, lead_ids, feature_set))


def visible_from(attributes: pa.Table, leads: pa.Table) -> Ints:
    """The instant after which each attribute value is visible: known_at, or one before for what came with its lead."""
    place = pc.index_in(attributes["lead_id"], value_set=leads["lead_id"].combine_chunks())
    created_at = integers(pc.fill_null(leads["created_at"].take(place), NEVER))
    known_at = integers(attributes["known_at"])
    return np.where(known_at == created_at, known_at - 1, known_at)


def _chunks(column: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]
