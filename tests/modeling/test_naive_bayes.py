import numpy as np
import pytest

from leadscore.modeling.naive_bayes import fit_naive_bayes
from leadscore.modeling.rows import TrainingRows


def rows(codes, converted):
    matrix = np.array(codes, dtype=float)
    return TrainingRows(
        matrix=matrix,
        known=np.ones((len(matrix), 1), dtype=bool),
        converted=np.array(converted, dtype=bool)[:, None],
        weight=np.ones(len(matrix)),
        cluster=np.arange(len(matrix)),
    )


def test_chances_are_those_of_the_formula_computed_by_hand():
    # Won: code 0 twice, code 1 once. Others: code 0 once, code 1 four times. Prior (3 + 0.5) / (8 + 1).
    fitted = fit_naive_bayes(rows([[0], [0], [1], [0], [1], [1], [1], [1]], [1, 1, 1, 0, 0, 0, 0, 0]), [0])
    odds = 3.5 / 5.5 * ((2.1 / 3.2) / (1.1 / 5.2))
    assert fitted.predict(np.array([[0.0]]))[0, 0] == pytest.approx(odds / (1 + odds))


def test_an_empty_field_and_an_unseen_code_say_nothing():
    fitted = fit_naive_bayes(rows([[0], [1], [np.nan], [1]], [1, 0, 1, 0]), [0])
    assert fitted.predict(np.array([[np.nan], [7.0]]))[:, 0] == pytest.approx([0.5, 0.5])


def test_the_evidence_of_fields_multiplies():
    codes = np.array([[0, 0], [0, 0], [1, 1], [1, 0], [0, 1], [1, 1]])
    fitted = fit_naive_bayes(rows(codes, [1, 1, 1, 0, 0, 0]), [0, 1])
    first, second, both = fitted.predict(np.array([[0, np.nan], [np.nan, 0], [0, 0]]))[:, 0]
    assert both / (1 - both) == pytest.approx(first / (1 - first) * second / (1 - second))


def test_one_class_or_an_empty_column_gives_the_base_rate():
    nobody = fit_naive_bayes(rows([[0], [1]], [0, 0]), [0])
    assert nobody.predict(np.array([[0.0], [1.0]]))[:, 0] == pytest.approx([0.5 / 3, 0.5 / 3])
    empty = fit_naive_bayes(rows([[np.nan], [np.nan]], [0, 1]), [0])
    assert empty.predict(np.array([[0.0]]))[0, 0] == pytest.approx(0.5)


def test_without_categories_there_is_no_naive_bayes():
    assert fit_naive_bayes(rows([[0.5], [1.5]], [0, 1]), []) is None
