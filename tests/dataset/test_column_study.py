import time

import numpy as np
import pandas as pd
import pytest

from leadscore.dataset.column_study import study_columns
from leadscore.dataset.table import table_matrix
from leadscore.features.table_columns import table_row


def study(frame, **more):
    return study_columns(frame, ["won"], max_categories=20, min_rows=5, **more)


def dates(rows=400, spread=800):
    return pd.date_range("2023-01-01", periods=spread, freq="D")[np.random.default_rng(1).integers(0, spread, rows)]


def test_a_date_gives_its_day_its_month_and_its_weekday():
    frame = pd.DataFrame({"born": dates().strftime("%Y-%m-%d")})
    features = study(frame).features()
    assert features.names == ("attribute_born", "attribute_born_month", "attribute_born_weekday")
    matrix = table_matrix(pd.DataFrame({"born": ["2024-03-05", "", "no date"]}), features)
    assert matrix[0].tolist() == [19787.0, 2.0, 1.0]
    assert np.isnan(matrix[1:]).all()
    assert features.categorical == (1, 2)


def test_a_date_that_follows_the_order_of_the_rows_is_left_to_its_month_and_weekday():
    frame = pd.DataFrame({"arrived": np.sort(dates()).astype("datetime64[D]").astype(str)})
    assert study(frame).features().names == ("attribute_arrived_month", "attribute_arrived_weekday")
    assert "attribute_arrived" in study(frame, in_time=False).features().names


def test_dates_of_a_few_weeks_have_no_month():
    frame = pd.DataFrame({"seen": dates(spread=40).strftime("%Y-%m-%d")})
    assert study(frame).features().names == ("attribute_seen", "attribute_seen_weekday")


def test_identifiers_and_free_text_are_left_out_by_name_and_kept_on_request():
    rows = 300
    frame = pd.DataFrame(
        {
            "number": [str(5000 + n) for n in range(rows)],
            "key": [f"k-{n}" for n in range(rows)],
            "note": [f"wants an offer before day {n} of the month" for n in range(rows)],
            "size": [str(n % 40) for n in range(rows)],
        }
    )
    found = study(frame)
    assert {name: rule for name, (rule, _) in found.left_out.items()} == {
        "number": "identifier",
        "key": "identifier",
        "note": "free_text",
    }
    assert all(evidence.startswith(name) for name, (_, evidence) in found.left_out.items())
    kept = study(frame, keep=("number",))
    assert kept.encoders["number"].kind == "number"
    assert "number" not in kept.left_out


def test_a_spelling_that_became_a_value_is_one_in_the_service_too():
    cells = ["Select", "", "web", "fair", "select "] * 40
    features = study_columns(pd.DataFrame({"source": cells}), (), max_categories=9, min_rows=5).features()
    matrix = table_matrix(pd.DataFrame({"source": cells}), features)
    alone = [table_row({"source": cell}, features) for cell in cells]
    np.testing.assert_array_equal(matrix, np.array(alone))
    assert len(np.unique(matrix[~np.isnan(matrix)])) == 3


def test_columns_of_lists_of_parts_equal_one_row_at_a_time():
    frame = pd.DataFrame(
        {"born": [*dates(60).strftime("%Y-%m-%d"), "", "Select"], "n": [str(n % 7) for n in range(62)]}
    )
    features = study(frame).features()
    matrix = table_matrix(frame, features)
    alone = [table_row(dict(row), features) for _, row in frame.iterrows()]
    np.testing.assert_array_equal(matrix, np.array(alone))


@pytest.mark.slow
def test_half_a_million_distinct_values_and_five_hundred_columns_do_not_blow_up():
    many = pd.DataFrame(
        {"session": [f"s{n}" for n in range(500_000)], "page": [f"p{n % 70_000}" for n in range(500_000)]}
    )
    began = time.process_time()
    found = study(many)
    assert found.left_out["session"][0] == "identifier"
    assert len(found.encoders["page"].values) <= 20
    wide = pd.DataFrame({f"c{n}": np.random.default_rng(n).integers(0, 90, 2_000).astype(str) for n in range(500)})
    features = study(wide).features()
    assert table_matrix(wide, features).shape == (2_000, 500)
    assert time.process_time() - began < 60
