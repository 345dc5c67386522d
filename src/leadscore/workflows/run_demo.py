"""The whole line on a simulated company: files, import, training, promotion, scores."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.domain.time import DAY_US, SECOND_US, format_instant
from leadscore.simulate.company import simulate_company
from leadscore.simulate.files import write_company
from leadscore.store.engine import Store, open_store
from leadscore.store.history import counts
from leadscore.store.info import get_info, set_info
from leadscore.store.reset import clear_facts
from leadscore.workflows.import_facts import import_file
from leadscore.workflows.promote import promote_challenger
from leadscore.workflows.register_model import TrainReport
from leadscore.workflows.score_lead import score_document
from leadscore.workflows.score_open_leads import score_open_leads
from leadscore.workflows.train_challenger import train_on_events

SIMULATED = "simulated"
_DAYS = 1_460
_KINDS = ("leads", "attributes", "events", "outcomes")


@dataclass(frozen=True)
class DemoReport:
    """What the demo made, all of it simulated."""

    company: dict[str, Any]
    training: TrainReport
    promoted: bool
    hottest: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line."""
        return {
            "simulated": True,
            "company": self.company,
            "training": self.training.to_dict(),
            "promoted": self.promoted,
            "hottest": self.hottest,
        }


def run_demo(settings: Settings, leads: int, seed: int, progress: Progress) -> DemoReport:
    """Simulate, import, train, promote and score; the simulated history ends with yesterday.

    Raises   DataError [LS-DATA-04] if the store holds facts that no demo made; what training and promotion raise.
    """
    store = open_store(settings.service.store_url)
    _make_room(store)
    today = int(time.time()) * SECOND_US // DAY_US * DAY_US
    company = simulate_company(leads, seed, days=_DAYS, start=format_instant(today - _DAYS * DAY_US)[:10])
    set_info(store, SIMULATED, f"{leads} leads, seed {seed}")
    files = write_company(company, settings.service.data_folder / "simulated")
    _import(store, files, settings, progress)
    training = train_on_events(settings, "leadscore", None, progress)
    promotion = promote_challenger(settings, "leadscore")
    scores = score_open_leads(settings, "leadscore", today, progress) if promotion.promoted else []
    return DemoReport(company.summary(), training, promotion.promoted, [score_document(each) for each in scores[:10]])


def _make_room(store: Store) -> None:
    if get_info(store, SIMULATED) is not None:
        clear_facts(store)
    elif any(counts(store).values()):
        raise DataError(
            "LS-DATA-04",
            found="the store holds real facts, which a demo would mix with simulated ones",
            fix="run it elsewhere: LEADSCORE_HOME=/tmp/leadscore-demo leadscore demo",
        )


def _import(store: Store, files: dict[str, Path], settings: Settings, progress: Progress) -> None:
    folder = settings.service.data_folder / "dead-letters"
    now = int(time.time() * SECOND_US)
    for kind in _KINDS:
        import_file(store, kind, files[kind], type(settings.mapping)(), folder, now, progress)
