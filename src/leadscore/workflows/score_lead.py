"""Score one lead as of an instant, by the code that also scores live, and keep the answer when asked to."""

import copy
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadscore.config.routing import RoutingConfig
from leadscore.domain.errors import DataError
from leadscore.domain.score import Score, Versions
from leadscore.domain.time import format_instant
from leadscore.domain.visibility import Fact
from leadscore.features.online import LeadHistory, OnlineFeatures
from leadscore.features.table_columns import table_row
from leadscore.modeling.artifact import ModelArtifact
from leadscore.routing.qualify import attributes_as_of, policy_fingerprint, qualify
from leadscore.scoring.scorer import RowScore, Scorer
from leadscore.store.account_events import load_account_events
from leadscore.store.engine import Store
from leadscore.store.history import load_history
from leadscore.store.scores import ScoreRow, latest_score, save_scores
from leadscore.workflows.tell_score import score_document, stored_document


class _Model:
    """A verified version with all that scoring derives from it once."""

    def __init__(self, artifact: ModelArtifact) -> None:
        self.artifact = artifact
        self.online = OnlineFeatures(artifact.features)
        self.scorer = Scorer(artifact)

    def row(self, history: LeadHistory, as_of: int) -> list[float]:
        """Feature values of a lead; of a model of a flat table, its attributes are the cells of a row."""
        if self.artifact.manifest["kind"] != "table":
            return self.online.row(history, as_of)
        cells = {"created_at": format_instant(history.created_at), **attributes_as_of(history, as_of)}
        return table_row(cells, self.artifact.features)


