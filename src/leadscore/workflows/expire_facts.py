"""Keep nothing longer than `retention_days` in `configs/service.yaml` allows."""

from dataclasses import dataclass
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.errors import OutsideError
from leadscore.domain.time import DAY_US, SECOND_US
from leadscore.store.engine import Store
from leadscore.store.erasure import empty_log
from leadscore.store.retention import delete_expired


@dataclass(frozen=True)
class Expiry:
    """How many rows by table, and how many dead-letter files, were too old."""

    rows: dict[str, int]
    files: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer of the command line."""
        return vars(self).copy()


def expire(settings: Settings, store: Store, now: int) -> Expiry:
    """Delete what is older than the configuration allows; a dead-letter file is as old as its last change.

    now      epoch microseconds.
    Raises   OutsideError [LS-STORE-01, LS-FILE-01].
    """
    days = settings.service.retention_days
    rows = delete_expired(store, days.model_dump(), now)
    if rows:
        empty_log(store)
    if days.dead_letters is None:
        return Expiry(rows, 0)
    return Expiry(rows, _delete_files(settings, (now - days.dead_letters * DAY_US) / SECOND_US))


def _delete_files(settings: Settings, before: float) -> int:
    files = 0
    for path in sorted((settings.service.data_folder / "dead-letters").glob("*")):
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                files += 1
        except OSError as error:
            raise OutsideError("LS-FILE-01", where=str(path), found=f"it cannot be deleted: {error}") from error
    return files
