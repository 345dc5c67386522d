"""The events of many leads without those that occurred when their lead had refused; `domain.consent` in bulk."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.consent import CONSENT, refused_spans, refuses
from leadscore.features.columns import numbered
from leadscore.features.facts import Facts

_SPANS = pa.schema([("lead", pa.int64()), ("since", pa.int64()), ("until", pa.int64())])


def counting_facts(facts: Facts, respect_consent: bool) -> Facts:
    """The facts with the events that may count in features: all of them, unless consent is respected."""
    if not respect_consent:
        return facts
    kept = ~refused_rows(facts.events, facts.attributes)
    if len(facts.refused_before):
        before = pc.is_in(facts.events["event_id"], value_set=facts.refused_before)
        kept &= ~before.to_numpy().astype(np.bool_)
    return facts if kept.all() else replace(facts, events=facts.events.filter(pa.array(kept)))


def refused_rows(events: pa.Table, attributes: pa.Table) -> npt.NDArray[np.bool_]:
    """Which events occurred when the latest known `consent` of their lead was a refusal, shape (events,)."""
    found = np.zeros(events.num_rows, np.bool_)
    leads, spans = _spans(attributes)
    if spans.num_rows and len(found):
        lead, here = numbered(events["lead_id"], leads)
        row = np.flatnonzero(here)
        asked = pa.table({"lead": lead[row], "row": row, "at": events["occurred_at"].to_numpy()[row]})
        pairs = asked.join(spans, "lead", join_type="inner")
        within = pc.and_(pc.less_equal(pairs["since"], pairs["at"]), pc.less(pairs["at"], pairs["until"]))
        found[pairs.filter(within)["row"].to_numpy()] = True
    return found


def _spans(attributes: pa.Table) -> tuple[pa.Array, pa.Table]:
    """The leads that ever refused, and the spans of each by its place among them."""
    values = attributes.filter(pc.equal(attributes["name"], CONSENT))
    texts = pa.array([text for text in pc.unique(values["value"]).to_pylist() if refuses(text)], pa.string())
    leads = pc.unique(values.filter(pc.is_in(values["value"], value_set=texts))["lead_id"])
    told: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for row in values.filter(pc.is_in(values["lead_id"], value_set=leads)).to_pylist():
        told[row["lead_id"]].append((row["known_at"], row["value"]))
    spans = [
        (place, since, until)
        for place, lead in enumerate(leads.to_pylist())
        for since, until in refused_spans(told[lead])
    ]
    columns = list(zip(*spans, strict=True)) or [()] * len(_SPANS)
    return leads, pa.table([pa.array(each, pa.int64()) for each in columns], schema=_SPANS)
