"""A feature set travels as JSON and is known by its fingerprint."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature
from leadscore.features.feature_set import Encoder, FeatureSet

SET = FeatureSet(
    features=(
        Feature("demo_count_7d", "count", "demo", window_days=7, group="event:demo"),
        Feature("attribute_industry", "attribute", attribute="industry", group="attribute:industry"),
        Feature("attribute_size", "attribute", attribute="size", group="attribute:size"),
    ),
    encoders={"industry": Encoder("category", {"software": 0, "mining": 1}), "size": Encoder("number", {})},
    labels={"demo": "demo request"},
    ignored_types=("email_sent",),
)


def test_names_and_categorical_columns_follow_the_order_of_features():
    assert SET.names == ("demo_count_7d", "attribute_industry", "attribute_size")
    assert SET.categorical == (1,)


def test_a_feature_set_survives_json():
    again = FeatureSet.from_json(SET.to_json())
    assert again == SET
    assert again.fingerprint == SET.fingerprint


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.integers()))
def test_any_words_and_categories_survive_json(labels, values):
    odd = replace(SET, labels=labels, encoders=SET.encoders | {"industry": Encoder("category", values)})
    assert FeatureSet.from_json(odd.to_json()) == odd
    assert odd.fingerprint == FeatureSet.from_json(odd.to_json()).fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        replace(SET, features=SET.features[::-1]),
        replace(SET, features=(replace(SET.features[0], window_days=8), *SET.features[1:])),
        replace(SET, encoders=SET.encoders | {"industry": Encoder("category", {"mining": 0, "software": 1})}),
        replace(SET, ignored_types=()),
        replace(SET, respect_consent=True),
    ],
)
def test_whatever_changes_values_changes_the_fingerprint(changed):
    assert changed.fingerprint != SET.fingerprint


def test_the_fingerprint_is_the_same_on_every_machine():
    assert SET.fingerprint == "sha256:f51c3b1cb4e90573"


def test_a_model_keeps_whether_it_respects_consent_and_one_that_knows_nothing_of_it_does_not():
    respectful = replace(SET, respect_consent=True)
    assert FeatureSet.from_json(respectful.to_json()) == respectful
    assert respectful.without_attributes(["size"]).respect_consent
    assert "respect_consent" not in SET.to_json()
    assert not FeatureSet.from_json(SET.to_json()).respect_consent


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": 3}', SET.to_json().replace("window_days", "window")])
def test_damaged_json_is_refused(text):
    with pytest.raises(DataError, match="LS-MODEL-02"):
        FeatureSet.from_json(text)


@pytest.mark.parametrize(
    ("text", "code"), [("software", 0.0), ("mining", 1.0), ("unheard of", 2.0), (None, math.nan), ("", math.nan)]
)
def test_an_unknown_category_is_other_and_an_empty_one_missing(text, code):
    assert SET.encoders["industry"].encode(text) == pytest.approx(code, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12.0), (" -1.5e3 ", -1500.0), ("many", math.nan), ("inf", math.nan)]
)
def test_a_number_that_is_none_is_missing(text, number):
    assert SET.encoders["size"].encode(text) == pytest.approx(number, nan_ok=True)
