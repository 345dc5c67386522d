"""Table mode in a notebook: a frame is learnt from and scored as the file it came from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.domain.errors import DataError, UsageError
from leadscore.notebook import fit_table, load_table_model, read_table


def deals(seed: int, rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    visits = rng.integers(0, 30, rows)
    source = rng.choice(["webinar", "referral", "list"], rows)
    won = rng.random(rows) < 0.1 + 0.02 * visits + 0.1 * (source == "referral")
    return pd.DataFrame(
        {
            "deal": [f"d{seed}-{number}" for number in range(rows)],
            "created": pd.date_range("2024-01-01", periods=rows, freq="h").astype(str),
            "visits": visits,
            "source": source,
            "spend": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows) * 100),
            "paid": np.where(won & (rng.random(rows) < 0.95), "yes", "no"),
            "won": np.where(won, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def csv(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("deals") / "deals.csv"
    deals(1).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("reader", [read_table, pd.read_csv])
def test_the_notebook_and_the_command_line_score_tables_alike_to_the_last_digit(
    home, csv: Path, tmp_path: Path, reader
) -> None:
    name = f"deals-{reader.__name__}"
    new = tmp_path / "new.csv"
    deals(2, 80).drop(columns="won").to_csv(new, index=False)
    out = tmp_path / "scores.parquet"
    words = ("--table", str(csv), "--target", "won", "--time", "created", "--id", "deal", "--name", name)
    assert home.run("train", *words) == 0
    assert home.run("score", "--table", str(new), "--name", name, "--model", "1", "--out", str(out)) == 0
    model = fit_table(reader(csv), target="won", time="created", id="deal", home=home.folder)
    theirs = pd.read_parquet(out)
    pd.testing.assert_frame_equal(model.score(reader(new)), theirs, check_exact=True, check_dtype=False)
    loaded = load_table_model(name, "1", home.folder)
    pd.testing.assert_frame_equal(loaded.score(reader(new)), theirs, check_exact=True, check_dtype=False)
    pd.testing.assert_frame_equal(loaded.metrics, model.metrics, check_exact=True)


def test_suspected_leaks_come_as_a_frame_and_can_be_kept(csv: Path, home) -> None:
    model = fit_table(read_table(csv), target="won", exclude=["deal", "created"], home=home.folder)
    assert model.leak_suspects["field"].tolist() == ["paid"]
    assert "paid" not in model.features(deals(3, 5)).columns
    kept = fit_table(read_table(csv), target="won", exclude=["deal", "created"], keep=["paid"], home=home.folder)
    assert kept.leak_suspects.empty
    assert list(kept.leak_suspects.columns) == ["field", "rule", "evidence"]


def test_scores_features_and_reasons_stand_on_the_index_of_their_rows(csv: Path, home) -> None:
    model = fit_table(read_table(csv), target="won", id="deal", time="created", home=home.folder)
    rows = deals(4, 7).set_index(pd.Index(range(70, 77)))
    assert model.score(rows).index.equals(rows.index)
    assert model.score(rows)["deal"].tolist() == rows["deal"].tolist()
    features = model.features(rows)
    assert features.index.equals(rows.index)
    visits = next(name for name in features.columns if "visits" in name)
    assert features[visits].tolist() == rows["visits"].tolist()
    reasons = model.reasons(rows)
    first = reasons[reasons["rank"] == 1]
    assert first.index.equals(rows.index)
    assert first["reason"].tolist() == model.score(rows)["reason_1"].tolist()
    assert (reasons.groupby(level=0)["effect"].apply(lambda effect: effect.abs().is_monotonic_decreasing)).all()


def test_what_is_doubtful_about_a_file_or_a_frame_is_a_warning_where_it_is_read(tmp_path: Path, home) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(deals(1).assign(source="Málaga").to_csv(index=False).encode("cp1252"))
    with pytest.warns(UserWarning, match="deals.csv") as of_file:
        frame = read_table(str(path))
    with pytest.warns(UserWarning, match="the frame: one value stands in every row of column source") as of_frame:
        model = fit_table(frame, target="won", time="created", id="deal", home=home.folder)
    rows = deals(4, 7).assign(visits="many")
    with pytest.warns(UserWarning, match="the frame, column visits: no number") as of_rows:
        assert len(model.score(rows)) == 7
    assert {doubt.filename for doubt in (*of_file, *of_frame, *of_rows)} == {__file__}


def test_what_a_frame_lacks_is_named_as_for_a_file(csv: Path, home) -> None:
    with pytest.raises(UsageError, match="there is no column wonn") as refused:
        fit_table(read_table(csv), target="wonn", home=home.folder)
    assert (refused.value.code, refused.value.where) == ("LS-USAGE-01", "the frame")
    model = fit_table(read_table(csv), target="won", home=home.folder)
    with pytest.raises(DataError, match="lacks source") as lacking:
        model.score(deals(5, 3).drop(columns="source"))
    assert lacking.value.code == "LS-DATA-03"
    with pytest.raises(UsageError, match="LS-USAGE-01"):
        fit_table(read_table(csv), target="won", name="../elsewhere", home=home.folder)
