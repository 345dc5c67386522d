"""Listing, checking, building and comparing features, through the command line."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from leadscore.config.load import load_settings
from leadscore.domain.errors import DataError
from leadscore.features.aggregations import aggregation_names
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.learn import feature_set_of, seen_in

from ..company import Company

FACTS = Facts(**{kind: schema.empty_table() for kind, schema in SCHEMAS.items()})
PLUGIN = '''
"""Weekend events: the day of the week of each event, counted without a filter."""
from leadscore.features.aggregation import Aggregation, Term, within

DAY = 86_400_000_000
WEEK = 7 * DAY
# MOD keeps the sign of what it divides: one more week makes it positive, and 3 days make Monday the first.
SINCE_MONDAY = f"MOD(MOD(a.occurred_at + {{3 * DAY}}, {{WEEK}}) + {{WEEK}}, {{WEEK}})"
WEEKEND = f"CASE WHEN {{SINCE_MONDAY}} >= {{5 * DAY}} THEN 1 ELSE 0 END"


def row(span):
    return lambda events: float(sum(
        (event.occurred_at // DAY + 3) % 7 >= {weekday}
        for event in events if span is None or (events.as_of - 1 - event.occurred_at) // DAY < span
    ))


AGGREGATIONS = [Aggregation(
    "{name}", "number on weekends", "events", ("window", "ever"),
    lambda span: {{f"{name}_{{span}}": Term("SUM", within(span, WEEKEND))}},
    lambda sums, span, as_of: sums[f"{name}_{{span}}"].astype(float),
    row,
)]
'''


def configure(home: Path, **settings: object) -> None:
    path = home / "configs/features.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **settings}))


def plugin(home: Path, name: str, weekday: int = 5) -> str:
    path = home / f"{name}.py"
    path.write_text(PLUGIN.format(name=name, weekday=weekday))
    return path.name


def test_features_are_listed_with_their_meaning(company: Company) -> None:
    listed = company.run("features", "list", "--of", "champion", "--json").json()
    meanings = {each["name"]: each["meaning"] for each in listed["features"]}
    assert meanings["demo_requested_count_30d"] == "number of demo requests in 30 days"
    assert listed["fingerprint"].startswith("sha256:")
    table = company.run("features", "list", "--of", "champion").out
    assert listed["fingerprint"] in table
    assert "number of demo requests in 30 days" in table


def test_what_a_line_can_ask_for_is_listed(company: Company) -> None:
    listed = company.run("features", "list", "--aggregations", "--json").json()["aggregations"]
    assert {each["name"] for each in listed} >= {*aggregation_names(), "share"}
    assert all(each["meaning"] and each["unit"] and each["spans"] for each in listed)


def test_the_features_of_training_pass_their_check(company: Company) -> None:
    answer = company.run("features", "check", "--values", "20000", "--json").json()
    assert answer["values"] >= 20_000
    assert answer["mismatches"] == 0


def test_a_snapshot_table_is_what_the_model_scores(company: Company, tmp_path: Path) -> None:
    lead = company.demo["hottest"][0]
    asked, out = tmp_path / "asked.csv", tmp_path / "features.parquet"
    rows = [(lead["lead_id"], lead["as_of"]), ("nobody", lead["as_of"]), (lead["lead_id"], "2022-06-01")]
    asked.write_text("lead_id,as_of\n" + "".join(f"{one},{at}\n" for one, at in rows))
    answer = company.run("features", "build", str(asked), "--out", str(out), "--of", "champion", "--json")
    report = answer.json()
    assert report["absent"] == 2
    assert "2 rows of 3 are of leads that do not exist or were not created yet" in answer.err
    found = pq.read_table(out)
    assert found.num_rows == report["rows"] == 3
    assert found.schema.metadata[b"feature_fingerprint"].decode() == report["fingerprint"]
    assert found.num_columns == report["features"] + 2
    frame = found.to_pandas().set_index("lead_id")
    assert frame.loc["nobody"].drop("as_of").isna().all()
    assert frame.loc[lead["lead_id"], "lead_age_days"].max() > 0


def test_leads_that_exist_are_built_without_a_warning(company: Company, tmp_path: Path) -> None:
    asked, out = tmp_path / "asked.csv", tmp_path / "features.parquet"
    asked.write_text(
        "lead_id,as_of\n" + "".join(f"{one['lead_id']},{one['as_of']}\n" for one in company.demo["hottest"])
    )
    answer = company.run("features", "build", str(asked), "--out", str(out), "--json")
    assert (answer.json()["absent"], "warning" in answer.err) == (0, False)


def test_parts_of_the_leads_give_the_same_table(company: Company, tmp_path: Path) -> None:
    lead_ids = [lead["lead_id"] for lead in company.demo["hottest"]]
    asked = tmp_path / "asked.csv"
    asked.write_text("lead_id,as_of\n" + "".join(f"{one},2024-03-01\n" for one in lead_ids))
    tables, absent = [], []
    kept = (company.home / "configs/features.yaml").read_text()
    try:
        for number in (2_000_000, 10_000):
            configure(company.home, events_at_once=number)
            out = tmp_path / f"{number}.parquet"
            answer = company.run("features", "build", str(asked), "--out", str(out), "--json")
            absent.append(answer.json()["absent"])
            tables.append(pq.read_table(out).sort_by("lead_id"))
    finally:
        (company.home / "configs/features.yaml").write_text(kept)
    assert absent[0] == absent[1]
    assert tables[0].column_names == tables[1].column_names
    for left, right in zip(*(table.columns[2:] for table in tables), strict=True):
        assert np.array_equal(left.to_numpy(), right.to_numpy(), equal_nan=True)


def test_another_window_shows_in_the_difference(empty: Company, tmp_path: Path) -> None:
    old = empty.run("features", "list", "--json").json()
    configure(empty.home, activity_windows_days=[7, 14])
    new = empty.run("features", "list", "--json").json()
    assert old["fingerprint"] != new["fingerprint"]
    gone = {each["name"] for each in old["features"]} - {each["name"] for each in new["features"]}
    assert gone == {"any_active_days_30d", "any_types_30d", "any_active_days_90d", "any_types_90d"}


def test_two_versions_are_compared_by_name(company: Company) -> None:
    assert company.run("features", "diff", "1", "champion", "--json").json()["changed"] == []
    answer = company.run("features", "diff", "1", "99")
    assert answer.code == 3
    assert "LS-MODEL-03" in answer.err


def test_a_plugin_in_a_file_adds_an_aggregation_that_is_checked_like_the_others(empty: Company) -> None:
    line = {"aggregation": "weekend", "windows_days": [30, "ever"], "types": ["demo_requested"]}
    configure(empty.home, plugins=[plugin(empty.home, "weekend")], features=[line, {"aggregation": "weekend"}])
    listed = empty.run("features", "list", "--json").json()["features"]
    assert {each["name"] for each in listed} >= {"demo_requested_weekend_30d", "any_weekend_ever"}
    answer = empty.run("features", "check", "--values", "30000")
    assert answer.code == 0, answer.err


def test_a_plugin_whose_two_forms_differ_is_refused_by_the_check(empty: Company) -> None:
    configure(empty.home, plugins=[plugin(empty.home, "wrong", weekday=4)], features=[{"aggregation": "wrong"}])
    answer = empty.run("features", "check", "--values", "30000")
    assert answer.code == 3
    assert "LS-FEATURE-03" in answer.err
    assert "any_wrong_ever" in answer.err


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"features": [{"aggregation": "counts"}]}, "LS-FEATURE-01", "there is no counts; allowed: count"),
        ({"features": [{"aggregation": "count", "types": ["demo_reqested"]}]}, "LS-FEATURE-01", "demo_requested"),
        ({"features": [{"aggregation": "count", "windows_days": [0]}]}, "LS-CONFIG-02", "features.0.windows_days.0"),
        ({"features": [{"aggregation": "count", "windows_days": [float("nan")]}]}, "LS-CONFIG-02", "nan"),
        ({"features": [{"aggregation": "count", "windows_days": ["30days"]}]}, "LS-CONFIG-02", "30days"),
        ({"features": [{"aggregation": "streak", "windows_days": ["ever"]}]}, "LS-FEATURE-01", "takes no ever"),
        ({"features": [{"aggregation": "decayed"}]}, "LS-FEATURE-01", "half_lives_days: is empty"),
        ({"features": [{"aggregation": "count", "half_lives_days": [7]}]}, "LS-FEATURE-01", "count takes none"),
        ({"features": [{"aggregation": "leads", "windows_days": [7]}]}, "LS-FEATURE-01", "set it to true"),
        ({"features": [{"aggregation": "count", "hours": [5, 5]}]}, "LS-FEATURE-01", "no part of a day"),
        ({"features": [{"aggregation": "count", "of": {}}]}, "LS-FEATURE-01", "only a share has it"),
        (
            {"features": [{"aggregation": "rate", "windows_days": [7]}] * 2},
            "LS-FEATURE-01",
            "the same column",
        ),
        ({"features": [{"aggregation": "count", "windows_days": [2000]}]}, "LS-CONFIG-02", "longer than history_days"),
        ({"activity_windows_days": [900]}, "LS-CONFIG-02", "activity_windows_days: 900"),
        ({"plugins": ["absent.py"]}, "LS-FEATURE-02", "absent.py"),
        ({"plugins": ["../empty.py"]}, "LS-FEATURE-02", "AGGREGATIONS"),
        ({"plugins": ["taken.py"]}, "LS-FEATURE-02", "'count'"),
    ],
)
def test_a_wrong_definition_is_named_with_its_place_and_what_is_allowed(
    empty: Company, settings: dict[str, object], code: str, words: str
) -> None:
    (empty.home.parent / "empty.py").write_text("")
    (empty.home / "taken.py").write_text(PLUGIN.format(name="count", weekday=5))
    configure(empty.home, **settings)
    answer = empty.run("features", "list")
    assert answer.code == 2
    assert code in answer.err
    assert words in answer.err


def test_all_faults_are_told_at_once(empty: Company) -> None:
    lines = [{"aggregation": "counts"}, {"aggregation": "decayed"}, {"aggregation": "count", "types": ["nothing"]}]
    configure(empty.home, features=lines)
    said = empty.run("features", "list").err
    written = (empty.home / "configs" / "features.yaml").read_text().splitlines()
    places = [number for number, line in enumerate(written, start=1) if "aggregation:" in line and "-" in line]
    assert len(places) == 3
    assert all(f"line {line}: features[{number}]" in said for number, line in enumerate(places))


def test_a_window_beyond_the_history_is_named_with_its_line(empty: Company) -> None:
    configure(empty.home, features=[{"aggregation": "count"}, {"aggregation": "count", "windows_days": [2000]}])
    written = (empty.home / "configs" / "features.yaml").read_text().splitlines()
    (place,) = [number for number, line in enumerate(written) if line.strip() == "- 2000"]
    assert f"features.yaml, line {place}: features.1.windows_days: 2000 is longer" in empty.run("features", "list").err


def test_an_installed_package_adds_an_aggregation_by_its_entry_point(empty: Company, monkeypatch, tmp_path) -> None:
    package = tmp_path / "packages"
    (package / "sent-1.0.dist-info").mkdir(parents=True)
    (package / "sent.py").write_text(PLUGIN.format(name="sent", weekday=5))
    (package / "sent-1.0.dist-info/METADATA").write_text("Name: sent\nVersion: 1.0\n")
    entry = "[leadscore.aggregations]\nsent = sent:AGGREGATIONS\n"
    (package / "sent-1.0.dist-info/entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(str(package))
    configure(empty.home, features=[{"aggregation": "sent", "windows_days": [7]}])
    listed = empty.run("features", "list", "--json").json()["features"]
    assert "any_sent_7d" in {each["name"] for each in listed}


def test_training_refuses_a_plugin_whose_two_forms_differ_before_it_starts(empty: Company) -> None:
    configure(empty.home, plugins=[plugin(empty.home, "uneven", weekday=4)], features=[{"aggregation": "uneven"}])
    answer = empty.run("train")
    assert answer.code == 3
    assert "LS-FEATURE-03" in answer.err


def test_a_model_refuses_to_serve_with_other_code_of_its_plugin(empty: Company) -> None:
    configure(empty.home, plugins=[plugin(empty.home, "moved")], features=[{"aggregation": "moved"}])
    empty.run("features", "list")
    kept = feature_set_of(seen_in(FACTS), load_settings(empty.home).features, {}).to_json()
    assert FeatureSet.from_json(kept).plugins.keys() == {"moved"}
    plugin(empty.home, "moved", weekday=6)
    empty.run("features", "list")
    with pytest.raises(DataError, match="LS-MODEL-02"):
        FeatureSet.from_json(kept)
