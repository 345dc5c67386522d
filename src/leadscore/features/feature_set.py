"""The features of one model: definitions, encoders and words, in a form that travels with the model."""

import hashlib
import json
import math
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leadscore.domain.errors import DataError
from leadscore.domain.time import DAY_US, parse_instant
from leadscore.features.aggregations import aggregation, plugin_hashes
from leadscore.features.definitions import CODE_VERSION, SHARE, Feature
from leadscore.features.filters import EventFilter

Floats = npt.NDArray[np.float64]

MISSING = math.nan


@dataclass(frozen=True, slots=True)
class Encoder:
    """How the text of an attribute becomes a number.

    kind    "number" reads the text as a decimal, "date" as days since 1970; "category" looks it up.
    values  category -> code; the codes are 0, 1, ... and len(values) stands for every other value.
    """

    kind: Literal["number", "date", "category"]
    values: dict[str, int]

    def encode(self, text: str | None) -> float:
        """The number of a text; NaN if it is missing, or is no finite decimal where one is needed.

        >>> Encoder("category", {"software": 0}).encode("mining")
        1.0
        >>> Encoder("number", {}).encode("12.5")
        12.5
        """
        if text is None or text == "":
            return MISSING
        if self.kind == "category":
            return float(self.values.get(text, len(self.values)))
        return finite_number(text) if self.kind == "number" else days_since_epoch(text)


def finite_number(text: str) -> float:
    """A text as a decimal, with a point or a single comma; NaN if it is none or not finite.

    >>> finite_number("1e999"), finite_number("many"), finite_number("3"), finite_number("4,857")
    (nan, nan, 3.0, 4.857)
    """
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return MISSING
    return number if math.isfinite(number) else MISSING


def days_since_epoch(text: str) -> float:
    """An ISO date or date-time as days since 1970; NaN if it is none.

    >>> days_since_epoch("1970-01-02"), days_since_epoch("202")
    (1.0, nan)
    """
    if len(text) < 8 or not text[:4].isdigit():
        return MISSING
    try:
        return parse_instant(text).at / DAY_US
    except DataError:
        return MISSING


