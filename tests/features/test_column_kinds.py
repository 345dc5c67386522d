import pytest

from leadscore.features.column_kinds import ColumnTexts, kind_of


def kind(texts, spellings=None, in_turn=(), min_rows=2):
    counts = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return kind_of(ColumnTexts(counts, spellings or {}, in_turn), max_categories=10, min_rows=min_rows)


def test_a_few_stray_texts_do_not_spoil_a_column_of_numbers():
    assert kind([*"1234567890" * 10, "see note"]).encoder.kind == "number"
    assert kind([*"1234567890", "see note"]).encoder.kind == "category"


def test_dates_are_dates():
    assert kind([f"2026-01-{day:02d}" for day in range(1, 29)]).encoder.kind == "date"


def test_one_way_of_saying_missing_is_missing():
    found = kind(["a"] * 50 + ["b"] * 50, {"select": 30, "": 1})
    assert found.encoder.values == {"a": 0, "b": 1}


def test_a_second_frequent_word_for_missing_is_a_value_of_its_own():
    found = kind(["a"] * 50 + ["b"] * 49, {"select": 30, "": 20})
    assert found.encoder.values == {"select": 0, "a": 1, "b": 2}


@pytest.mark.parametrize("sign", ["-", "?"])
def test_a_sign_for_missing_never_becomes_a_value(sign):
    assert sign not in kind(["a"] * 50 + ["b"] * 50, {sign: 30, "": 20}).encoder.values


def test_names_of_leads_are_identifiers_and_sentences_are_free_text():
    assert kind([f"lead-{number}" for number in range(100)]).rule == "identifier"
    sentences = kind([f"called them {number} times, no answer" for number in range(100)])
    assert (sentences.rule, sentences.encoder) == ("free_text", None)
    assert "100 different values on 100 rows" in sentences.evidence


@pytest.mark.parametrize(
    "numbers",
    [
        [7_000_000 + 13 * n for n in range(300)],
        [660_737 - 9 * n for n in range(300)],
        [(n * 7919) % 300 for n in range(300)],
        [10_000 + (n * 7919) % 89_989 for n in range(300)],
    ],
)
def test_serial_numbers_and_unique_codes_are_identifiers(numbers):
    found = kind([str(number) for number in numbers], in_turn=[float(number) for number in numbers])
    assert (found.rule, found.encoder) == ("identifier", None)


@pytest.mark.parametrize(
    "numbers",
    [
        [n * 1.37 for n in range(300)],
        [(n * 7919) % 100_003 for n in range(300)],
        [n % 90 for n in range(300)],
        list(range(60)),
    ],
)
def test_measured_numbers_are_no_identifiers(numbers):
    found = kind([str(number) for number in numbers], in_turn=[float(number) for number in sorted(numbers, key=str)])
    assert found.encoder.kind == "number"


def test_a_column_of_one_value_says_nothing():
    assert kind(["same"] * 9).encoder is None
    assert kind([], {"": 9}).encoder is None
    assert kind(["only when filled"] * 9, {"": 9}).encoder is not None


def test_rare_values_are_joined_and_never_stored():
    found = kind(["a"] * 50 + ["b"] * 50 + ["Max Private"], min_rows=5)
    assert "Max Private" not in found.encoder.values
    assert found.encoder.encode("Max Private") == found.encoder.encode("never seen") == 2.0
