"""Earlier cuts lie before the evaluation's own, and their test periods never overlap."""

from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.training import TrainingConfig
from leadscore.dataset.origins import Origin, plan_origins
from leadscore.dataset.splits import Split, plan_split
from leadscore.domain.time import DAY_US, WEEK_US, parse_instant

START = parse_instant("2022-01-03").at


def planned(days: int, **settings: object) -> tuple[Split, tuple[Origin, ...]]:
    config = TrainingConfig(**settings)
    split = plan_split(START, START + days * DAY_US, config)
    return split, plan_origins(START, split, config)


def test_a_long_history_has_as_many_origins_as_asked_for_as_long_as_the_evaluation() -> None:
    split, origins = planned(1_460)
    assert len(origins) == 3
    assert {each.until - each.cut for each in origins} == {split.test_until - split.test_from}


@given(st.integers(200, 3_000), st.integers(0, 8))
def test_periods_meet_and_end_at_the_evaluations_own_cut(days: int, wanted: int) -> None:
    split, origins = planned(days, backtest_origins=wanted)
    assert len(origins) <= wanted
    ends = [each.until for each in origins]
    assert ends == [each.cut for each in origins[1:]] + [split.cut] * bool(origins)
    for each in origins:
        assert each.cut - START >= 120 * DAY_US
        assert each.until - each.cut >= 4 * WEEK_US


def test_a_short_history_has_fewer_origins_or_none() -> None:
    assert planned(200)[1] == ()
    assert 0 < len(planned(300)[1]) <= 3


def test_none_are_planned_where_the_backtest_is_off() -> None:
    assert planned(1_460, backtest_origins=0)[1] == ()
