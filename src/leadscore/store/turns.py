"""Which of several processes does what one of them is enough for."""

from contextlib import suppress
from typing import Any

from sqlalchemy import exc

from leadscore.store.engine import Store, told_as_outside


class Turn:
    """A task that one process at a time has; it has it until it ends or gives it back.

    store    on SQLite there is one service only, which has every turn.
    task     a number of its own for each task.
    """

    def __init__(self, store: Store, task: int) -> None:
        self._store, self._task = store, task
        self._connection: Any = None

    def mine(self) -> bool:
        """Whether this process has the turn; it takes it if nobody else does.

        Raises   OutsideError [LS-STORE-01]; the turn is lost then.
        """
        if self._store.dialect == "sqlite":
            return True
        with told_as_outside(self._store):
            try:
                return self._holds() or self._takes()
            except exc.DBAPIError:
                self.give_back()
                raise

    def give_back(self) -> None:
        """Let another process have it."""
        if self._connection is None:
            return
        with suppress(exc.DBAPIError):
            # The server notices a closed connection only some time later.
            self._connection.exec_driver_sql("SELECT pg_advisory_unlock(%(task)s)", {"task": self._task})
        self._connection.close()
        self._connection = None

    def _holds(self) -> bool:
        # A lock ends with its connection, so that nobody waits for a process that is gone.
        return self._connection is not None and bool(self._connection.exec_driver_sql("SELECT 1").scalar())

    def _takes(self) -> bool:
        self._connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()
        taken = self._connection.exec_driver_sql("SELECT pg_try_advisory_lock(%(task)s)", {"task": self._task}).scalar()
        if not taken:
            self.give_back()
        return bool(taken)
