import numpy as np

from leadscore.modeling.doubts import Doubts, doubts_of_events


def test_the_colder_a_chance_the_more_it_is_doubted_and_a_hot_one_not_at_all():
    pulled = Doubts(pull=0.3).pulled(np.array([-2.0, 1.0, 2.0, 3.0]))
    assert pulled[:2].tolist() == [0.0, 0.0]
    assert 0 < pulled[2] < pulled[3] / 2
    assert Doubts(pull=0.3).pulled(np.array([30.0])) < 2


def test_a_farther_horizon_is_doubted_more():
    assert doubts_of_events(14).drift < doubts_of_events(60).drift < doubts_of_events(180).drift


def test_nothing_is_doubted_unless_said():
    assert Doubts().pulled(np.array([9.0])).tolist() == [0.0]
    assert Doubts().drift == 0.0
