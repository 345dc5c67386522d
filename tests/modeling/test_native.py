import gc
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.modeling.native import NativeBooster

CATEGORICAL = 3


def data(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 6))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    rows[:, CATEGORICAL] = rng.integers(0, 12, n)
    log_odds = np.nan_to_num(rows[:, 0]) * 2 + (rows[:, CATEGORICAL] % 3 == 0) - 1
    return rows, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int)


def train(trees=25, **settings):
    rows, target = data()
    params = {"objective": "binary", "num_leaves": 8, "verbose": -1, "num_threads": 1, "lambda_l2": 5.0, **settings}
    dataset = lgb.Dataset(rows, target, categorical_feature=[CATEGORICAL], params={"verbose": -1})
    return lgb.train(params, dataset, trees)


@pytest.fixture(scope="module")
def booster():
    return train()


def test_matrix_scores_equal_lightgbm_bit_for_bit(booster):
    rows, _ = data(seed=1)
    native = NativeBooster(booster.model_to_string())
    assert np.array_equal(native.raw_matrix(rows), booster.predict(rows, raw_score=True))
    assert np.array_equal(native.leaf_matrix(rows), booster.predict(rows, pred_leaf=True))


def test_single_rows_equal_lightgbm_bit_for_bit(booster):
    rows, _ = data(n=300, seed=2)
    native = NativeBooster(booster.model_to_string())
    expected, leaves = booster.predict(rows, raw_score=True), booster.predict(rows, pred_leaf=True)
    for row, raw, reached in zip(rows, expected, leaves, strict=True):
        assert native.raw(row) == raw
        assert np.array_equal(native.leaves(row), reached)


def test_shapley_values_equal_lightgbms_and_add_up_to_the_log_odds(booster):
    rows, _ = data(n=100, seed=5)
    native = NativeBooster(booster.model_to_string())
    found = native.shapley_matrix(rows)
    assert np.array_equal(found, booster.predict(rows, pred_contrib=True, num_threads=1))
    assert found.sum(axis=1) == pytest.approx(native.raw_matrix(rows), abs=1e-9)


CELLS = st.one_of(st.floats(width=64), st.integers(-3, 15).map(float), st.just(float("nan")))


@given(st.lists(CELLS, min_size=6, max_size=6))
def test_any_row_even_infinite_or_of_an_unseen_category_equals_lightgbm(values):
    booster, native = SHARED
    row = np.array(values)
    assert native.raw(row) == booster.predict(row[None, :], raw_score=True)[0]


def test_a_model_that_never_split_answers_its_constant():
    booster = train(trees=3, min_data_in_leaf=10_000)
    rows, _ = data(n=5)
    native = NativeBooster(booster.model_to_string())
    assert np.array_equal(native.raw_matrix(rows), booster.predict(rows, raw_score=True))
    assert native.raw(rows[0]) == booster.predict(rows[:1], raw_score=True)[0]


def test_no_rows_give_no_scores(booster):
    native = NativeBooster(booster.model_to_string())
    assert native.raw_matrix(np.empty((0, 6))).shape == (0,)
    assert native.leaf_matrix(np.empty((0, 6))).shape == (0, 25)


def test_a_matrix_of_another_width_is_refused(booster):
    with pytest.raises(ValueError, match="needs"):
        NativeBooster(booster.model_to_string()).raw_matrix(np.zeros((2, 5)))


def test_a_transposed_or_sliced_matrix_is_read_correctly(booster):
    rows, _ = data(n=40)
    native = NativeBooster(booster.model_to_string())
    assert np.array_equal(native.raw_matrix(np.asfortranarray(rows)[::2]), native.raw_matrix(rows[::2].copy()))


def test_the_dump_is_lightgbms(booster):
    assert NativeBooster(booster.model_to_string()).dump()["tree_info"] == booster.dump_model()["tree_info"]


def test_a_large_dump_is_complete():
    booster = train(trees=400, num_leaves=31, min_data_in_leaf=5)
    native = NativeBooster(booster.model_to_string())
    assert len(native.dump()["tree_info"]) == 400


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"objective": "regression"}, "objective"), ({"linear_tree": True}, "linear"), ({"sigmoid": 2.0}, "objective")],
)
def test_another_kind_of_model_is_refused(settings, word):
    text = train(trees=2, **settings).model_to_string()
    with pytest.raises(DataError, match=word) as caught:
        NativeBooster(text)
    assert caught.value.code == "LS-MODEL-02"


def test_native_memory_is_given_back_when_the_booster_is_gone(booster):
    native = NativeBooster(booster.model_to_string())
    finalizer = native._finalizer
    del native
    gc.collect()
    assert not finalizer.alive


def test_closing_twice_is_harmless(booster):
    native = NativeBooster(booster.model_to_string())
    native.close()
    native.close()


def test_scoring_imports_neither_lightgbm_nor_pandas(booster, tmp_path):
    (tmp_path / "model.txt").write_text(booster.model_to_string())
    program = (
        "import sys, pathlib, numpy as np\n"
        "from leadscore.modeling.native import NativeBooster\n"
        "text = pathlib.Path(sys.argv[1]).read_text()\n"
        "NativeBooster(text).raw(np.zeros(6))\n"
        "print(sorted({'lightgbm', 'pandas', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "model.txt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


_BOOSTER = train()
SHARED = (_BOOSTER, NativeBooster(_BOOSTER.model_to_string()))
