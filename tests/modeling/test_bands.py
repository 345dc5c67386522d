import lightgbm as lgb
import numpy as np
import pytest

from leadscore.config.training import LightGbmConfig
from leadscore.domain.errors import DataError
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import TrainingRows

CONFIG = LightGbmConfig(trees=40, trees_on_few_data=20)
BANDS = ("0-14 days", "14-60 days")


def history(count=3_000, leads=3_000, seed=0, rate=-2.0):
    """Rows of three columns: one that decides, one of categories, one of noise with gaps; two bands."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, 3))
    matrix[:, 1] = random.integers(0, 4, count)
    matrix[random.random(count) < 0.3, 2] = np.nan
    log_odds = rate + matrix[:, 0] + np.where(matrix[:, 1] == 2, 1.5, 0.0)
    converted = random.random((count, 2)) < (1 / (1 + np.exp(-log_odds)))[:, None]
    known = np.ones((count, 2), dtype=bool)
    known[:, 1] = ~converted[:, 0]
    return TrainingRows(
        matrix=matrix, known=known, converted=converted, weight=np.ones(count), cluster=np.arange(count) % leads
    )


def fit(rows, config=CONFIG, seed=1, categorical=(1,)):
    return fit_bands(rows, BANDS, categorical, config, seed)


def chances(text, matrix):
    return lgb.Booster(model_str=text).predict(matrix)


def test_each_band_learns_what_decides():
    rows = history()
    for band, text in enumerate(fit(rows)):
        known = rows.known[:, band]
        p = chances(text, rows.matrix[known])
        assert p.mean() == pytest.approx(rows.converted[known, band].mean(), rel=0.05)
        assert np.corrcoef(p, rows.matrix[known, 0])[0, 1] > 0.5
        assert p[rows.matrix[known, 1] == 2].mean() > 1.3 * p[rows.matrix[known, 1] != 2].mean()


def test_rows_of_unknown_label_teach_a_band_nothing():
    rows = history()
    flipped = np.where(rows.known, rows.converted, ~rows.converted)
    other = TrainingRows(
        matrix=rows.matrix, known=rows.known, converted=flipped, weight=rows.weight, cluster=rows.cluster
    )
    assert fit(rows) == fit(other)


def test_the_same_rows_and_seed_give_the_same_text_and_threads_the_same_trees():
    rows = history()
    assert fit(rows) == fit(rows)
    one, two = (fit(rows, CONFIG.model_copy(update={"trees": 3, "threads": threads})) for threads in (1, 2))
    assert [text.split("parameters:")[0] for text in one] == [text.split("parameters:")[0] for text in two]
    assert fit(rows, seed=2) != fit(rows)


def test_weights_count():
    rows = history()
    heavy = TrainingRows(
        matrix=rows.matrix,
        known=rows.known,
        converted=rows.converted,
        weight=np.where(rows.converted[:, 0], 3.0, 1.0),
        cluster=rows.cluster,
    )
    rate = np.average(heavy.converted[:, 0], weights=heavy.weight)
    assert chances(fit(heavy)[0], rows.matrix).mean() == pytest.approx(rate, rel=0.1)


def test_no_name_of_a_column_is_in_the_text():
    text = fit(history())[0]
    assert "feature_names=f0 f1 f2\n" in text


def test_fewer_trees_are_grown_on_few_conversions():
    many, few = fit(history())[0], fit(history(leads=90))[0]
    assert lgb.Booster(model_str=many).num_trees() == 40
    assert lgb.Booster(model_str=few).num_trees() == 20


def test_a_small_table_still_grows_trees_that_split():
    p = chances(fit(history(count=150))[0], history(count=150).matrix)
    assert len(np.unique(p)) > 2


def test_a_band_without_conversion_becomes_a_small_constant():
    rows = history()
    converted = rows.converted.copy()
    converted[:, 1] = False
    nobody_late = TrainingRows(
        matrix=rows.matrix, known=rows.known, converted=converted, weight=rows.weight, cluster=rows.cluster
    )
    p = chances(fit(nobody_late)[1], rows.matrix)
    assert np.unique(p).tolist() == pytest.approx([0.5 / (rows.known[:, 1].sum() + 1)], rel=1e-6)


def test_one_band_is_enough_for_a_flat_table():
    rows = history()
    table = TrainingRows(
        matrix=rows.matrix,
        known=rows.known[:, :1],
        converted=rows.converted[:, :1],
        weight=rows.weight,
        cluster=rows.cluster,
    )
    assert fit_bands(table, ("table",), (1,), CONFIG, 1) == fit(rows)[:1]


def second_band(known: bool, converted: bool) -> TrainingRows:
    rows = history()
    both_known, both_converted = rows.known.copy(), rows.converted.copy()
    both_known[:, 1], both_converted[:, 1] = known, converted
    return TrainingRows(
        matrix=rows.matrix, known=both_known, converted=both_converted, weight=rows.weight, cluster=rows.cluster
    )


def test_a_band_in_which_everybody_converted_is_named_with_its_counts():
    with pytest.raises(DataError, match="band 14-60 days: all 3000 rows with a known label converted") as refusal:
        fit(second_band(known=True, converted=True))
    assert refusal.value.code == "LS-DATA-02"


def test_a_band_that_no_row_is_old_enough_for_adds_nothing_to_the_nearer_one():
    texts = fit(second_band(known=False, converted=False))
    assert texts[0] == fit(history())[0]
    p = BandPredictor(of_trees(texts), (14, 60)).curve(history().matrix[:50])
    assert (p[:, 1] - p[:, 0] < 2e-6).all()


def test_rows_that_are_all_too_young_are_refused():
    rows = second_band(known=False, converted=False)
    rows.known[:, 0] = False
    with pytest.raises(DataError, match="none of 3000 rows is old enough") as refusal:
        fit(rows)
    assert refusal.value.code == "LS-DATA-01"


def test_a_history_in_which_nobody_converted_is_refused():
    rows = history()
    nobody = TrainingRows(
        matrix=rows.matrix,
        known=rows.known,
        converted=np.zeros_like(rows.converted),
        weight=rows.weight,
        cluster=rows.cluster,
    )
    with pytest.raises(DataError, match="0-14 days: 0 of 3000") as refusal:
        fit(nobody)
    assert refusal.value.code == "LS-DATA-02"


def test_progress_rises_to_the_total():
    told = []
    fit_bands(history(), BANDS, (1,), CONFIG, 1, lambda step, done, total: told.append((step, done, total)))
    assert told == [("growing trees", done, 80) for done in (25, 50, 75, 80)]


def test_bands_must_be_named_one_by_one():
    with pytest.raises(ValueError, match="1 bands are named, 2 are labelled"):
        fit_bands(history(), ("0-14 days",), (1,), CONFIG, 1)
