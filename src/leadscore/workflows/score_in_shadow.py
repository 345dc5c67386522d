"""Let the challenger answer what the champion has answered, off the path of answers, and keep it to judge by."""

import logging
import math
import time

from leadscore.config.routing import RoutingConfig
from leadscore.domain.errors import LeadscoreError
from leadscore.domain.score import Score
from leadscore.domain.time import SECOND_US
from leadscore.modeling.artifact import ModelArtifact
from leadscore.scoring.scorer import RowScore
from leadscore.store.engine import Store
from leadscore.store.shadow_scores import (
    GivenScore,
    ShadowScore,
    answered_until,
    save_shadow_scores,
    scores_without_shadow,
)
from leadscore.workflows.score_lead import ScoringService

_LOG = logging.getLogger("leadscore.models")
_AT_ONCE = 50
# A score may be committed after others that were saved later.
_OVERLAP = 10 * SECOND_US


class ShadowScoring:
    """Scores in shadow what is stored from when a challenger comes into use, also by other processes.

    store    where scores are read, and what the challenger answers is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._scoring: ScoringService | None = None
        self._since = 0

    @property
    def artifact(self) -> ModelArtifact | None:
        """The challenger that scores."""
        scoring = self._scoring
        return None if scoring is None else scoring.artifact

    def use(self, artifact: ModelArtifact | None) -> None:
        """Score with this challenger from now on; one that was in use before goes on where it stopped.

        Raises   DataError [LS-MODEL-02] if it cannot be used; OutsideError [LS-STORE-01].
        """
        if artifact is None:
            self._scoring = None
            return
        scoring = ScoringService(artifact, RoutingConfig(), self._store)
        until = answered_until(self._store, artifact.version)
        self._since = _now() if until is None else until - _OVERLAP
        self._scoring = scoring

    def work(self) -> bool:
        """Answer some of the stored scores that the challenger has not answered yet.

        Returns  whether more may wait. Nothing is raised: what goes wrong is logged, or kept with the score.
        """
        scoring = self._scoring
        if scoring is None or scoring.artifact is None:
            return False
        version = scoring.artifact.version
        try:
            given = scores_without_shadow(self._store, version, self._since, _AT_ONCE)
            if given:
                save_shadow_scores(self._store, version, [_answer(scoring, each) for each in given], _now())
                self._since = max(self._since, given[-1].saved_at - _OVERLAP)
        except LeadscoreError as error:
            _LOG.warning("scoring in shadow waits: %s", error)
            return False
        except Exception:
            _LOG.exception("scoring in shadow waits")
            return False
        return len(given) == _AT_ONCE


def _answer(scoring: ScoringService, given: GivenScore) -> ShadowScore:
    try:
        found = _row_score(scoring, given)
    except LeadscoreError as error:
        return ShadowScore(given, problem=error.code)
    except Exception:
        _LOG.exception("a challenger cannot score")
        return ShadowScore(given, problem="LS-INTERNAL-01")
    return ShadowScore(given, found.p_convert, found.score, found.grade)


def _row_score(scoring: ScoringService, given: GivenScore) -> RowScore | Score:
    scorer = scoring.scorer
    if scorer is None or given.features != scorer.artifact.features.fingerprint:
        return scoring.score_of(given.lead_id, given.as_of)
    values = (given.feature_values[name] for name in scorer.artifact.features.names)
    return scorer.score_row([math.nan if value is None else value for value in values])


def _now() -> int:
    return time.time_ns() // 1_000
