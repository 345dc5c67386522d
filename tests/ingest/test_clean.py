"""Everything that enters can be held by both databases and by strict JSON."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadscore.ingest.clean import (
    canonical_json,
    cleaned,
    cleaned_text,
    deeper_than,
    json_text,
    read_body,
    read_json,
    surely_within,
)

any_text = st.text(st.characters(codec=None, exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,3})?\Z") | st.sampled_from(
    ["NaN", "-Infinity", "1e999", "-0", "-0.0", "01", "9" * 4_300, "9" * 4_301, "-" + "9" * 4_300]
)
texts = any_text.map(json.dumps) | any_text.map(lambda text: json.dumps(text, ensure_ascii=False))
documents = st.recursive(
    numbers | texts | st.sampled_from(["null", "true", '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', "", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(st.just('"a"') | texts, inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"
        )
        | st.integers(0, 90).flatmap(lambda deep: inner.map(lambda part: "[" * deep + part + "]" * deep))
    ),
    max_leaves=6,
).map(lambda text: text.encode("utf-8", "surrogatepass"))
bodies = documents | st.tuples(documents, st.integers(0, 50), st.binary(max_size=3)).map(
    lambda spoilt: spoilt[0][: spoilt[1]] + spoilt[2] + spoilt[0][spoilt[1] :]
)


def read_tolerantly(body):
    try:
        return repr(read_json(body.decode("utf-8", "replace").lstrip("\ufeff")))
    except ValueError as error:
        return str(error)


def read_quickly(body):
    try:
        return repr(read_body(body)[0])
    except ValueError as error:
        return str(error)


@given(bodies)
@example(b"[" * 290 + b"]" * 290)
@example(b"[" * 5_000 + b"]" * 5_000)
@example(b'{"a":1,"b":2,"a":123456789012345678901234567890}')
@example(b"\xef\xbb\xbf{}")
def test_the_quick_reader_reads_what_the_tolerant_one_does(body):
    assert read_quickly(body) == read_tolerantly(body)


@given(bodies)
@example(b'["\\u0000"]')
def test_what_is_said_to_be_clean_is(body):
    try:
        value, clean = read_body(body)
    except ValueError:
        return
    assert not clean or repr(cleaned(value)) == repr(value)


@given(
    st.dictionaries(
        any_text,
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    )
)
@example({"a": 1e16})
@example({"a": "\ud800", "\udfff": 1})
@example({"\U0001f600": 1, "\uffff": 2, "\x1f": "\x7f\b\u2028"})
def test_flat_objects_are_written_as_any_other(value):
    assert canonical_json([value]) == f"[{canonical_json(value)}]"


@given(json_values, st.integers(0, 200))
@example([1e15] * 10, 180)
def test_a_value_said_to_be_within_a_size_is(value, size):
    clean = cleaned(value)
    assert not surely_within(clean, size) or len(canonical_json(clean).encode()) <= size


@given(st.integers(0, 20), st.integers(1, 20))
def test_levels_are_counted(deep, most):
    value = 1
    for number in range(deep):
        value = [value, 2] if number % 2 else {"a": value, "b": 3}
    assert deeper_than([value], most) == (deep + 1 > most)


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
    with pytest.raises(ValueError, match="deep"):
        read_json("[" * 500 + "]" * 500)


def test_equal_objects_have_one_text():
    assert canonical_json({"b": 1, "a": {"d": 1, "c": 2}}) == canonical_json(json.loads('{"a":{"c":2,"d":1},"b":1}'))


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("x", "x"), (True, "true"), (7, "7"), (7.0, "7"), (0.1, "0.1"), (float("nan"), None), ([1], "[1]")],
)
def test_a_json_value_is_written_as_a_cell(value, text):
    assert json_text(value) == text
