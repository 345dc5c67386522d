"""Writing leads on both databases."""

from leadscore.domain.lead import AttributeValue, Lead, LeadRow
from leadscore.ingest.identity import address_node
from leadscore.store.engine import writing
from leadscore.store.facts import insert_attributes
from leadscore.store.history import counts, load_history
from leadscore.store.leads import add_first_seen, insert_leads
from leadscore.store.links import links_around

from ..conftest import emptied

NAMES = ("source", "industry")
NOW = 1_000


def row(lead, industry, *, source="web", created_at=100, updated_at=None):
    return LeadRow(Lead(lead, created_at, source), NAMES, (source, industry), updated_at)


def attributes(store, lead="L1"):
    return [(found.name, found.value, found.known_at) for found in load_history(store, lead).attributes]


def test_a_lead_comes_with_its_columns_as_attributes(store):
    assert insert_leads(store, [row("L1", "software"), row("L2", None)], NOW).inserted == 2
    assert load_history(store, "L1").created_at == 100
    assert attributes(store) == [("industry", "software", 100), ("source", "web", 100)]
    assert attributes(store, "L2") == [("industry", None, 100), ("source", "web", 100)]


def test_importing_again_changes_nothing(store):
    rows = [row(f"L{number}", "software") for number in range(2_100)]
    insert_leads(store, rows, NOW)
    before = counts(store)
    result = insert_leads(store, rows, NOW + 1)
    assert (result.inserted, result.unchanged, counts(store)) == (0, 2_100, before)


def test_a_changed_column_becomes_history_at_import_time(store):
    insert_leads(store, [row("L1", "software")], NOW)
    assert insert_leads(store, [row("L1", "retail")], NOW + 1).inserted == 1
    assert attributes(store) == [("industry", "software", 100), ("source", "web", 100), ("industry", "retail", NOW + 1)]


def test_an_older_row_moves_the_newer_value_to_its_own_time(store):
    insert_leads(store, [row("L1", "retail", updated_at=300)], NOW)
    insert_leads(store, [row("L1", "software", updated_at=200)], NOW)
    assert [found for found in attributes(store) if found[0] == "industry"] == [
        ("industry", "software", 100),
        ("industry", "retail", 300),
    ]


def test_an_earlier_created_at_replaces_a_later_one(store):
    insert_leads(store, [row("L1", "software")], NOW)
    insert_leads(store, [row("L1", "software", created_at=40)], NOW)
    assert load_history(store, "L1").created_at == 40
    assert attributes(store) == [("industry", "software", 100), ("source", "web", 100)]


def test_contradicting_rows_are_rejected_with_position_and_reason(store):
    rows = [row("L2", "software"), row("L1", "a", updated_at=200), row("L1", "b", updated_at=200)]
    result = insert_leads(store, rows, NOW)
    assert (result.inserted, [found.position for found in result.rejected]) == (2, [2])
    assert result.rejected[0].column == "industry"
    assert "'a'" in result.rejected[0].reason


def test_attribute_history_and_leads_can_come_in_either_order(store_factory):
    history = [AttributeValue("L1", "industry", "software", 100), AttributeValue("L1", "industry", "retail", 500)]
    one, other = store_factory(), store_factory()
    insert_leads(one, [row("L1", "software")], NOW)
    insert_attributes(one, history)
    insert_attributes(other, history)
    insert_leads(other, [row("L1", "software")], NOW)
    assert load_history(one, "L1") == load_history(other, "L1")
    assert insert_leads(other, [row("L1", "software")], NOW + 5).unchanged == 1


def test_a_lead_that_tracking_saw_first_is_completed_by_a_file(store):
    with writing(store) as connection:
        add_first_seen(connection, [Lead("L1", 50, "tracking")])
        add_first_seen(connection, [Lead("L1", 60, "elsewhere"), Lead("L2", 60, "tracking")])
    insert_leads(store, [row("L1", "software")], NOW)
    assert load_history(store, "L1").created_at == 50
    assert attributes(store) == [("source", "tracking", 50), ("industry", "software", 100), ("source", "web", 100)]
    assert attributes(store, "L2") == [("source", "tracking", 60)]


def test_a_lead_begins_with_what_tracking_saw_first_even_if_it_is_heard_later(store):
    insert_leads(store, [row("L2", "software")], NOW)
    with writing(store) as connection:
        add_first_seen(connection, [Lead("L1", 50, "tracking")])
        add_first_seen(connection, [Lead("L1", 40, "elsewhere"), Lead("L2", 40, "elsewhere")])
    assert attributes(store) == [("source", "elsewhere", 40)]
    assert load_history(store, "L1").created_at == 40


def test_a_lead_of_a_file_and_of_tracking_is_the_same_whichever_comes_first(store):
    def from_file():
        insert_leads(store, [row("L1", "software")], NOW)

    def from_tracking(at):
        with writing(store) as connection:
            add_first_seen(connection, [Lead("L1", at, "tracking")])

    for at in (40, 150):
        found = []
        for doors in ((from_file, from_tracking), (from_tracking, from_file)):
            emptied(store)
            for door in doors:
                door() if door is from_file else door(at)
            found.append((load_history(store, "L1").created_at, attributes(store)))
        assert found[0] == found[1]
        assert found[0][0] == min(at, 100)
        assert (("source", "tracking", at) in found[0][1]) == (at < 100)


def mail_row(lead, address, updated_at=None):
    return LeadRow(Lead(lead, 100, "web"), ("source", "E-Mail"), ("web", address), updated_at)


def known_addresses(store, lead="L1"):
    return [(link.other, link.known_at) for link in links_around(store, lead)[0]]


def test_the_addresses_of_leads_link_them_since_they_were_known_and_only_hashes_are_kept(store):
    insert_leads(store, [mail_row("L1", "ann@example.org"), mail_row("L2", "no address")], NOW)
    insert_attributes(
        store, [AttributeValue("L1", "email", "ann@work.example", 300), AttributeValue("L2", "x", "a@b.c", 1)]
    )
    assert known_addresses(store) == [(address_node("ann@example.org"), 100), (address_node("ann@work.example"), 300)]
    assert known_addresses(store, "L2") == []


def test_an_address_that_an_older_row_moves_links_from_its_own_time_on(store):
    rows = [mail_row("L1", "new@example.org", 300), mail_row("L1", "old@example.org", 200)]
    for order in (rows, rows[::-1]):
        emptied(store)
        for each in order:
            insert_leads(store, [each], NOW)
        assert known_addresses(store) == [
            (address_node("old@example.org"), 100),
            (address_node("new@example.org"), 300),
        ]


def test_progress_is_told_per_batch(store):
    told = []
    insert_leads(store, [row(f"L{n}", "x") for n in range(1_500)], NOW, lambda *step: told.append(step))
    assert told == [("storing leads", 1_000, 1_500), ("storing leads", 1_500, 1_500)]
