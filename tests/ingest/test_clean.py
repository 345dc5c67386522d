"""Everything that enters can be held by both databases and by strict JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.ingest.clean import canonical_json, cleaned, cleaned_text, json_text, read_json

any_text = st.text(st.characters(codec=None, exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@given(any_text)
def test_a_cleaned_text_has_no_nul_and_can_be_encoded(text):
    clean = cleaned_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert len(clean) == len(text)
    assert cleaned_text(clean) == clean


@given(json_values)
def test_cleaned_values_are_strict_json_and_stay_as_they_are(value):
    clean = cleaned(value)
    text = canonical_json(clean)
    text.encode("utf-8")
    assert cleaned(read_json(text)) == clean
    assert canonical_json(read_json(text)) == text


def test_paired_surrogates_are_one_character_and_stay():
    assert cleaned(read_json('"\\ud83d\\ude00 \\ud83d"')) == "😀 \ufffd"


def test_numbers_that_are_none_become_null():
    assert cleaned(read_json("[NaN, Infinity, -Infinity, 1e999, 2]")) == [None, None, None, None, 2]


def test_a_number_of_thousands_of_digits_does_no_harm():
    assert cleaned(read_json("9" * 5_000)) is None


def test_json_nested_too_deep_is_a_value_error():
    with pytest.raises(ValueError, match="deep"):
        read_json("[" * 100_000)


def test_equal_objects_have_one_text():
    assert canonical_json({"b": 1, "a": {"d": 1, "c": 2}}) == canonical_json(json.loads('{"a":{"c":2,"d":1},"b":1}'))


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("x", "x"), (True, "true"), (7, "7"), (7.0, "7"), (0.1, "0.1"), (float("nan"), None), ([1], "[1]")],
)
def test_a_json_value_is_written_as_a_cell(value, text):
    assert json_text(value) == text
