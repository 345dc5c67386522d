"""Judging happens later than everything the fit could know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.config.training import TrainingConfig
from leadscore.dataset.splits import Split, draw_split, plan_split
from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, WEEK_US, monday_before, parse_instant

START = parse_instant("2022-01-03").at


def after_days(days: float, **settings: object) -> Split:
    return plan_split(START, START + int(days * DAY_US), TrainingConfig(**settings))


def test_a_long_history_is_judged_at_every_horizon_on_the_whole_window():
    split = after_days(1_460)
    assert split.evaluable_days == (14, 60, 180)
    assert split.test_until - split.test_from == 25 * WEEK_US
    assert split.test_until + 180 * DAY_US <= split.complete_to


def test_a_short_history_shortens_the_test_to_a_fifth():
    split = after_days(400)
    assert split.evaluable_days == (14, 60, 180)
    assert split.test_until - split.test_from == 11 * WEEK_US


def test_a_history_too_short_for_the_longest_horizon_is_judged_at_the_main_one():
    split = after_days(270)
    assert split.evaluable_days == (14, 60)
    assert split.cut - START >= 120 * DAY_US


def test_a_very_short_history_shrinks_the_test_to_two_weeks():
    split = after_days(169)
    assert split.test_until - split.test_from == 2 * WEEK_US
    assert split.evaluable_days == (14, 60)


def test_too_little_history_says_what_is_there_and_what_is_needed():
    with pytest.raises(DataError, match="LS-DATA-01") as raised:
        after_days(100)
    assert "100 days, from 2022-01-03 to 2022-04-13" in str(raised.value)
    assert "169 days or more for a main horizon of 60 days" in str(raised.value)


def test_a_future_start_is_too_little_history():
    with pytest.raises(DataError, match="spans 0 days"):
        after_days(-5)


def test_outcomes_booked_late_move_the_judged_period_back():
    prompt, late = after_days(1_460), after_days(1_460, outcome_lag_days=30)
    assert late.complete_to == prompt.complete_to - 30 * DAY_US
    assert late.fit_complete_to == late.cut - 30 * DAY_US
    assert late.test_until + 180 * DAY_US <= late.complete_to


def test_only_the_configured_history_is_trained_on():
    assert after_days(1_460, history_days=365).train_from == after_days(1_460).cut - 365 * DAY_US


horizons = st.sampled_from([((14, 60, 180), 60), ((30,), 30), ((7, 365), 7), ((14, 60), 14)])


@given(st.integers(0, 3_000), horizons, st.integers(14, 400), st.integers(0, 90), st.integers(-(10**14), 10**14))
def test_every_split_keeps_the_label_horizon_between_fitting_and_judging(days, asked, window, lag, first_at):
    config = TrainingConfig(
        horizons_days=asked[0], main_horizon_days=asked[1], evaluation_window_days=window, outcome_lag_days=lag
    )
    as_of = first_at + days * DAY_US
    try:
        split = plan_split(first_at, as_of, config)
    except DataError as error:
        needed = int(error.allowed.split(" days")[0].replace(",", ""))
        assert days < needed
        return
    assert first_at - 1 <= split.train_from < split.fit_complete_to <= split.cut == split.test_from < split.test_until
    assert split.complete_to == as_of - lag * DAY_US
    assert config.main_horizon_days in split.evaluable_days
    assert split.test_until + config.main_horizon_days * DAY_US <= split.complete_to
    assert split.fit_complete_to - config.main_horizon_days * DAY_US - first_at >= 28 * DAY_US
    assert split.cut == monday_before(split.cut)
    assert split.horizons_days == config.horizons_days
    for horizon, ripe_until in split.ripe_until.items():
        assert ripe_until + horizon * DAY_US <= split.complete_to
        assert (horizon in split.evaluable_days) == (ripe_until > split.test_from)
    bars = [line[7:] for line in draw_split(split).splitlines()[1 : 1 + len(config.horizons_days)]]
    assert {len(bar) for bar in bars} == {60}


def test_the_picture_shows_the_periods_the_gap_and_what_can_be_judged():
    assert draw_split(after_days(270)).splitlines() == [
        "       2022-01-03                                        2022-09-30",
        "  14 d =================================...###########-------------",
        "  60 d ======================..............###########-------------",
        " 180 d ....................................------------------------",
        "",
        "     = training    2022-01-03 to 2022-06-13 (161 days); labels as known at its end",
        "     . gap         training, but the horizon ends after 2022-06-13: label unknown",
        "     # test        2022-06-13 to 2022-08-01 (49 days); outcomes complete to 2022-09-30",
        "     - unripe      too young to be judged; unknown, not negative",
        "",
        "  14 d judged on snapshots of 2022-06-13 to 2022-08-01 (49 days)",
        "  60 d judged on snapshots of 2022-06-13 to 2022-08-01 (49 days)",
        " 180 d cannot be judged yet",
    ]
