"""What the service logs: one line of JSON for each record, whatever was in the request that caused it.

There is no log of accesses: their addresses hold the ids of leads. Faults name the route instead.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    r"""A record as one line; line breaks, escapes of terminals and all else that is no plain ASCII come out escaped.

    >>> record = logging.LogRecord("leadscore", logging.ERROR, "", 0, "a\nb", None, None)
    >>> JsonLines().format(record).count("\n")
    0
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
"""Settings for `logging.config.dictConfig`."""
