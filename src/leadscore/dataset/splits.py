"""One split in time: what a model is fitted on, and the later snapshots that judge it."""

from dataclasses import dataclass

from leadscore.config.training import TrainingConfig
from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, WEEK_US, format_instant, monday_before

_LEAST_TEST_WEEKS = 2
_LEAST_RIPE_DAYS = 28
_SHORTEST_SHARE = 5
_BAR_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Split:
    """An evaluation in time; all instants in epoch microseconds.

    train_from     training snapshots have train_from < as_of <= cut.
    cut            the evaluation fit knows nothing known at or after it; its labels are complete to fit_complete_to.
    test_from      equals cut; the model is judged on snapshots with test_from < as_of <= test_until.
    complete_to    outcomes are complete to here; what would ripen later is unknown.
    ripe_until     horizon in days -> last as_of whose label for it is known; before test_from if no test snapshot's is.
    """

    train_from: int
    cut: int
    fit_complete_to: int
    test_from: int
    test_until: int
    complete_to: int
    ripe_until: dict[int, int]

    @property
    def evaluable_days(self) -> tuple[int, ...]:
        """The horizons, in days, for which some test snapshots can be judged."""
        return tuple(
            horizon for horizon, ripe_until in self.ripe_until.items() if ripe_until >= self.test_from + WEEK_US
        )

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """All horizons, in days, whether they can be judged or not."""
        return tuple(self.ripe_until)


def plan_split(first_at: int, as_of: int, config: TrainingConfig) -> Split:
    """Choose the instant that separates fitting from judging; the label horizon is the gap between them.

    The test period is evaluation_window_days long, at most a fifth of the history. It ends early enough for the longest
    horizon to ripen if that leaves enough history to learn from; else for the main horizon; else it gets as short as it
    must.

    first_at  when the history begins: the first lead's creation.
    as_of     the instant of training, exclusive; labels are complete outcome_lag_days before it.
    Raises    DataError [LS-DATA-01] if even the shortest test period does not fit.
    """
    complete_to = as_of - config.outcome_lag_days * DAY_US
    main, longest = config.main_horizon_days, config.horizons_days[-1]
    least_before = main + config.outcome_lag_days + _LEAST_RIPE_DAYS
    wanted_weeks = min(config.evaluation_window_days * DAY_US, (complete_to - first_at) // _SHORTEST_SHARE) // WEEK_US
    test_weeks = max(wanted_weeks, _LEAST_TEST_WEEKS)
    for horizon in (longest, main):
        cut = _cut(complete_to, horizon, test_weeks)
        if cut - first_at >= max(2 * main * DAY_US, least_before * DAY_US, test_weeks * WEEK_US):
            return _split(first_at, cut, test_weeks, complete_to, config)
    for fewer_weeks in range(test_weeks, _LEAST_TEST_WEEKS - 1, -1):
        cut = _cut(complete_to, main, fewer_weeks)
        if cut - first_at >= least_before * DAY_US:
            return _split(first_at, cut, fewer_weeks, complete_to, config)
    raise _too_little(first_at, as_of, least_before + main + config.outcome_lag_days, config)


def draw_split(split: Split) -> str:
    """The split as plain text: one bar per horizon over the whole history, and the dates.

    Marks  `=` training, `.` the gap whose labels are not ripe at the cut, `#` test, `-` not ripe yet.
    """
    first, last = split.train_from + 1, split.complete_to
    lines = [f"{'':7}{_day(first)}{_day(last):>{_BAR_WIDTH - 10}}"]
    for horizon in split.horizons_days:
        lines.append(f"{f'{horizon} d':>6} {_bar(split, horizon)}")
    lines += [
        "",
        f"{'=':>6} training    {_period(first, split.cut)}; labels as known at its end",
        f"{'.':>6} gap         training, but the horizon ends after {_day(split.fit_complete_to)}: label unknown",
        f"{'#':>6} test        {_period(split.test_from, split.test_until)}; outcomes complete to {_day(last)}",
        f"{'-':>6} unripe      too young to be judged; unknown, not negative",
        "",
    ]
    lines += [f"{f'{horizon} d':>6} {_judged(split, horizon)}" for horizon in split.horizons_days]
    return "\n".join(lines)


def _cut(complete_to: int, horizon: int, test_weeks: int) -> int:
    # Snapshots lie on Mondays, so a period between Mondays holds whole weeks.
    return monday_before(complete_to - horizon * DAY_US) - test_weeks * WEEK_US


def _split(first_at: int, cut: int, test_weeks: int, complete_to: int, config: TrainingConfig) -> Split:
    return Split(
        train_from=max(first_at - 1, cut - config.history_days * DAY_US),
        cut=cut,
        fit_complete_to=cut - config.outcome_lag_days * DAY_US,
        test_from=cut,
        test_until=cut + test_weeks * WEEK_US,
        complete_to=complete_to,
        ripe_until={days: monday_before(complete_to - days * DAY_US) for days in config.horizons_days},
    )


def _too_little(first_at: int, as_of: int, least_days: int, config: TrainingConfig) -> DataError:
    # One week more, since both periods end on Mondays.
    needed = least_days + (_LEAST_TEST_WEEKS + 1) * 7
    there = max(0, as_of - first_at) // DAY_US
    return DataError(
        "LS-DATA-01",
        found=f"the history spans {there:,} days, from {_day(first_at)} to {_day(as_of)}",
        allowed=f"{needed:,} days or more for a main horizon of {config.main_horizon_days} days",
        fix="import older history, or lower main_horizon_days in configs/training.yaml",
    )


def _bar(split: Split, horizon: int) -> str:
    first, last = split.train_from, split.complete_to
    marks = (
        ("=", min(split.cut, split.fit_complete_to - horizon * DAY_US)),
        (".", split.cut),
        ("#", min(split.test_until, split.ripe_until[horizon])),
        ("-", last),
    )
    bar = ""
    for mark, until in marks:
        bar += mark * (round((until - first) / (last - first) * _BAR_WIDTH) - len(bar))
    return bar


def _judged(split: Split, horizon: int) -> str:
    if horizon not in split.evaluable_days:
        return "cannot be judged yet"
    until = min(split.test_until, split.ripe_until[horizon])
    return f"judged on snapshots of {_period(split.test_from, until)}"


def _period(after: int, until: int) -> str:
    return f"{_day(after)} to {_day(until)} ({round((until - after) / DAY_US):,} days)"


def _day(at: int) -> str:
    return format_instant(at)[:10]
