"""A feature set that asks for every aggregation in every form."""

import pytest

from leadscore.config.features import Aggregations, FeatureLine, FeaturesConfig
from leadscore.features.aggregations import BUILT_IN
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.learn import Seen, feature_set_of

CHOICES = [
    {},
    {"types": ["pricing"]},
    {"types": ["pricing", "chat"], "channels": ["email"]},
    {"properties": {"plan": ["pro", "3"]}, "weekdays": ["mon", "sun"]},
    {"account": True},
    {"account": True, "types": ["pricing"], "campaigns": ["spring"]},
]


def lines():
    for name, aggregation in BUILT_IN.items():
        spans = {"windows_days": [1, 30] if "window" in aggregation.spans else []}
        if "half_life" in aggregation.spans:
            spans = {"half_lives_days": [7]}
        if "ever" in aggregation.spans:
            spans["windows_days"] = [*spans.get("windows_days", []), "ever"]
        for choice in CHOICES:
            if name != "leads" or choice.get("account"):
                yield {"aggregation": name, **spans, **choice}
    yield {"aggregation": "share", "types": ["pricing"], "windows_days": [7, "ever"]}
    yield {"aggregation": "share", "hours": [22, 6], "of": {"weekdays": ["sat", "sun"]}, "account": True}


@pytest.fixture(scope="session")
def every_feature() -> FeatureSet:
    config = FeaturesConfig(
        default=Aggregations(count_windows_days=(7,), decay_half_lives_days=(30,)),
        features=tuple(FeatureLine.model_validate(line) for line in lines()),
        attributes_filled=True,
        ignore_types=("ignored",),
        min_category_leads=1,
    )
    seen = Seen(
        types={"pricing": 5, "chat": 3}, with_values={"pricing"}, attributes={"size": {"7": 1}, "tier": {"x": 1}}
    )
    found = feature_set_of(seen, config, {})
    assert found.encoders == {"size": Encoder("number", {}), "tier": Encoder("category", {"x": 0})}
    return found
