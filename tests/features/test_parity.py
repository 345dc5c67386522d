"""The two engines are held to each other, and a fault in either is found."""

import math
import shutil
import warnings
from dataclasses import replace

import numpy as np
import pytest

from leadscore.features import offline
from leadscore.features.activity import STREAK
from leadscore.features.aggregations import BUILT_IN
from leadscore.features.feature_set import FeatureSet
from leadscore.features.online import OnlineFeatures
from leadscore.features.parity import check_feature_set, differing, online_matrix
from leadscore.features.trial import random_trial
from leadscore.store.sql_engine import postgresql_engine

A_MILLION = 1_000_000


def test_every_aggregation_is_among_the_features_that_are_tried(every_feature):
    assert {*BUILT_IN, "share", "attributes_filled"} <= {feature.kind for feature in every_feature.features}


def test_both_engines_agree_on_every_aggregation_in_every_form(every_feature):
    report = check_feature_set(every_feature, 100_000)
    assert report.cells >= 100_000
    assert report.examples == ()


@pytest.mark.slow
def test_both_engines_agree_on_a_million_values(every_feature):
    report = check_feature_set(every_feature, A_MILLION, seed=2, snapshots=600)
    assert report.cells >= A_MILLION
    assert report.examples == ()


@pytest.mark.postgres
@pytest.mark.slow
def test_postgresql_gives_the_same_million_values(every_feature, postgres_store):
    with postgresql_engine(postgres_store) as engine:
        report = check_feature_set(every_feature, A_MILLION, seed=3, engine=engine, snapshots=600)
    assert report.cells >= A_MILLION
    assert report.examples == ()


@pytest.mark.slow
def test_spark_gives_the_same_million_values(every_feature):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, and there is no java on the path")
    spark = pytest.importorskip("leadscore.features.spark_engine", reason="needs pip install 'leadscore[spark]'")
    with warnings.catch_warnings():
        # Spark has its own opinion of the version of pandas, which nothing here uses.
        warnings.simplefilter("ignore")
        with spark.spark_engine() as engine:
            report = check_feature_set(every_feature, A_MILLION, seed=4, engine=engine, snapshots=2_000)
    assert report.cells >= A_MILLION
    assert report.examples == ()


def test_random_companies_reach_every_feature(every_feature):
    rows = []
    for seed in range(14):
        trial = random_trial(every_feature, seed)
        rows.append(offline.compute_matrix(trial.facts(), trial.snapshots(), every_feature))
    matrix = np.concatenate(rows)
    distinct = [len(np.unique(column[~np.isnan(column)])) for column in matrix.T]
    too_plain = [name for name, number in zip(every_feature.names, distinct, strict=True) if number < 2]
    assert too_plain == []


def test_one_feature_of_the_account_is_enough(every_feature):
    own = next(each for each in every_feature.features if each.account and each.filter and each.kind == "count")
    some = FeatureSet((own,), {}, {})
    assert check_feature_set(some, 5_000).examples == ()


def test_a_row_form_that_differs_from_its_sql_is_found(every_feature, monkeypatch):
    def off_by_one(span):
        right = STREAK.row(span)
        return lambda events: right(events) + (len(events.ages) > 9)

    kept = [feature for feature in every_feature.features if feature.kind == "streak"]
    some = FeatureSet(tuple(kept), {}, {})
    assert check_feature_set(some, 20_000).examples == ()
    monkeypatch.setattr(
        "leadscore.features.aggregations.BUILT_IN", {**BUILT_IN, "streak": replace(STREAK, row=off_by_one)}
    )
    report = check_feature_set(some, 20_000)
    assert set(report.mismatches) <= {feature.name for feature in kept}
    assert "SQL against row form" in report.examples[0]


def test_an_engine_that_sees_the_future_is_found(every_feature, monkeypatch):
    some = FeatureSet(every_feature.features[:8], {}, {})
    with offline.duckdb_engine() as right:
        report = check_feature_set(
            some, 20_000, engine=lambda text, tables: right(text.replace("e.known_at < s.as_of", "1 = 1"), tables)
        )
    assert report.mismatches


def test_only_equal_bits_count_as_equal():
    left = np.array([[0.0, math.nan, 1.0, 1.0]])
    right = np.array([[-0.0, math.nan, 1.0, np.nextafter(1.0, 2.0)]])
    assert differing(left, right).tolist() == [[True, False, False, True]]


def test_a_lead_that_does_not_exist_has_no_row(every_feature):
    trial = replace(random_trial(every_feature, 1), asked=[("never imported", 0)])
    assert np.isnan(online_matrix(trial, every_feature, OnlineFeatures(every_feature))).all()
