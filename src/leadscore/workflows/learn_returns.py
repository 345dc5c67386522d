"""When leads that were set aside come back, learnt from a company's own history; it travels with the model version."""

from typing import Any

from leadscore.config.load import Settings
from leadscore.dataset.returns import days_away
from leadscore.domain.lifecycle import REOPENABLE
from leadscore.features.facts import Facts
from leadscore.modeling.returns import return_time


def learn_returns(known: Facts, until: int, settings: Settings) -> dict[str, Any]:
    """`ReturnTime.to_dict()` by outcome, of the outcomes after which enough leads have come back.

    known   the facts known before `until`, epoch microseconds.
    """
    rules = settings.routing
    found = {
        outcome: return_time(
            *days_away(known, outcome, rules.qualification.sql_event_types, until),
            rules.returns.fewest_returns,
            settings.training.seed,
        )
        for outcome in sorted(REOPENABLE)
    }
    return {outcome: each.to_dict() for outcome, each in found.items() if each is not None}
