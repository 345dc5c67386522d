"""A model in a notebook: figures, charts and reasons without MLflow, and registering as the command line does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leadscore.domain.errors import UsageError
from leadscore.domain.time import parse_instant
from leadscore.modeling.artifact import read_manifest
from leadscore.notebook import History, Model, history_of
from leadscore.workflows.explain_lead import explain_lead


def test_looking_at_a_model_writes_nothing(frames, tmp_path: Path) -> None:
    few = {"max_snapshots": 1_000, "bootstrap_draws": 50, "lightgbm": {"trees": 5, "trees_on_few_data": 5}}
    model = history_of(**frames, home=tmp_path, training=few).fit()
    assert repr(model) == "<Model leadscore: lightgbm_and_scorecard, not registered>"
    assert not model.metrics.empty
    assert list(tmp_path.iterdir()) == []


def test_metrics_come_with_intervals_beside_the_baselines(model: Model) -> None:
    metrics = model.metrics
    assert {"leadscore", "base_rate", "points", "naive_bayes", "logistic"} <= set(metrics.index.get_level_values(0))
    auc = metrics.loc["leadscore", "60d", "roc_auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert auc["rows"] > auc["leads"] > auc["converting_leads"] > 0


def test_the_backtest_and_the_calibration_card_are_frames(model: Model) -> None:
    newest = model.backtest.index.get_level_values("cut").max()
    last = model.backtest.loc[newest, "leadscore", "60d"]
    assert last["roc_auc"] == pytest.approx(model.metrics.loc["leadscore", "60d", "roc_auc"]["value"])
    assert np.isnan(last["gain"])
    assert model.backtest.loc[newest, "base_rate", "60d"]["gain"] > 0
    card = model.calibration_card
    assert card.loc["overall", "all leads", "60d"]["rows"] == model.metrics.loc["leadscore", "60d", "roc_auc"]["rows"]
    assert set(card["outside"]) <= {True, False}


def drawn_values(chart: Any) -> list[list[dict[str, Any]]]:
    """The data sets behind a chart."""
    return list(chart.to_dict()["datasets"].values())


def test_charts_show_the_recorded_figures(model: Model) -> None:
    bins = model.record["model"]["horizons"]["60d"]["calibration"]
    assert [bin_["predicted"] for bin_ in bins] in [
        [point["predicted"] for point in values] for values in drawn_values(model.calibration())
    ]
    (lines,) = drawn_values(model.gain("14d"))
    assert {line["model"] for line in lines} == {"leadscore", *model.record["baselines"]}
    (bars,) = drawn_values(model.importances())
    assert [bar["what"] for bar in bars] == [name for name, _ in model.record["importances"]]
    with pytest.raises(UsageError, match="14d, 60d, 180d"):
        model.gain("7d")


def test_the_reasons_of_leads_are_those_of_their_scores(model: Model, history: History) -> None:
    rows = history.open_leads().head(30)
    scores, reasons = model.score(rows), model.reasons(rows)
    told = reasons[reasons["rank"] == 1]["reason"]
    assert told.tolist() == scores["reason_1"].tolist()
    row = model.features(rows).iloc[0]
    assert reasons.loc[rows.index[0], "feature"].isin(row.index).all()


def test_what_changed_between_two_instants_adds_up_to_the_move_of_the_score(model: Model, history: History) -> None:
    later = history.open_leads().head(15).set_index(np.arange(50, 65))
    month = np.timedelta64(30, "D")
    created = history.facts.leads.to_pandas().set_index("lead_id")["created_at"]
    at = history.until - month
    later = later[created.loc[later["lead_id"]].to_numpy() < at.timestamp() * 1e6]
    earlier = later.assign(as_of=at.isoformat())
    moved = model.changes(earlier, later)
    assert set(moved["cause"]) <= {"new_events", "ageing", "attribute", "context"}
    odds = [np.log(p / (1 - p)) for p in (model.score(rows)["p_convert_60d"] for rows in (earlier, later))]
    sums = moved.groupby(level=0)["effect"].sum().reindex(later.index, fill_value=0.0)
    assert sums.to_numpy() == pytest.approx((odds[1] - odds[0]).to_numpy(), abs=1e-3)
    assert len(later) > 3
    assert moved["effect"].abs().max() > 0.1
    with pytest.raises(UsageError, match="same order"):
        model.changes(earlier.head(1), later)


def test_registering_makes_a_challenger_and_a_later_one_is_held_against_the_champion(
    home, model: Model, history: History, installed: History
) -> None:
    first = model.register()
    folder = home.folder / "models/leadscore"
    assert read_manifest(folder / "challenger")["version"] == first.version
    rows = history.open_leads().head(20)
    columns = [name for name in first.score(rows) if name != "model_version"]
    assert first.score(rows)[columns].equals(model.score(rows)[columns])
    with pytest.raises(UsageError, match="registered already"):
        first.register()
    assert home.run("promote") == 0
    second = history.fit().register()
    assert second.version == str(int(first.version) + 1)
    assert second.record["gate"]["reasons"] != first.record["gate"]["reasons"]
    assert np.array_equal(second.score(rows)["p_convert_60d"], first.score(rows)["p_convert_60d"])
    champion = history.load()
    assert champion.version == first.version
    told = explain_lead(installed.settings, rows["lead_id"][0], parse_instant(rows["as_of"][0]).at, "leadscore")
    assert champion.reasons(rows.head(1))[["feature", "reason", "effect"]].to_numpy().tolist() == [
        [reason["feature"], reason["text"], reason["effect"]] for reason in told["reasons"]
    ]
