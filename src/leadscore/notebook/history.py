"""The facts of a company in a notebook: what a model of events is built from and fitted on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.cli.output import model_name
from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.time import format_instant, parse_instant
from leadscore.features.facts import Facts
from leadscore.notebook.model import Model, fitted_model, loaded_model
from leadscore.notebook.surroundings import adjusted_settings, doubt, watched
from leadscore.store.engine import open_store
from leadscore.store.extract_time import latest_known_at
from leadscore.store.facts_arrow import load_facts
from leadscore.workflows.build_training_set import build_training_set
from leadscore.workflows.champion import Champion
from leadscore.workflows.fitted_model import FittedModel
from leadscore.workflows.import_frames import import_frames
from leadscore.workflows.score_open_leads import open_leads
from leadscore.workflows.train_challenger import About, fit_events


@dataclass(frozen=True, repr=False)
class TrainingFrames:
    """What a model learns from; the rows of all frames belong together.

    features  one column per feature; indexed by lead_id and as_of.
    labels    one column per horizon: 1.0 converted within it, 0.0 not, NaN not ripe yet.
    weight    how many lead-weeks each row stands for; rows before a purchase are thinned least, so means need it.
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    weight: "pd.Series[float]"


@dataclass(frozen=True, repr=False)
class History:
    """The facts of a company.

    until     the instant up to which they are known; models learn as of it unless told otherwise.
    imports   what became of each frame; empty for an installation. `rejected`: the refused rows, with reasons.
    """

    facts: Facts
    until: pd.Timestamp
    settings: Settings
    imports: pd.DataFrame
    rejected: pd.DataFrame

    def __repr__(self) -> str:
        counts = ", ".join(f"{getattr(self.facts, kind).num_rows:,} {kind}" for kind in ("leads", "events", "outcomes"))
        return f"<History: {counts}, known until {self.until:%Y-%m-%d %H:%M} UTC>"

    def build(self, as_of: Any = None) -> TrainingFrames:
        """Weekly snapshots of open leads, with features and labels by what was known before an instant."""
        at = self._instant(as_of)
        with watched() as progress:
            found = build_training_set(self._known_before(at), at, self.settings, progress)
        moments = pd.to_datetime(found.table.as_of, unit="us", utc=True)
        index = pd.MultiIndex.from_arrays([found.table.lead_id.to_pylist(), moments], names=["lead_id", "as_of"])
        labels = np.where(found.whole.known, found.whole.converted.astype(float), np.nan)
        horizons = [f"{days}d" for days in self.settings.training.horizons_days]
        return TrainingFrames(
            pd.DataFrame(found.whole.matrix, index=index, columns=list(found.features.names)),
            pd.DataFrame(labels, index=index, columns=horizons),
            pd.Series(found.whole.weight, index=index, name="weight"),
        )

    def fit(self, as_of: Any = None, name: str = "leadscore", keep: tuple[str, ...] | list[str] = ()) -> Model:
        """Learn when leads convert, as `leadscore train` does; nothing is registered.

        as_of     use only what was known before this instant; `until` by default.
        keep      attributes to use although they are suspected of leaking.
        Raises    DataError [LS-DATA-01, LS-DATA-02] if nothing can be fitted.
        """
        at = self._instant(as_of)

        def fit(champion: Champion | None) -> FittedModel:
            about = About(model_name(name), tuple(keep), champion)
            with watched() as progress:
                return fit_events(self._known_before(at), at, self.settings, about, progress)

        return fitted_model(fit, self.settings, self.facts)

    def load(self, name: str = "leadscore", version: str | None = None) -> Model:
        """A registered model, ready to score these facts: the champion, or the version named.

        Raises   DataError [LS-MODEL-01, LS-MODEL-03]; OutsideError [LS-REGISTRY-01].
        """
        return loaded_model(self.settings, name, version, self.facts)

    def open_leads(self, as_of: Any = None) -> pd.DataFrame:
        """The leads that are open as of an instant: lead_id and as_of, as `Model.score` takes them."""
        at = self._instant(as_of)
        return pd.DataFrame({"lead_id": open_leads(self.facts, at, self.settings.routing), "as_of": format_instant(at)})

    def _known_before(self, at: int) -> Facts:
        # The properties are here for any version that reads them; training reads, and counts, no more than it needs.
        known = self.facts.known_before(at)
        return known if self.settings.features.reads_properties else known.without_properties()

    def _instant(self, as_of: Any) -> int:
        return parse_instant(str(self.until if as_of is None else as_of)).at


def open_history(home: str | Path | None = None, training: Mapping[str, Any] | None = None) -> History:
    """The facts of an installation.

    home      folder that holds `configs/`, `models/` and `data/`; LEADSCORE_HOME or the current folder by default.
    training  settings of `configs/training.yaml` to change, e.g. `{"max_snapshots": 6_000, "lightgbm": {"trees": 60}}`.
    Raises    DataError [LS-DATA-01] if the store is empty; UsageError [LS-CONFIG-02]; OutsideError [LS-STORE-01].
    """
    settings = adjusted_settings(home, training)
    store = open_store(settings.service.store_url)
    try:
        with watched() as progress:
            facts, until = load_facts(store, None, progress, properties=True), latest_known_at(store, doubt)
    finally:
        store.close()
    return _history(facts, until, settings)


def history_of(
    leads: pd.DataFrame,
    events: pd.DataFrame,
    outcomes: pd.DataFrame,
    attributes: pd.DataFrame | None = None,
    home: str | Path | None = None,
    training: Mapping[str, Any] | None = None,
) -> History:
    """The facts of frames with the columns of the files that `leadscore import` reads; no store is touched.

    home      where `configs/mapping.yaml` and all other settings come from, and where `register` writes to.
    Raises    DataError [LS-FILE-01, LS-FILE-02] for a frame without rows or columns that its kind needs. A bad row is
              no error: `History.imports` counts it and `History.rejected` says why.
    """
    settings = adjusted_settings(home, training)
    frames = {"leads": leads, "attributes": attributes, "events": events, "outcomes": outcomes}
    with watched() as progress:
        taken = import_frames({k: f for k, f in frames.items() if f is not None}, settings.mapping, progress, doubt)
    return _history(taken.facts, taken.until, settings, taken.imports, taken.rejected)


def _history(facts: Facts, until: int | None, settings: Settings, *imported: pd.DataFrame) -> History:
    if until is None:
        raise DataError("LS-DATA-01", found="there are no facts", fix="import leads, events and outcomes first")
    return History(facts, pd.Timestamp(until, unit="us", tz="UTC"), settings, *(imported or (pd.DataFrame(),) * 2))
