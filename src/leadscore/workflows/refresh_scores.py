"""Score leads again because something happened, or because nothing did for long, and keep what is worth keeping."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadscore.domain.errors import DataError, LeadscoreError
from leadscore.domain.time import DAY_US
from leadscore.store.engine import Store, writing
from leadscore.store.freshness import Looked, forget_looked, mark_looked
from leadscore.store.scores import ScoreRow, latest_score, looked, store_scores
from leadscore.workflows.score_lead import ScoringService

_LOG = logging.getLogger("leadscore.freshness")
_AGED_KEPT_US = 7 * DAY_US


@dataclass(frozen=True)
class Refresh:
    """What looking at some leads gave; nothing of it is stored yet.

    rows      scores that say something else than the stored ones.
    same      leads of which the stored score still holds.
    gone      ids that are no lead of their own: they are erased, or belong to somebody else by now.
    now       when it was looked, epoch microseconds.
    cause     one of `store.scores.CAUSES`.
    """

    rows: Sequence[ScoreRow]
    same: Sequence[Looked]
    gone: Sequence[str]
    now: int
    cause: str


def look_again(
    scoring: ScoringService,
    store: Store,
    lead_ids: Sequence[str],
    now: int,
    cause: str,
    after_each: Callable[[], None] = lambda: None,
) -> Refresh:
    """Score leads from what is known now, and tell what is new; nothing is stored.

    after_each  called after each lead: scoring many must not keep others from the processor.
    Raises      DataError [LS-MODEL-01] without a champion; OutsideError [LS-STORE-01] if the store does not answer.
    """
    one = scoring.pinned()
    rows: list[ScoreRow] = []
    same: list[Looked] = []
    gone: list[str] = []
    for lead_id in lead_ids:
        found = _scored(one, lead_id, now)
        if found is None or _lead_of(found) != lead_id:
            gone.append(lead_id)
        if isinstance(found, Looked):
            same.append(found)
        elif found is not None:
            stored = latest_score(store, _lead_of(found))
            if _is_news(found, stored, cause):
                rows.append(found)
            else:
                same.append(looked(found, now))
        after_each()
    return Refresh(rows, same, gone, now, cause)


def _lead_of(found: ScoreRow | Looked) -> str:
    return found.lead_id if isinstance(found, Looked) else str(found.score.lead_id)


def _scored(scoring: ScoringService, lead_id: str, now: int) -> ScoreRow | Looked | None:
    """The score of a lead now; None if there is no such lead, a mere look if it cannot be scored."""
    try:
        return scoring.scored_row(lead_id, now)
    except DataError as error:
        if error.code == "LS-LEAD-01":
            return None
        if error.code == "LS-MODEL-01":
            raise
    except LeadscoreError:
        raise
    except Exception:
        # One lead that cannot be scored must not keep the others waiting.
        _LOG.exception("a lead could not be scored again")
    return Looked(lead_id, now, is_open=False)


def keep(store: Store, found: Refresh) -> None:
    """Store what `look_again` found in one transaction; of people erased meanwhile nothing is stored.

    Raises   OutsideError [LS-STORE-01].
    """
    with writing(store) as connection:
        store_scores(connection, found.rows, found.now, found.cause)
        mark_looked(connection, found.same)
        forget_looked(connection, found.gone)


def _is_news(row: ScoreRow, stored: Mapping[str, Any] | None, cause: str) -> bool:
    """Whether a score is worth a row of history beside the stored one.

    One of a silent lead changes a little every day: it is, if people would be told something else, or after a week.
    """
    if stored is None:
        return True
    score = row.score
    told = (score.grade, score.temperature, score.lifecycle, score.decision.route, score.decision.queue)
    before = tuple(stored[name] for name in ("grade", "temperature", "lifecycle"))
    before += (stored["decision"]["route"], stored["decision"]["queue"])
    if told != before or asdict(score.versions) != stored["versions"]:
        return True
    if cause == "ageing":
        aged: int = score.as_of - stored["as_of"]
        return aged > _AGED_KEPT_US or round(score.score) != round(stored["score"])
    values = {name: None if math.isnan(value) else value for name, value in row.feature_values.items()}
    return bool(values != stored["feature_values"])