@dataclass(frozen=True)
class FeatureSet:
    """Which columns a model reads and how each is computed.

    features       the columns in order.
    encoders       attribute -> how its text becomes a number; one for each attribute feature.
    labels         words for reasons: event type -> singular words, `attribute:NAME=CODE` -> the category.
    ignored_types  event types that count in no feature, not even in those over all types.
    account_attribute  the attribute that leads of one account share.
    plugins        aggregation of a plug-in -> hash of the code that defines it.
    respect_consent  whether events count in no feature that occurred when the lead had refused.
    """

    features: tuple[Feature, ...]
    encoders: dict[str, Encoder]
    labels: dict[str, str]
    ignored_types: tuple[str, ...] = ()
    account_attribute: str = "account_id"
    plugins: dict[str, str] = field(default_factory=dict)
    respect_consent: bool = False

    @cached_property
    def reads_accounts(self) -> bool:
        """Whether some feature needs the events of the account's other leads."""
        return any(feature.account for feature in self.features)

    @cached_property
    def reads_properties(self) -> bool:
        """Whether some feature asks for events with a certain property."""
        filters = [each for feature in self.features for each in (feature.filter, feature.versus)]
        return any(each is not None and each.properties for each in filters)

    @cached_property
    def event_columns(self) -> frozenset[str]:
        """The columns of an events table that some feature reads."""
        filters = [each for feature in self.features for each in (feature.filter, feature.versus) if each is not None]
        kinds = {feature.kind for feature in self.features}
        optional = {
            "channel": "channels" in kinds or any(each.channels for each in filters),
            "campaign": "campaigns" in kinds or any(each.campaigns for each in filters),
            "properties": self.reads_properties,
            "event_id": self.respect_consent,
        }
        always = ("lead_id", "type", "occurred_at", "known_at", "value")
        return frozenset(always) | {name for name, read in optional.items() if read}

    @cached_property
    def empty(self) -> Floats:
        """The row of a lead without any event, attribute or account, shape (features,)."""
        return np.array([_empty(feature) for feature in self.features], np.float64)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def categorical(self) -> tuple[int, ...]:
        """Positions of the columns that hold category codes."""
        return tuple(
            position
            for position, feature in enumerate(self.features)
            if feature.attribute is not None
            and (feature.kind != "attribute" or self.encoders[feature.attribute].kind == "category")
        )

    @cached_property
    def fingerprint(self) -> str:
        """`sha256:` and 16 hex digits over everything that decides values and words, and over the code's version."""
        content = json.dumps(json.loads(self.to_json()), sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(f"{CODE_VERSION}\n{content}".encode()).hexdigest()[:16]

    def without_attributes(self, names: Collection[str]) -> "FeatureSet":
        """The same features but those of some attributes."""
        gone = {f"attribute:{name}" for name in names}
        return replace(
            self,
            features=tuple(feature for feature in self.features if feature.attribute not in names),
            encoders={name: encoder for name, encoder in self.encoders.items() if name not in names},
            labels={key: word for key, word in self.labels.items() if key.split("=")[0] not in gone},
        )

    def to_json(self) -> str:
        """The feature set as JSON text; equal sets give equal text."""
        parts = {each.name: getattr(self, each.name) for each in fields(self)}
        parts["features"] = [_said(feature) for feature in self.features]
        parts["encoders"] = {name: asdict(encoder) for name, encoder in self.encoders.items()}
        if not self.respect_consent:
            # Unsaid where it is off: models that know nothing of it keep their fingerprint.
            del parts["respect_consent"]
        return json.dumps(parts, sort_keys=True, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "FeatureSet":
        """The feature set that `to_json` wrote.

        Raises  DataError [LS-MODEL-02] if the text is no such JSON.
        """
        try:
            parts: dict[str, Any] = json.loads(text)
            found = cls(
                features=tuple(_feature(feature) for feature in parts["features"]),
                encoders={name: Encoder(**encoder) for name, encoder in parts["encoders"].items()},
                labels=dict(parts["labels"]),
                ignored_types=tuple(parts["ignored_types"]),
                account_attribute=str(parts["account_attribute"]),
                plugins=dict(parts["plugins"]),
                respect_consent=bool(parts.get("respect_consent", False)),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(
                "LS-MODEL-02", where="features.json", found=f"no feature set: {error}", fix="export the model again"
            ) from error
        found._check_plugins()
        return found

    def _check_plugins(self) -> None:
        here = plugin_hashes()
        other = sorted(name for name, code in self.plugins.items() if here.get(name) != code)
        if other:
            raise DataError(
                "LS-MODEL-02",
                where="features.json",
                found=f"the model reads the aggregation {', '.join(other)}, which is not there or has other code",
                fix="name the plug-in it was trained with under plugins in configs/features.yaml, or train again",
            )


def _said(feature: Feature) -> dict[str, Any]:
    """What a feature states beyond the defaults."""
    blank = Feature("", "")
    stated: dict[str, Any] = {each.name: getattr(feature, each.name) for each in fields(feature)}
    stated = {name: value for name, value in stated.items() if value != getattr(blank, name)}
    for name in ("filter", "versus"):
        if name in stated:
            stated[name] = asdict(stated[name])
    return stated


def _feature(stated: dict[str, Any]) -> Feature:
    filters: dict[str, Any] = {name: _filter(stated[name]) for name in ("filter", "versus") if name in stated}
    return Feature(**{**stated, **filters})


def _filter(stated: dict[str, Any]) -> EventFilter:
    lists = {name: tuple(stated[name]) for name in ("types", "channels", "campaigns", "weekdays")}
    properties = tuple((str(name), tuple(values)) for name, values in stated["properties"])
    hours = None if stated["hours"] is None else (int(stated["hours"][0]), int(stated["hours"][1]))
    return EventFilter(properties=properties, hours=hours, **lists)


def _empty(feature: Feature) -> float:
    if feature.attribute is not None or feature.kind in ("lead_age", SHARE):
        return MISSING
    return 0.0 if feature.kind == "attributes_filled" else aggregation(feature.kind).empty
