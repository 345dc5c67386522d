"""What is doubtful about a company's facts, and what is done about it: said before anything is learnt from them."""

from collections.abc import Iterator

import pyarrow.compute as pc

from leadscore.config.features import FeaturesConfig
from leadscore.dataset.column_cells import is_infinite
from leadscore.domain.notice import Notice
from leadscore.domain.outcome import MERGED
from leadscore.domain.time import format_instant
from leadscore.features.facts import Facts
from leadscore.features.learn import seen_in

_MOST_NAMED = 12
_MANY_VALUES = 25
"""Times `max_categories` from which on the values of an attribute are so many that most are not told apart."""


def note_facts(facts: Facts, until: int, config: FeaturesConfig, notice: Notice) -> None:
    """Say what a person should know about facts that are to teach.

    facts    may reach beyond `until`, epoch microseconds; nothing known later is spoken of.
    """
    known = facts.known_before(until)
    for doubt in (*_of_outcomes(known), *_of_attributes(known, config)):
        notice(doubt)


def _of_outcomes(facts: Facts) -> Iterator[str]:
    outcomes = facts.outcomes.filter(pc.not_equal(facts.outcomes["outcome"], MERGED))
    created = outcomes.join(facts.leads, "lead_id", join_type="inner")
    early = created.filter(pc.less(created["occurred_at"], created["created_at"]))
    if early.num_rows:
        first = early.sort_by([("lead_id", "ascending"), ("occurred_at", "ascending")]).slice(0, 1).to_pylist()[0]
        yield (
            f"{early.num_rows} of {outcomes.num_rows:,} outcomes occurred before their lead was created, first that of "
            f"lead {first['lead_id']}: {first['outcome']} at {format_instant(first['occurred_at'])}, created at "
            f"{format_instant(first['created_at'])}; such leads teach nothing, mend one of the two times"
        )
    several = outcomes.group_by("lead_id").aggregate([("outcome", "count_distinct"), ("outcome", "distinct")])
    several = several.filter(
        pc.and_(
            pc.greater(several["outcome_count_distinct"], 1),
            pc.is_in(several["lead_id"], outcomes.filter(pc.equal(outcomes["outcome"], "won"))["lead_id"].unique()),
        )
    ).sort_by("lead_id")
    if several.num_rows:
        first = several.slice(0, 1).to_pylist()[0]
        yield (
            f"{several.num_rows} customers have other outcomes as well, first lead {first['lead_id']}: "
            f"{', '.join(sorted(first['outcome_distinct']))}; the first one ends the time in which a lead is open, the "
            "first purchase makes it a customer; if two rows contradict each other, delete one"
        )


def _of_attributes(facts: Facts, config: FeaturesConfig) -> Iterator[str]:
    seen = {name: values for name, values in seen_in(facts).attributes.items() if name not in config.ignore_attributes}
    leads = facts.leads.num_rows
    one_value = [
        name for name, values in sorted(seen.items()) if len(values) == 1 and sum(values.values()) == leads > 1
    ]
    if one_value:
        yield f"one value stands on every lead in attribute {_listed(one_value)}, which teaches nothing"
    for name, values in sorted(seen.items()):
        if infinite := [value for value in values if is_infinite(value)]:
            yield (
                f"attribute {name}: infinite on {sum(map(values.__getitem__, infinite))} leads, first {infinite[0]!r}; "
                "counted as missing, empty such cells"
            )
        if len(values) > _MANY_VALUES * config.max_categories and max(values.values()) >= config.min_category_leads:
            yield (
                f"attribute {name}: {len(values):,} different values; the {config.max_categories} most frequent are "
                "told apart (`max_categories` in configs/features.yaml), the others are one"
            )
    if len(seen) > config.max_attributes:
        yield (
            f"{len(seen):,} attributes; the {config.max_attributes} known of most leads are learnt from, the others "
            "left out (`max_attributes` in configs/features.yaml changes that)"
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
