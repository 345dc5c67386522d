"""A company's facts in a notebook: the same facts, features, labels and models as the command line's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.config.write import write_configuration
from leadscore.domain.errors import DataError, UsageError
from leadscore.notebook import History, Model, history_of, open_history

from .conftest import FAST_FILE


def test_frames_and_files_give_the_same_facts(history: History, installed: History) -> None:
    assert history.facts.digest() == installed.facts.digest()
    assert history.until == installed.until
    assert repr(history).startswith("<History: 500 leads, ")
    assert history.imports.set_index("kind")["rejected"].sum() == 0
    assert (history.imports["read"] == history.imports[["inserted", "unchanged", "rejected"]].sum(axis=1)).all()


def test_bad_rows_are_counted_and_told_with_their_reasons(frames) -> None:
    spoiled = frames["outcomes"].assign(outcome=["perhaps", *frames["outcomes"]["outcome"][1:]])
    with pytest.warns(UserWarning, match="outcomes: ") as doubts:
        taken = history_of(frames["leads"], frames["events"].head(50), spoiled)
    assert next(str(doubt.message) for doubt in doubts).startswith(f"outcomes: 1 of {len(spoiled)} rows are rejected")
    assert {doubt.filename for doubt in doubts} == {__file__}
    assert taken.imports.set_index("kind")["rejected"]["outcomes"] == 1
    assert "perhaps" in taken.rejected["dead_letter_reason"][0]
    assert taken.rejected["kind"].tolist() == ["outcomes"]


def test_a_missing_column_is_named_as_the_command_line_names_it(frames) -> None:
    with pytest.raises(DataError, match="created_at") as refused:
        history_of(frames["leads"].drop(columns="created_at"), frames["events"], frames["outcomes"])
    assert refused.value.code == "LS-FILE-02"


def test_cells_of_any_kind_are_read_as_a_file_would_hold_them() -> None:
    leads = pd.DataFrame({"lead_id": ["1"], "created_at": pd.to_datetime(["2026-01-01"], utc=True), "size": [7]})
    events = pd.DataFrame(
        {
            "event_id": [1, "b"],
            "lead_id": ["1", "1"],
            "type": ["x", "y"],
            "occurred_at": [pd.Timestamp("2026-01-02", tz="Europe/Madrid"), "2026-01-03T00:00:00Z"],
            "properties": [{"a": True}, None],
        }
    )
    outcomes = pd.DataFrame({"lead_id": ["1"], "outcome": ["won"], "occurred_at": [pd.Timestamp("2026-01-04").date()]})
    with pytest.warns(UserWarning, match="outcomes: times in column occurred_at name no zone"):
        taken = history_of(leads, events, outcomes)
    assert taken.imports["rejected"].sum() == 0, taken.rejected.to_dict("records")
    assert taken.facts.events["event_id"].to_pylist() == ["1", "b"]
    assert taken.facts.events["properties"].to_pylist() == ['{"a":true}', None]
    assert taken.until == pd.Timestamp("2026-01-04", tz="UTC")


def test_features_have_names_and_unripe_labels_are_missing_not_negative(history: History) -> None:
    built = history.build()
    assert built.features.index.equals(built.labels.index)
    assert "lead_age_days" in built.features.columns
    assert list(built.labels.columns) == ["14d", "60d", "180d"]
    unripe = built.labels.isna().sum()
    assert 0 < unripe["14d"] < unripe["60d"] < unripe["180d"]
    late = built.labels[built.labels.index.get_level_values("as_of") > history.until - pd.Timedelta(days=60)]
    assert late["60d"].isna().all()
    assert set(np.unique(built.labels["60d"].dropna())) == {0.0, 1.0}
    assert (built.weight > 0).all()


def test_the_notebook_and_the_command_line_train_and_score_alike_to_the_last_digit(
    home, installed: History, model: Model, tmp_path: Path
) -> None:
    assert home.run("train") == 0
    snapshots = installed.open_leads().head(40)
    snapshots.loc[len(snapshots)] = ["nobody", "2022-01-01T00:00:00Z"]
    snapshots.to_csv(tmp_path / "snapshots.csv", index=False)
    out = tmp_path / "scores.parquet"
    assert home.run("score", str(tmp_path / "snapshots.csv"), "--out", str(out), "--model", "1") == 0
    theirs = pd.read_parquet(out)
    loaded = installed.load(version="1")
    pd.testing.assert_frame_equal(loaded.score(snapshots), theirs, check_exact=True, check_dtype=False)
    ours = model.score(snapshots)
    pd.testing.assert_frame_equal(
        ours.drop(columns="model_version"), theirs.drop(columns="model_version"), check_exact=True, check_dtype=False
    )
    pd.testing.assert_frame_equal(loaded.metrics, model.metrics, check_exact=True)
    assert ours["p_convert_60d"].isna().tolist() == [False] * 40 + [True]
    assert loaded.record["data"] == model.record["data"]


def test_a_version_that_reads_properties_scores_alike_where_the_settings_ask_for_none(home, tmp_path: Path) -> None:
    here = replace(home, folder=tmp_path)
    write_configuration(tmp_path / "configs")
    (tmp_path / "configs/training.yaml").write_text(FAST_FILE)
    declared = tmp_path / "configs/features.yaml"
    declared.write_text("features: [{aggregation: count, windows_days: [ever], properties: {path: [/docs]}}]\n")
    for kind in ("leads", "events", "outcomes"):
        assert here.run("import", kind, str(home.files[kind])) == 0
    assert here.run("train") == 0
    fitted = open_history(tmp_path).fit()
    declared.unlink()
    history = open_history(tmp_path)
    snapshots = history.open_leads().head(40)
    snapshots.to_csv(tmp_path / "snapshots.csv", index=False)
    out = tmp_path / "scores.parquet"
    assert here.run("score", str(tmp_path / "snapshots.csv"), "--out", str(out), "--model", "1") == 0
    loaded = history.load(version="1")
    (own,) = set(loaded.features(snapshots).columns) - set(history.build().features.columns)
    assert loaded.features(snapshots)[own].sum() > 0
    pd.testing.assert_frame_equal(loaded.score(snapshots), pd.read_parquet(out), check_exact=True, check_dtype=False)
    assert loaded.record["data"] == fitted.record["data"]


def test_settings_are_changed_for_one_history_only(history: History, home) -> None:
    other = open_history(home.folder, training={"horizons_days": (30,), "main_horizon_days": 30})
    assert list(other.build().labels.columns) == ["30d"]
    assert history.settings.training.horizons_days == (14, 60, 180)
    with pytest.raises(UsageError, match="did you mean trees") as refused:
        open_history(home.folder, training={"lightgbm": {"treees": 5}})
    assert refused.value.code == "LS-CONFIG-02"


def test_a_plug_in_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/features.yaml").write_text("plugins: [absent.py]\n")
    with pytest.raises(UsageError, match="LS-FEATURE-02"):
        open_history(tmp_path)


def test_an_empty_installation_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="LS-DATA-01"):
        open_history(tmp_path)
