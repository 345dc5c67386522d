"""`configs/training.yaml`: what counts as converted, by when, and how models are fitted and judged."""

from typing import Any, Self

from pydantic import Field, model_validator

from leadscore.config.section import Section

OWN_LEARNER = "lightgbm"
"""The estimator that leadscore brings along."""


class LightGbmConfig(Section):
    """Settings of each LightGBM model; the defaults come from a study on simulated companies."""

    trees: int = Field(300, ge=1, le=5000)
    """Trees per horizon band."""
    trees_on_few_data: int = Field(150, ge=1, le=5000)
    """Trees per band below 150 conversions."""
    learning_rate: float = Field(0.06, gt=0, le=1)
    """Shrinkage of each tree."""
    leaves: int = Field(8, ge=2, le=255)
    """Leaves per tree."""
    min_rows_per_leaf: int = Field(100, ge=1)
    """Fewest training rows in a leaf."""
    lambda_l2: float = Field(60.0, ge=0)
    """L2 penalty on leaf values, for row weights whose mean is 1."""
    feature_fraction: float = Field(0.3, gt=0, le=1)
    """Share of features tried by each tree."""
    bagging_fraction: float = Field(0.7, gt=0, le=1)
    """Share of rows used by each tree."""
    max_bin: int = Field(63, ge=3, le=255)
    """Histogram bins per feature."""
    threads: int = Field(2, ge=1, le=64)
    """Horizon bands fitted at the same time, one thread each; the trees do not depend on it."""


class TrainingConfig(Section):
    """How training turns history into a model."""

    horizons_days: tuple[int, ...] = (14, 60, 180)
    """Horizons, in days, for which the chance to convert is given; the bands lie between them."""
    main_horizon_days: int = 60
    """The horizon that score, grade and reasons speak about."""
    outcome_lag_days: int = Field(0, ge=0)
    """Days until an outcome is surely booked; labels younger than that are unknown."""
    max_snapshots: int = Field(80_000, ge=1_000)
    """Training snapshots (lead x week) at most; beyond it they are thinned, with weights that restore the totals."""
    event_snapshots_share: float = Field(0.1, ge=0, le=1)
    """Weight of training snapshots just after an event, as a part of that of the weekly ones; 0 takes none of them."""
    history_days: int = Field(800, ge=30)
    """How far back training snapshots go; older habits mislead more than their number helps."""
    recency_half_life_days: int = Field(365, ge=7)
    """Age at which a training snapshot counts half as much as a new one: buyers and their habits drift."""
    newest_level_days: int = Field(120, ge=0)
    """How far back the newest ripe outcomes go that may move the level of a band, if that holds up; 0 moves nothing."""
    evaluation_window_days: int = Field(180, ge=14)
    """Length of the newest, never trained-on period on which a model is judged."""
    bootstrap_draws: int = Field(200, ge=50)
    """Resamples of leads behind each interval."""
    seed: int = 1
    """Seed of all drawing."""
    table_test_share: float = Field(0.25, gt=0, lt=0.9)
    """Table mode: share of the newest rows kept for judging."""
    max_columns: int = Field(300, ge=1, le=10_000)
    """Table mode: at most this many columns are learnt from, those that tell most about the target by themselves."""
    backtest_origins: int = Field(3, ge=0, le=20)
    """Earlier cuts at which the same recipe is fitted and judged on what came next; 0 switches the backtest off."""
    backtest_snapshots: int = Field(20_000, ge=1_000)
    """Training snapshots at most at each earlier cut, and half as many to judge; further cuts must not cost minutes."""
    learning_curve: bool = True
    """Fit the recipe on a quarter and on half of the leads too, to tell how much more data would help."""
    capacity_per_week: int = Field(0, ge=0)
    """Leads that sales can work in a week, for the lift at capacity; 0 means a twentieth of the open leads."""
    grade_lifts: tuple[float, float, float] = (4.0, 1.5, 0.5)
    """Where the grades A, B and C begin, in multiples of the first model's base rate; kept as rates afterwards."""
    lightgbm: LightGbmConfig = LightGbmConfig()
    """Settings of LightGBM."""
    estimator: str = OWN_LEARNER
    """What learns: lightgbm, or any scikit-learn classifier, e.g. sklearn.ensemble.HistGradientBoostingClassifier."""
    estimator_settings: dict[str, Any] = {}
    """Arguments of that classifier, e.g. {max_iter: 300, learning_rate: 0.05}."""

    @model_validator(mode="after")
    def _horizons_are_ordered(self) -> Self:
        if list(self.horizons_days) != sorted(set(self.horizons_days)) or self.horizons_days[0] < 1:
            raise ValueError("horizons_days must rise and start at 1 day or more, e.g. [14, 60, 180]")
        if self.main_horizon_days not in self.horizons_days:
            raise ValueError(f"main_horizon_days must be one of horizons_days {list(self.horizons_days)}")
        if self.estimator_settings and self.estimator == OWN_LEARNER:
            raise ValueError("estimator_settings belong to another estimator; those of LightGBM stand under lightgbm")
        if list(self.grade_lifts) != sorted(self.grade_lifts, reverse=True) or self.grade_lifts[-1] <= 0:
            raise ValueError("grade_lifts must fall and stay above 0, e.g. [4.0, 1.5, 0.5]")
        return self
