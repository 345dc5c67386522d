"""Who a text speaks of."""

import pytest

from leadscore.ingest.identity import address_node
from leadscore.ingest.mentions import ADDRESS, Mentions, addresses_in, words_in

ANN = ADDRESS + str(address_node("ann@own.test"))
TOLD = Mentions({"ann-1234", "42"}, {ANN, "id:ann-1234"})


@pytest.mark.parametrize(
    "value",
    [
        {"userId": "ann-1234"},
        {"userId": 42},
        {"properties": {"note": "call ann-1234 today"}},
        {"traits": {"email": "ANN@own.test "}},
        {"url": "https://a.test/?m=ann%40own.test&x=1"},
        {"body": '{"deep": "{\\"userId\\": \\"ann-1234\\"}"}'},
        "lead_id is stored as 'ann-1234', the row says 'bob'",
        "lead_id is stored as '42', the row says '43'",
        {"dead_letter_text": "42;soon;x"},
        {"lead_id": "42", "type": "x"},
        ["ann-1234"],
        {"ann-1234": 1},
    ],
)
def test_ids_and_addresses_are_found_wherever_they_stand(value: object) -> None:
    assert TOLD.within(value)


@pytest.mark.parametrize(
    "value",
    [
        {"userId": "ann-12345"},
        {"userId": "joann-1234"},
        {"value": 42},
        {"amount": "42"},
        {"traits": {"email": "joann@own.test"}},
        {"traits": {"email": "ann@own.test.org"}},
        "there were 42 rows",
        {"userId": 421},
        None,
    ],
)
def test_what_only_looks_alike_is_somebody_else(value: object) -> None:
    assert not TOLD.within(value)


def test_the_words_of_a_refused_message_are_its_ids_and_addresses() -> None:
    words = words_in('{"userId": 42, "value": 7, "traits": {"email": "Ann@own.test"}}')
    assert {"id:42", ANN} <= words
    assert "id:7" not in words


def test_addresses_are_found_however_deep() -> None:
    assert addresses_in({"a": [{"b": "to ann@own.test!"}], "c": 3}) == {ANN}
