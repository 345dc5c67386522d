"""Two feature sets side by side."""

from dataclasses import dataclass

from leadscore.features.definitions import NOT_OF_EVENTS
from leadscore.features.feature_set import FeatureSet


@dataclass(frozen=True)
class FeatureDifference:
    """Names of the features that only one of two sets has, or that both have with another definition or encoding."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    fingerprints: tuple[str, str]


def compare(before: FeatureSet, after: FeatureSet) -> FeatureDifference:
    """What changes from one feature set to another; the order of columns is no difference."""
    old = {feature.name: feature for feature in before.features}
    new = {feature.name: feature for feature in after.features}
    otherwise = before.respect_consent != after.respect_consent
    changed = [
        name
        for name in sorted(old.keys() & new.keys())
        if old[name] != new[name]
        or before.encoders.get(old[name].attribute or "") != after.encoders.get(new[name].attribute or "")
        or (otherwise and old[name].kind not in NOT_OF_EVENTS)
        or before.plugins.get(old[name].kind) != after.plugins.get(new[name].kind)
    ]
    return FeatureDifference(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        tuple(changed),
        (before.fingerprint, after.fingerprint),
    )
