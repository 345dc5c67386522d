import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.modeling.additive import AdditiveModel, Term

NUMBERS = st.floats(-1e6, 1e6)


@st.composite
def terms(draw):
    shape = draw(st.sampled_from(["line", "steps"]))
    places = sorted(draw(st.sets(NUMBERS, min_size=2, max_size=8)))
    count = len(places) + (shape == "steps")
    effects = draw(st.lists(st.floats(-5, 5), min_size=count, max_size=count))
    return Term(0, shape, tuple(places), tuple(effects), draw(st.floats(-5, 5)))


@given(terms(), st.lists(NUMBERS, max_size=20))
def test_one_value_and_a_column_of_values_get_the_same_bits(term, values):
    asked = [*values, *term.places, float("nan")]
    assert [term.at(value) for value in asked] == term.at_all(np.array(asked)).tolist()


@given(terms())
def test_a_line_meets_its_places_and_stays_level_beyond_them(term):
    line = dataclasses.replace(term, shape="line", effects=term.effects[: len(term.places)])
    assert [line.at(place) for place in line.places] == pytest.approx(list(line.effects), abs=1e-9)
    assert (line.at(-1e9), line.at(1e9)) == (line.effects[0], line.effects[-1])


def test_a_category_never_seen_takes_the_last_step():
    term = Term(0, "steps", (0.5, 1.5), (0.1, 0.2, 0.3), -0.4)
    assert [term.at(code) for code in (0.0, 1.0, 2.0, 7.0, float("nan"))] == [0.1, 0.2, 0.3, 0.3, -0.4]


@given(st.lists(terms(), min_size=1, max_size=4))
def test_a_model_reads_back_as_it_was_written(found):
    model = AdditiveModel(1, -2.5, tuple(found))
    assert AdditiveModel.from_json(model.to_json()) == model


@pytest.mark.parametrize("text", ["[]", "{", '{"n_features": 1, "bias": 0, "terms": [{"column": 0}]}'])
def test_what_is_no_additive_model_is_refused(text):
    with pytest.raises(DataError, match="no additive model"):
        AdditiveModel.from_json(text)


@pytest.mark.parametrize(("shape", "effects"), [("line", (1.0,)), ("steps", (1.0,))])
def test_places_and_effects_must_fit(shape, effects):
    with pytest.raises(ValueError, match="1 places and 1 effects"):
        Term(0, shape, (0.0,), effects, 0.0)
