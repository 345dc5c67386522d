"""Keep what is exported in use: read it when asked to, or when it has changed, and keep the old one if that fails."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from leadscore.domain.errors import DataError, LeadscoreError
from leadscore.modeling.artifact import ModelArtifact
from leadscore.workflows.reload_champion import read_champion

_LOG = logging.getLogger("leadscore.models")

_Identity = frozenset[tuple[str, int, int, int]]


class ExportedModel:
    """The model of one export folder; safe to share between threads.

    folder       e.g. `models/leadscore/champion`.
    home         folder of the installation.
    use          is given each model that comes into use; None when none is exported any more.
    goes_on      whether a model stays in use when its folder is gone: it is, for a moment, while it is exchanged.

    in_use       the model in use; None if there is none.
    problem      why what is exported is not in use; None if it is, or if nothing is exported.
    """

    def __init__(
        self, folder: Path, home: Path, use: Callable[[ModelArtifact | None], None], *, goes_on: bool = True
    ) -> None:
        self.folder, self._home, self._use, self._goes_on = folder, home, use, goes_on
        self.in_use: ModelArtifact | None = None
        self.problem: str | None = None
        self._tried: _Identity = frozenset()
        self._seen: _Identity = frozenset()
        self._one_at_a_time = threading.Lock()

    def reload(self) -> ModelArtifact | None:
        """Put to use what is exported now; if that fails, the present model stays in use.

        Raises   DataError [LS-MODEL-02] if it is damaged, does not fit, or is gone.
        """
        with self._one_at_a_time:
            self._tried = _identity(self.folder)
            try:
                fresh = read_champion(self.folder, self._home)
                if fresh is None and self._goes_on and self.in_use is not None:
                    raise self._gone(self.in_use.version)
                self._use(fresh)
            except LeadscoreError as error:
                self.problem = str(error)
                _LOG.error("%s is not in use: %s", self.folder.name, error)
                raise
            self.in_use, self.problem = fresh, None
            return fresh

    def follow(self) -> None:
        """Reload if the export has changed since it was last tried, and rests; to be called about every second.

        A damaged export is tried once. Nothing is raised.
        """
        before, self._seen = self._seen, _identity(self.folder)
        changed = self._seen != self._tried and bool(self._seen or not self._goes_on)
        # Files that are copied one by one are waited for.
        if changed and self._seen == before:
            try:
                self.reload()
            except LeadscoreError:
                pass  # told in `problem` and in the log
            except Exception:
                _LOG.exception("%s could not be read", self.folder.name)

    def _gone(self, version: str) -> DataError:
        found = f"no {self.folder.name} is exported at the moment; version {version} stays in use"
        fix = "reload again once leadscore promote or rollback has ended"
        return DataError("LS-MODEL-02", where=str(self.folder), found=found, fix=fix)


def _identity(folder: Path) -> _Identity:
    """What tells one export from another without reading it; empty if there is none."""
    try:
        stats = [(path.name, path.stat()) for path in folder.iterdir()]
    except OSError:
        return frozenset()
    return frozenset((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
