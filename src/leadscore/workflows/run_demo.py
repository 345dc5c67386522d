"""The whole line on a simulated company: files, import, training, promotion, scores."""

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError
from leadscore.domain.progress import Progress
from leadscore.domain.time import DAY_US, SECOND_US, format_instant
from leadscore.registry.connection import Registry, open_registry
from leadscore.registry.versions import forget_champion
from leadscore.simulate.company import simulate_company
from leadscore.simulate.files import write_company
from leadscore.store.engine import Store, open_store
from leadscore.store.history import counts
from leadscore.store.info import SIMULATED, get_info, set_info
from leadscore.store.reset import clear_facts
from leadscore.workflows.import_facts import import_file
from leadscore.workflows.promote import promote_challenger
from leadscore.workflows.register_model import TrainReport
from leadscore.workflows.score_open_leads import score_open_leads
from leadscore.workflows.tell_score import score_document
from leadscore.workflows.train_challenger import train_on_events

_COUNTS = "simulated_counts"
_NAME = "leadscore"
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

    An earlier demo's facts and champion are replaced, so that every demo starts afresh.

    Raises   DataError [LS-DATA-04] if the store holds facts that no demo made; what training and promotion raise.
    """
    store = open_store(settings.service.store_url)
    registry = open_registry(settings.service.tracking_uri, settings.service.models_folder)
    _make_room(store, registry, settings)
    today = int(time.time()) * SECOND_US // DAY_US * DAY_US
    company = simulate_company(leads, seed, days=_DAYS, start=format_instant(today - _DAYS * DAY_US)[:10])
    set_info(store, SIMULATED, f"{leads} leads, seed {seed}")
    files = write_company(company, settings.service.data_folder / "simulated")
    _import(store, files, settings, progress)
    set_info(store, _COUNTS, json.dumps(counts(store)))
    training = train_on_events(settings, _NAME, None, progress)
    promotion = promote_challenger(settings, _NAME)
    scores = score_open_leads(settings, _NAME, today, progress) if promotion.promoted else []
    return DemoReport(company.summary(), training, promotion.promoted, [score_document(each) for each in scores[:10]])


def _make_room(store: Store, registry: Registry, settings: Settings) -> None:
    if get_info(store, SIMULATED) is not None and get_info(store, _COUNTS) == json.dumps(counts(store)):
        clear_facts(store)
        forget_champion(registry, _NAME)
        shutil.rmtree(settings.service.models_folder / _NAME, ignore_errors=True)
    elif any(counts(store).values()):
        raise DataError(
            "LS-DATA-04",
            found="the store holds facts that no demo made, or an unfinished demo; a demo would delete them",
            fix="run it elsewhere: LEADSCORE_HOME=/tmp/leadscore-demo leadscore demo; or delete the store yourself",
        )


def _import(store: Store, files: dict[str, Path], settings: Settings, progress: Progress) -> None:
    folder = settings.service.data_folder / "dead-letters"
    now = int(time.time() * SECOND_US)
    for kind in _KINDS:
        import_file(store, kind, files[kind], type(settings.mapping)(), folder, now, progress)
