import numpy as np
import pytest

from leadscore.modeling.rows import LabelledRows, TrainingRows


def three_rows() -> TrainingRows:
    return TrainingRows(
        matrix=np.array([[1.0], [2.0], [3.0]]),
        known=np.array([[True, False], [True, True], [True, True]]),
        converted=np.array([[False, True], [True, True], [False, False]]),
        weight=np.array([1.0, 2.0, 3.0]),
        cluster=np.array([5, 6, 6]),
    )


def test_an_unknown_label_does_not_make_a_converting_lead():
    assert three_rows().converting_leads() == 1
    assert three_rows().labels().tolist() == [[False, False], [True, True], [False, False]]


def test_taking_rows_keeps_features_labels_weights_and_leads_together():
    taken = three_rows().take(np.array([2, 0]))
    assert taken.matrix.tolist() == [[3.0], [1.0]]
    assert taken.weight.tolist() == [3.0, 1.0]
    assert taken.cluster.tolist() == [6, 5]
    assert len(three_rows().take(np.array([False, True, False]))) == 1


def test_arrays_that_do_not_fit_together_are_refused():
    flags = np.ones((2, 1), dtype=bool)
    with pytest.raises(ValueError, match="known"):
        LabelledRows(known=flags, converted=flags[:1], weight=np.ones(2), cluster=np.arange(2))
    with pytest.raises(ValueError, match="weight"):
        LabelledRows(known=flags, converted=flags, weight=np.ones(3), cluster=np.arange(2))
    with pytest.raises(ValueError, match="matrix"):
        TrainingRows(matrix=np.ones((3, 1)), known=flags, converted=flags, weight=np.ones(2), cluster=np.arange(2))


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_a_row_whose_weight_is_no_positive_number_is_named(weight):
    flags = np.ones((3, 1), dtype=bool)
    with pytest.raises(ValueError, match="1 of 3 are not, first row 1"):
        LabelledRows(known=flags, converted=flags, weight=np.array([1.0, weight, 2.0]), cluster=np.arange(3))
