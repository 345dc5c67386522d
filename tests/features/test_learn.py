"""Which features a company's data call for."""

import pyarrow as pa

from leadscore.config.features import Aggregations, FeaturesConfig
from leadscore.features.facts import SCHEMAS, Facts
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.learn import feature_set_of, seen_in

SMALL = Aggregations(count_windows_days=(7, 7), count_ever=False, decay_half_lives_days=(), value_half_lives_days=(30,))


def learn(
    events: list[tuple[str, int | None]] = (),
    attributes: list[tuple[str, str, str | None]] = (),
    labels: dict[str, str] | None = None,
    **settings: object,
) -> FeatureSet:
    config = FeaturesConfig(**({"default": SMALL, "activity_windows_days": ()} | settings))
    facts = Facts(
        leads=SCHEMAS["leads"].empty_table(),
        attributes=pa.Table.from_pylist(
            [{"lead_id": lead, "name": name, "value": value, "known_at": 0} for lead, name, value in attributes],
            SCHEMAS["attributes"],
        ),
        events=pa.Table.from_pylist([{"type": kind, "value": value} for kind, value in events], SCHEMAS["events"]),
        outcomes=SCHEMAS["outcomes"].empty_table(),
    )
    return feature_set_of(seen_in(facts), config, labels or {})


def test_every_type_seen_gets_the_default_aggregations_and_value_features_only_if_it_carries_values():
    assert learn([("page", 1_000), ("page", None), ("chat", None)]).names == (
        "lead_age_days",
        "any_count_7d",
        "any_days_since_last",
        "any_days_since_first",
        "chat_count_7d",
        "chat_days_since_last",
        "page_count_7d",
        "page_days_since_last",
        "page_value_ever",
        "page_value_decayed_30d",
    )


def test_a_named_type_gets_what_is_configured_for_it():
    wanted = Aggregations(count_windows_days=(3,), decay_half_lives_days=(5,), count_ever=False, days_since_last=False)
    names = learn([("chat", None)], types={"chat": wanted}).names
    assert [name for name in names if name.startswith("chat")] == ["chat_count_3d", "chat_decayed_5d"]


def test_ignored_types_make_no_features_and_are_remembered():
    found = learn([("mail_sent", None), ("chat", None)], ignore_types=("mail_sent",))
    assert not [name for name in found.names if name.startswith("mail_sent")]
    assert found.ignored_types == ("mail_sent",)


def test_only_the_most_frequent_types_get_features_of_their_own():
    found = learn([("rare", None), ("often", None), ("often", None), ("also rare", None)], max_types=2)
    assert {f.event_type for f in found.features} == {None, "often", "also rare"}


def test_labels_are_kept_for_the_types_that_make_features():
    assert learn([("chat", None)], labels={"chat": "live chat", "demo": "demo"}).labels == {"chat": "live chat"}


def test_categories_are_coded_by_falling_number_of_leads_then_by_name():
    values = [("a", "industry", "mining"), ("a", "industry", "mining"), ("b", "industry", "retail")]
    values += [("c", "industry", "retail"), ("d", "industry", "banking")]
    found = learn(attributes=values, min_category_leads=1)
    assert found.encoders == {"industry": Encoder("category", {"retail": 0, "banking": 1, "mining": 2})}
    assert found.labels["attribute:industry=0"] == "retail"
    assert found.names[-1] == "attribute_industry"


def test_a_value_of_few_leads_is_never_stored():
    values = [(f"lead {i}", "city", "Brno") for i in range(20)] + [(f"lead {i}", "city", "Ostrava") for i in range(19)]
    assert learn(attributes=values).encoders["city"].values == {"Brno": 0}
    assert "Ostrava" not in learn(attributes=values).to_json()


def test_values_beyond_the_most_frequent_are_one_group():
    values = [(f"{i}", "city", city) for i in range(30) for city in "abc"]
    assert learn(attributes=values, max_categories=2).encoders["city"].values == {"a": 0, "b": 1}


def test_an_attribute_whose_values_never_repeat_makes_no_feature():
    found = learn(attributes=[(f"{i}", "note", f"call {i}") for i in range(100)])
    assert found.names[-1] != "attribute_note"
    assert found.encoders == {}


def test_an_attribute_of_decimals_is_a_number_and_stores_no_value():
    values = [(f"{i}", "size", f"{i}.5") for i in range(95)] + [(f"x{i}", "size", "n/a") for i in range(5)]
    assert learn(attributes=values).encoders == {"size": Encoder("number", {})}


def test_identifiers_and_empty_attributes_are_left_out():
    values = [(f"{i}", "email", "same@example.com") for i in range(50)] + [(f"{i}", "fax", None) for i in range(50)]
    assert learn(attributes=values).encoders == {}


def test_no_facts_at_all_give_the_features_that_need_none():
    assert learn().names == ("lead_age_days", "any_count_7d", "any_days_since_last", "any_days_since_first")
