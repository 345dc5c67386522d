"""Events mode: which attributes of the leads know the outcome, and are left out of what is learnt from."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.config.training import LightGbmConfig
from leadscore.dataset.lead_attributes import LeadAttribute, LeadEnds, lead_attributes
from leadscore.dataset.open_spells import NEVER
from leadscore.dataset.splits import plan_split
from leadscore.domain.errors import UsageError
from leadscore.domain.outcome import OUTCOMES
from leadscore.domain.progress import Progress
from leadscore.domain.time import DAY_US
from leadscore.features.column_kinds import ColumnTexts, kind_of
from leadscore.features.facts import Facts
from leadscore.features.feature_set import Encoder, FeatureSet
from leadscore.features.offline import compute_matrix
from leadscore.modeling.band_model import of_trees
from leadscore.modeling.bands import fit_bands
from leadscore.modeling.leakage.afterwards import FILL_RULE, VALUE_RULE, Fills
from leadscore.modeling.leakage.comparable import Comparable
from leadscore.modeling.leakage.gate import Ends, LeadField, find_in_leads
from leadscore.modeling.leakage.suspect import Field, Groups, LeakSuspect, group_values
from leadscore.modeling.plots import group_plot
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.rows import TrainingRows
from leadscore.workflows.build_training_set import TrainingSet

_STEP = "looking for leaks"
_TREES, _MOST_ROWS = 80, 20_000
_PICTURE_GROUPS, _MOST_PICTURES = 8, 12
_MOST_NAMED = 40


@dataclass(frozen=True)
class AttributeFindings:
    """The attributes to leave out; kept the findings about attributes used on request all the same.

    pictures   attribute -> SVG of what gives it away.
    """

    suspects: list[LeakSuspect]
    kept: list[LeakSuspect]
    pictures: dict[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> set[str]:
        """The names of the attributes to leave out."""
        return {suspect.field for suspect in self.suspects}


def choose_attributes(
    facts: Facts, known: TrainingSet, settings: Settings, keep: Collection[str], progress: Progress
) -> AttributeFindings:
    """Judge every attribute by what is known at the instant of a training set.

    facts    may reach beyond that instant; nothing known later is read.
    known    snapshots of the whole history, from which a model without the attributes under suspicion is learnt.
    Raises   UsageError [LS-USAGE-01] if an attribute to keep is none.
    """
    screen = _Screen(facts.known_before(known.until), known, settings)
    progress(_STEP, 0, 3)
    named, fields = [], {}
    for attribute in screen.attributes():
        told = screen.named_or_told(attribute)
        if told is None:
            fields[attribute.name] = screen.field(attribute)
        else:
            named.append(told)
    idle = {suspect.field for suspect in named}
    _require_known(keep, fields.keys() | idle)
    progress(_STEP, 1, 3)
    found = screen.find(fields.values(), fields.keys() | idle)
    progress(_STEP, 2, 3)
    if any(suspect.rule in (FILL_RULE, VALUE_RULE) for suspect in found):
        # A second look with a model that knows the honest fields: what they explain is no sign of a leak.
        names = [suspect.field for suspect in found]
        found = screen.find([fields[name] for name in names], {*names, *idle})
    found += named
    progress(_STEP, 3, 3)
    pictured = [each for each in found if each.field in fields][:_MOST_PICTURES]
    pictures = {each.field: screen.picture(each, fields[each.field]) for each in pictured}
    return AttributeFindings(
        [suspect for suspect in found if suspect.field not in keep],
        [suspect for suspect in found if suspect.field in keep],
        pictures,
    )


def _require_known(keep: Collection[str], names: Collection[str]) -> None:
    unknown = sorted(set(keep) - set(names))
    if unknown:
        raise UsageError(
            "LS-USAGE-01",
            where="--keep",
            found=f"no attribute {', '.join(unknown)} that features are made of",
            allowed=", ".join(sorted(names)[:_MOST_NAMED]) or "nothing, for there are no attributes",
            fix="name attributes as they were imported",
        )


class _Screen:
    """What the attributes are judged by: the leads, how they ended, and snapshots to learn from."""

    def __init__(self, facts: Facts, known: TrainingSet, settings: Settings) -> None:
        self._facts, self._known, self._settings = facts, known, settings
        self._leads = LeadEnds.of(facts)
        self._won = self._leads.bought_at < NEVER
        self._horizon_us = settings.training.horizons_days[-1] * DAY_US
        ripe = self._leads.created_at <= known.until - self._horizon_us
        self._now = Ends(self._won, ripe if self._won[ripe].any() else np.ones_like(ripe))
        cut = plan_split(int(self._leads.created_at.min()), known.until, settings.training).cut
        self._at_cut = Ends(self._leads.bought_at < cut, self._leads.created_at <= cut - self._horizon_us)

    def attributes(self) -> Iterator[LeadAttribute]:
        """Those that features may be made of, one after the other: all of a wide company's would fill the memory."""
        ignored = self._settings.features.ignore_attributes
        return (each for each in lead_attributes(self._facts, self._leads) if each.name not in ignored)

    def named_or_told(self, attribute: LeadAttribute) -> LeakSuspect | None:
        """The finding about an attribute that names or describes single leads."""
        counts, config = attribute.counts(), self._settings.features
        in_turn = [Encoder("number", {}).encode(text) for text in counts]
        kind = kind_of(
            ColumnTexts(counts, {}, in_turn),
            max_categories=config.max_categories,
            min_rows=config.min_category_leads,
        )
        return LeakSuspect(attribute.name, kind.rule, f"{attribute.name} {kind.evidence}") if kind.rule else None

    def field(self, attribute: LeadAttribute) -> LeadField:
        encoder = self._encoder(attribute.name)
        collected = Field(attribute.name, attribute.numbers(encoder), tuple(encoder.values))
        fills = Fills(attribute.first_at, self._leads.bought_at, self._leads.created_at)
        return LeadField(collected, fills if attribute.has_history else None)

    def _encoder(self, name: str) -> Encoder:
        """How an attribute is read; of one whose values hardly repeat, only whether it is filled."""
        return self._known.features.encoders.get(name, Encoder("category", {}))

    def find(self, fields: Iterable[LeadField], without: set[str]) -> list[LeakSuspect]:
        """The suspected fields, customers compared with open leads by a model without some attributes."""
        return find_in_leads(fields, self._now, self._at_cut, self._comparable(without), OUTCOMES)

    def _comparable(self, without: set[str]) -> Comparable:
        known, leads, until = self._known.without_attributes(without), self._leads, self._known.until
        is_open = np.flatnonzero(leads.ended_at >= until)
        rng = np.random.default_rng(self._settings.training.seed)
        asked = np.sort(rng.permutation(is_open)[:_MOST_ROWS])
        chance = np.zeros(len(leads.created_at))
        if len(asked) and self._won.any():
            snapshots = pa.table({"lead_id": leads.lead_id.take(pa.array(asked)), "as_of": np.full(len(asked), until)})
            matrix = compute_matrix(self._facts, snapshots, known.features)
            rows = known.bands.take(np.sort(rng.permutation(len(known.bands))[:_MOST_ROWS]))
            chance[asked] = _quick_model(rows, known.features, self._settings).curve(matrix)[:, -1]
        open_for = np.clip(leads.bought_at - leads.created_at, 0, self._horizon_us) / self._horizon_us
        return Comparable(np.where(self._won, open_for, 0.0), chance)

    def picture(self, suspect: LeakSuspect, field: LeadField) -> str:
        """Share of leads that became customers, by value; by whether it is filled, if values came later only."""
        if field.fills is not None and np.isnan(field.collected.values).all():
            groups = Groups(field.fills.filled.astype(np.int64), ("empty", "filled"))
        else:
            groups = group_values(field.collected, _PICTURE_GROUPS)
        won, rows = groups.counts(self._won)
        return group_plot(groups.names, won, rows, f"{suspect.field}: {suspect.rule.replace('_', ' ')}")


def _quick_model(rows: TrainingRows, features: FeatureSet, settings: Settings) -> BandPredictor:
    """Trees enough to say which open leads are likely to buy."""
    training = settings.training
    config: LightGbmConfig = training.lightgbm.model_copy(update={"trees": _TREES, "trees_on_few_data": _TREES})
    names = [f"{days}d" for days in training.horizons_days]
    texts = fit_bands(rows, names, features.categorical, config, training.seed)
    return BandPredictor(of_trees(texts), training.horizons_days)