class ScoringService:
    """Scores leads with the model in use, which can be exchanged while it works; safe to share between threads.

    artifact   the champion; None if there is none yet.
    routing    the policy that turns a score into a decision.
    store      where histories are read and scores kept; None for scoring that keeps nothing.
    """

    def __init__(self, artifact: ModelArtifact | None, routing: RoutingConfig, store: Store | None = None) -> None:
        self._store, self._routing = store, routing
        self._policy = policy_fingerprint(routing)
        self._model = None if artifact is None else _Model(artifact)

    @property
    def artifact(self) -> ModelArtifact | None:
        """The model version in use."""
        model = self._model
        return None if model is None else model.artifact

    @property
    def scorer(self) -> Scorer | None:
        """The scorer of the model version in use."""
        model = self._model
        return None if model is None else model.scorer

    def use(self, artifact: ModelArtifact | None) -> None:
        """Exchange the model; scores that are being computed finish with the one they began with."""
        self._model = None if artifact is None else _Model(artifact)

    def pinned(self) -> "ScoringService":
        """One that stays with the model in use now: for answers that need it more than once."""
        return copy.copy(self)

    def score(self, history: LeadHistory, as_of: int, *, shapley: bool = False) -> Score:
        """The score of a lead from what was known before an instant; nothing is stored, its decision is advice.

        as_of     epoch microseconds, UTC.
        shapley   whether the reasons tell Shapley values, which take long, instead of path attributions.
        Raises    DataError [LS-MODEL-01] without a champion; [LS-LEAD-01] if the lead did not exist then;
                  [LS-DATA-03] if it lacks an attribute that a model of a flat table reads.
        """
        return self._scored(history, as_of, shapley=shapley).score

    def score_and_store(
        self, history: LeadHistory, as_of: int, now: int, cause: str = "given", *, shapley: bool = False
    ) -> Score:
        """`score`, stored with its feature values and its decision, which gets an id.

        now       epoch microseconds at which it is stored.
        cause     one of `store.scores.CAUSES`.
        """
        row = self._scored(history, as_of, shapley=shapley)
        (decision_id,) = save_scores(self._stored_in(), [row], now, cause)
        return replace(row.score, decision=replace(row.score.decision, id=decision_id))

    def score_of(self, lead_id: str, as_of: int) -> Score:
        """The score of a stored lead as of an instant; nothing is stored.

        lead_id   any id of a person; the answer names the one that the person goes by.
        Raises    DataError [LS-LEAD-01] if the lead is unknown or did not exist then.
        """
        return self.scored_row(lead_id, as_of).score

    def scored_row(self, lead_id: str, as_of: int) -> ScoreRow:
        """`score_of` together with the feature values that it rests on."""
        one = self.pinned()
        return one._scored(one._with_account(one._history(lead_id, as_of), as_of), as_of)

    def current(self, lead_id: str, now: int) -> dict[str, Any]:
        """The latest stored score of a lead; computed and stored first if there is none or facts have changed since.

        Returns   the JSON form of a Score.
        Raises    DataError [LS-LEAD-01] if the lead is unknown.
        """
        one = self.pinned()
        history = load_history(self._stored_in(), lead_id, now)
        held = one._held(lead_id, history, now)
        if held is not None or history is None:
            return held or {}
        history = one._with_account(history, now)
        return score_document(one.score_and_store(history, now, now, "request"))

    def held(self, lead_id: str, now: int) -> dict[str, Any] | None:
        """What `current` gives if it need not be stored first, otherwise None; nothing is written."""
        return self.pinned()._held(lead_id, load_history(self._stored_in(), lead_id, now), now)

    def _held(self, lead_id: str, history: LeadHistory | None, now: int) -> dict[str, Any] | None:
        stored = latest_score(self._stored_in(), lead_id if history is None else str(history.lead_id))
        if history is None and stored is None:
            raise _unknown(lead_id)
        still = history is None or (stored is not None and (self._model is None or self._holds(stored, history, now)))
        return stored_document(stored or {}) if still else None

    def _holds(self, stored: Mapping[str, Any], history: LeadHistory, now: int) -> bool:
        """Whether a stored score is still what the facts say, those that were recorded late included."""
        at = stored["as_of"]
        if history.created_at > at:
            return False
        others = self._with_account(history, now).account_events or ()
        facts: tuple[Fact, ...] = (*history.attributes, *history.events, *history.outcomes, *others)
        if any(at <= fact.known_at < now for fact in facts):
            return False
        history = self._with_account(history, at)
        again = self._scored(history, at)
        if again.score.lifecycle != stored["lifecycle"] and history.outcomes:
            return False
        if again.score.versions.features != stored["versions"]["features"]:
            return True
        values = {name: None if math.isnan(value) else value for name, value in again.feature_values.items()}
        return bool(values == stored["feature_values"])

    def _scored(self, history: LeadHistory, as_of: int, *, shapley: bool = False) -> ScoreRow:
        model = self._model
        if model is None:
            raise DataError(
                "LS-MODEL-01", found="no model has been promoted yet", fix="leadscore train, then leadscore promote"
            )
        if history.created_at > as_of:
            found = f"lead {history.lead_id!r} was created at {format_instant(history.created_at)}, after as_of"
            raise DataError("LS-LEAD-01", found=found, fix="ask for a later instant")
        values = model.row(history, as_of)
        row = model.scorer.score_row(values, shapley=shapley)
        score = assemble_score(model.artifact, history, as_of, row, self._routing, self._policy)
        return ScoreRow(score, dict(zip(model.artifact.features.names, values, strict=True)))

    def _with_account(self, history: LeadHistory, as_of: int) -> LeadHistory:
        """The history together with what other leads of the account did, if the model asks for it."""
        model = self._model
        if model is None or history.lead_id is None or not model.artifact.features.reads_accounts:
            return history
        features = model.artifact.features
        others = load_account_events(
            self._stored_in(), history, features.account_attribute, as_of, respect_consent=features.respect_consent
        )
        return replace(history, account_events=others)

    def _history(self, lead_id: str, as_of: int) -> LeadHistory:
        history = load_history(self._stored_in(), lead_id, as_of)
        if history is None:
            raise _unknown(lead_id)
        return history

    def _stored_in(self) -> Store:
        if self._store is None:
            raise RuntimeError("this scoring service was made without a store")
        return self._store


def assemble_score(
    artifact: ModelArtifact,
    history: LeadHistory,
    as_of: int,
    row: RowScore,
    routing: RoutingConfig,
    policy: str,
) -> Score:
    """The whole answer about a lead: the model's part of it, and what the policy makes of that.

    history   the lead's facts; of those known before as_of, at least the ones that routing rules look at.
    policy    fingerprint of `routing`; callers compute it once, since it takes as long as deciding.
    """
    qualified = qualify(history, as_of, row, routing, artifact.manifest.get("returns", {}))
    return Score(
        lead_id=history.lead_id,
        as_of=as_of,
        p_convert=row.p_convert,
        interval=row.interval,
        score=row.score,
        grade=row.grade,
        temperature=qualified.temperature,
        lifecycle=qualified.lifecycle,
        reasons=row.reasons,
        decision=qualified.decision,
        versions=Versions(artifact.version, artifact.features.fingerprint, policy),
    )


def _unknown(lead_id: str) -> DataError:
    return DataError("LS-LEAD-01", found=f"lead {lead_id!r} is unknown", fix="check the id, or import the lead first")
