"""Many rows at once come back as they were given."""

from leadscore.store.bulk import fetch_rows, insert_rows
from leadscore.store.engine import writing
from leadscore.store.tables import ATTRIBUTES

ODD = ["", " ", '"', "\\", "\n\t\x01\x7f", "\u2028", "é😀", "null", "1", "{}", "[1,2]", "NULL", None, "%s %(a)s :b"]


def test_any_text_comes_back_as_it_was_stored(store):
    rows = [
        (text or "none", f"name {number}", 2**63 - 1 - number, text, None if number % 2 else -(2**63))
        for number, text in enumerate(ODD)
    ]
    with writing(store) as connection:
        assert insert_rows(connection, ATTRIBUTES, rows) == len(rows)
        assert insert_rows(connection, ATTRIBUTES, rows) == 0
        assert insert_rows(connection, ATTRIBUTES, []) == 0
        found = fetch_rows(connection, ATTRIBUTES, ("lead_id", "name"), [row[:2] for row in rows])
    assert sorted(found) == sorted(rows)


def test_of_equal_keys_the_first_row_counts(store):
    rows = [("L", "n", 1, "first", None), ("L", "n", 1, "second", None), ("L", "m", 1, "x", None)]
    with writing(store) as connection:
        assert insert_rows(connection, ATTRIBUTES, rows) == 2
        assert ("L", "n", 1, "first", None) in fetch_rows(connection, ATTRIBUTES, ("lead_id",), [("L",)])
