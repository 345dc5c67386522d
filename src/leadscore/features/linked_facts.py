"""All facts, where people were known under several ids: each person has those of all its ids, once that was known."""

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.domain.lead import FIRST_SEEN_SOURCE
from leadscore.domain.outcome import MERGED
from leadscore.features.consented_facts import refused_rows
from leadscore.features.facts import SCHEMAS, Facts


def linked(facts: Facts, people: pa.Table) -> Facts:
    """The facts with those of each member given to its person as well, known no earlier than that they belong together.

    people   by the schema PEOPLE.
    Returns  a member stays a lead of its own until then: it ends by the outcome `merged`, and what it came to is what
             its person came to, so that visitors who were not known yet teach what visitors are worth. Afterwards its
             attributes are empty. Of a name that the person had a value for by then, the member's value is not taken,
             unless it says where a lead came from whose source is only that tracking saw it.
    """
    if not people.num_rows:
        return facts
    attributes, events, outcomes = facts.attributes, facts.events, facts.outcomes
    shared = [_to_person(outcomes, people), _to_members(outcomes, people, facts.leads)]
    return Facts(
        leads=facts.leads,
        attributes=pa.concat_tables(
            [_until(attributes, people), _attributes_to_person(attributes, people), _emptied(attributes, people)]
        ),
        events=pa.concat_tables([_until(events, people), _to_person(events, people)]),
        outcomes=pa.concat_tables([_until(outcomes, people), *shared, _ends(people)]),
        people=people,
        refused_before=_refused_before(facts, people),
    )


def _until(table: pa.Table, people: pa.Table) -> pa.Table:
    """The table without what became known of a member when it was no lead of its own any more."""
    place = pc.index_in(table["lead_id"], value_set=people["lead_id"].combine_chunks())
    since = people["since"].take(place)
    return table.filter(pc.fill_null(pc.less(table["known_at"], since), True))


def _refused_before(facts: Facts, people: pa.Table) -> pa.Array:
    """The events of members from when they were leads of their own and had refused.

    The values come to the person only later; what they forbade until then would count again.
    """
    members = people["lead_id"].combine_chunks()
    told = facts.attributes.filter(pc.is_in(facts.attributes["lead_id"], value_set=members))
    refused = facts.events.filter(pa.array(refused_rows(facts.events, told)))
    place = pc.index_in(refused["lead_id"], value_set=members)
    earlier = pc.less(refused["occurred_at"], people["since"].take(place))
    return refused.filter(pc.fill_null(earlier, False))["event_id"].combine_chunks()


def _to_person(table: pa.Table, people: pa.Table) -> pa.Table:
    """The rows of members, given to their persons, known no earlier than the membership."""
    place = pc.index_in(table["lead_id"], value_set=people["lead_id"].combine_chunks())
    mine = pc.is_valid(place)
    rows, place = table.filter(mine), place.filter(mine)
    return _known_since(_with(rows, "lead_id", people["person"].take(place)), people["since"].take(place))


def _to_members(outcomes: pa.Table, people: pa.Table, leads: pa.Table) -> pa.Table:
    """The outcomes of persons since each of their members was created, given to it.

    An earlier one says nothing about a visit: a customer of old on a new device is a visitor like others, until known.
    """
    joined = people.join(outcomes.rename_columns({"lead_id": "person"}), "person", join_type="inner")
    joined = joined.join(leads, "lead_id", join_type="inner")
    joined = joined.filter(pc.greater_equal(joined["occurred_at"], joined["created_at"]))
    rows = joined.select(SCHEMAS["outcomes"].names).cast(SCHEMAS["outcomes"])
    return _known_since(rows, joined["since"])


def _ends(people: pa.Table) -> pa.Table:
    merged = pa.array([MERGED] * people.num_rows, pa.string())
    return pa.table([people["lead_id"], merged, people["since"], people["since"]], schema=SCHEMAS["outcomes"])


def _attributes_to_person(attributes: pa.Table, people: pa.Table) -> pa.Table:
    """The members' values of names that their persons had no value for."""
    only_seen = pc.and_(pc.equal(attributes["name"], "source"), pc.equal(attributes["value"], FIRST_SEEN_SOURCE))
    own = attributes.filter(pc.invert(pc.fill_null(only_seen, False)))
    first = own.group_by(["lead_id", "name"]).aggregate([("known_at", "min")]).rename_columns(["person", "name", "had"])
    found = people.join(attributes, "lead_id", join_type="inner").join(first, ["person", "name"])
    taken = found.filter(pc.fill_null(pc.greater(found["had"], found["since"]), True))
    given = [taken["person"], taken["name"], taken["value"], taken["known_at"]]
    return _known_since(pa.table(given, schema=SCHEMAS["attributes"]), taken["since"])


def _emptied(attributes: pa.Table, people: pa.Table) -> pa.Table:
    """What ends the values of members, so that they count for no account any more."""
    found = people.join(attributes, "lead_id", join_type="inner")
    names = (
        found.filter(pc.less(found["known_at"], found["since"])).group_by(["lead_id", "name", "since"]).aggregate([])
    )
    nothing = pa.nulls(names.num_rows, pa.string())
    return pa.table([names["lead_id"], names["name"], nothing, names["since"]], schema=SCHEMAS["attributes"])


def _known_since(table: pa.Table, since: pa.ChunkedArray) -> pa.Table:
    return _with(table, "known_at", pc.max_element_wise(table["known_at"], since))


def _with(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values)
