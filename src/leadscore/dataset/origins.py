"""Rolling origins: the earlier cuts at which the same recipe could have been fitted, each judged on what came next."""

from dataclasses import dataclass

from leadscore.config.training import TrainingConfig
from leadscore.dataset.splits import Split
from leadscore.domain.time import DAY_US, WEEK_US

_LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """One earlier evaluation; instants in epoch microseconds.

    cut     the fit knows nothing known at or after it.
    until   it is judged on snapshots with cut < as_of <= until, by outcomes known today.
    """

    cut: int
    until: int


def plan_origins(first_at: int, split: Split, config: TrainingConfig) -> tuple[Origin, ...]:
    """The cuts before that of the evaluation itself, oldest first; their test periods meet and never overlap.

    Periods are as long as the evaluation's own, shorter where the history before it is short. There are fewer of them
    than configured, or none, where a period would get shorter than four weeks or a fit would see less history than
    twice the main horizon.

    first_at  when the history begins: the first lead's creation.
    """
    least_before = (2 * config.main_horizon_days + config.outcome_lag_days) * DAY_US
    room = (split.cut - first_at - least_before) // WEEK_US
    origins = min(config.backtest_origins, room // _LEAST_WEEKS)
    if origins < 1:
        return ()
    own = (split.test_until - split.test_from) // WEEK_US
    step = max(min(own, room // origins), _LEAST_WEEKS) * WEEK_US
    cuts = [split.cut - number * step for number in range(origins, 0, -1)]
    return tuple(Origin(cut, cut + step) for cut in cuts)
