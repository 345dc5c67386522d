from itertools import pairwise

import lightgbm as lgb
import numpy as np
import pytest

from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.modeling.artifact import ArtifactParts, load_artifact, write_artifact
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.intervals import IntervalTable
from leadscore.scoring.grades import build_score_table
from leadscore.scoring.scorer import Scorer

FEATURES = FeatureSet(
    named(
        [
            Feature("", "decayed", "demo_requested", half_life_days=7, group="event:demo_requested"),
            Feature("", "count", "demo_requested", 30, group="event:demo_requested"),
            Feature("", "days_since_last", "demo_requested", group="event:demo_requested"),
            Feature("", "count", "page_viewed", 30, group="event:page_viewed"),
            Feature("", "attribute", attribute="industry", group="attribute:industry"),
        ]
    ),
    {"industry": Encoder("category", {"software": 0, "mining": 1})},
    {"demo_requested": "demo request", "page_viewed": "page view", "attribute:industry=0": "software"},
)


def rows(n=800, seed=0):
    rng = np.random.default_rng(seed)
    demos = rng.poisson(0.4, n).astype(float)
    since = np.where(demos > 0, rng.uniform(0, 30, n), np.nan)
    return np.column_stack([demos * 0.7, demos, since, rng.poisson(2, n), rng.integers(0, 3, n)]).astype(float)


def band_text(seed, trees=15, **settings):
    matrix = rows(3000, seed)
    rng = np.random.default_rng(seed + 100)
    log_odds = -3 + matrix[:, 1] + 0.3 * matrix[:, 3] + (matrix[:, 4] == 0)
    target = (rng.random(len(matrix)) < 1 / (1 + np.exp(-log_odds))).astype(int)
    params = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1, **settings}
    dataset = lgb.Dataset(matrix, target, categorical_feature=[4], params={"verbose": -1})
    return lgb.train(params, dataset, trees).model_to_string()


def scorer_of(folder, texts, kind="events", horizons=(14, 60), main=60):
    manifest = {
        "name": "leadscore",
        "kind": kind,
        "as_of": "2026-01-05T00:00:00Z",
        "horizons_days": horizons,
        "main_horizon_days": main,
    }
    intervals = IntervalTable((0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0))
    table = build_score_table(0.1, (4.0, 1.5, 0.5)).to_dict()
    write_artifact(
        folder, ArtifactParts(FEATURES, of_trees(texts), (intervals,) * len(texts), table, rows(3), manifest)
    )
    return Scorer(load_artifact(folder))


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    return scorer_of(tmp_path_factory.mktemp("model"), [band_text(1), band_text(2)])


def test_a_row_gets_chances_score_grade_interval_and_reasons(scorer):
    found = scorer.score_row(rows(1)[0].tolist())
    assert list(found.p_convert) == ["14d", "60d"]
    assert 0 < found.p_convert["14d"] <= found.p_convert["60d"] == found.p_main < 1
    assert found.interval[0] <= found.p_main <= found.interval[1]
    assert 0 < found.score < 100
    assert found.grade in "ABCD"


def test_reasons_are_strongest_first_one_per_group_and_in_words(scorer):
    for row in rows(200):
        reasons = scorer.score_row(row.tolist()).reasons
        effects = [abs(reason.effect) for reason in reasons]
        assert effects == sorted(effects, reverse=True)
        groups = [FEATURES.features[FEATURES.names.index(reason.feature)].group for reason in reasons]
        assert len(set(groups)) == len(groups)
        assert all(reason.text.strip() for reason in reasons)


def test_effects_of_all_groups_sum_to_those_of_all_features(scorer):
    row = rows(1)[0]
    _, effects = scorer.artifact.predictor.row(row)
    assert sum(reason.effect for reason in scorer.score_row(row.tolist()).reasons) == pytest.approx(effects.sum())


def test_a_group_is_spoken_for_by_what_can_be_pictured(scorer):
    spoken = {reason.feature for row in rows(200) for reason in scorer.score_row(row.tolist()).reasons}
    assert "demo_requested_count_30d" in spoken or "demo_requested_days_since_last" in spoken
    asked = [0.7, 1.0, 2.0, 3.0, 0.0]
    speaker = next(r for r in scorer.score_row(asked).reasons if r.feature.startswith("demo_requested"))
    assert speaker.feature != "demo_requested_decayed_7d"


def test_a_higher_chance_scores_strictly_higher(scorer):
    scored = sorted((scorer.score_row(row.tolist()) for row in rows(300)), key=lambda found: found.p_main)
    for low, high in pairwise(scored):
        assert (low.p_main < high.p_main) == (low.score < high.score)


def test_columns_equal_single_rows_bit_for_bit(scorer):
    matrix = rows(5000, seed=5)
    columns = scorer.score_matrix(matrix)
    assert list(columns) == [
        *("p_convert_14d", "p_convert_60d", "p_low", "p_high", "score", "grade"),
        *("reason_1", "reason_2", "reason_3"),
    ]
    for number in range(0, len(matrix), 37):
        single = scorer.score_row(matrix[number].tolist())
        row = {name: column[number] for name, column in columns.items()}
        assert [row["p_convert_14d"], row["p_convert_60d"]] == list(single.p_convert.values())
        assert (row["p_low"], row["p_high"]) == single.interval
        assert (row["score"], row["grade"]) == (single.score, single.grade)
        texts = [reason.text for reason in single.reasons[:3]]
        assert [row["reason_1"], row["reason_2"], row["reason_3"]] == [*texts, "", ""][:3]


def test_no_rows_give_empty_columns(scorer):
    assert scorer.score_matrix(np.empty((0, 5)))["reason_1"] == []


def test_a_model_that_learned_nothing_still_gives_a_reason(tmp_path):
    found = scorer_of(tmp_path, [band_text(1, trees=2, min_data_in_leaf=100_000)], horizons=(14,), main=14)
    reasons = found.score_row(rows(1)[0].tolist()).reasons
    assert [reason.text for reason in reasons] == ["nothing known sets this lead apart from the average lead"]
    columns = found.score_matrix(rows(2))
    assert columns["reason_1"] == [reasons[0].text] * 2
    assert columns["reason_2"] == columns["reason_3"] == ["", ""]


def test_a_model_of_a_flat_table_has_one_probability(tmp_path):
    found = scorer_of(tmp_path, [band_text(1)], kind="table", horizons=(0,), main=0)
    assert list(found.score_row(rows(1)[0].tolist()).p_convert) == ["table"]
    assert "p_convert" in found.score_matrix(rows(2))


def test_a_row_of_missing_values_is_scored(scorer):
    found = scorer.score_row([float("nan")] * 5)
    assert 0 < found.p_main < 1
    assert all(reason.text for reason in found.reasons)


@pytest.mark.parametrize(
    ("effects", "speaker"),
    [
        ([0.5, -0.3, 0.0, 0.0, 0.0], 0),
        ([0.5, 0.1, 0.0, 0.0, 0.0], 1),
        ([0.5, 0.1, 0.2, 0.0, 0.0], 1),
        ([-0.5, -0.1, 0.2, 0.0, 0.0], 1),
        ([0.0, 0.0, 0.2, 0.0, 0.0], 2),
    ],
)
def test_who_speaks_pulls_the_groups_way_is_known_and_can_be_pictured(scorer, effects, speaker):
    row = np.array([0.7, 1.0, np.nan, 3.0, 0.0])
    (reason,) = scorer._reasons(row.tolist(), np.array(effects), 6)
    assert reason.feature == FEATURES.names[speaker]
    assert scorer._reason_columns(row[None, :], np.array([effects]))[0] == [reason.text]
