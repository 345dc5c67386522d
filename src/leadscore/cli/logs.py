"""What the service logs: one line of JSON for each record, whatever was in the request that caused it.

No line holds the address of a request, which holds the ids of leads, but the route that it belongs to.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from leadscore.api.request_ids import REQUEST_ID


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
            **getattr(record, "fields", {}),
        }
        if name := REQUEST_ID.get():
            line["request_id"] = name
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {"leadscore.access": {"level": "INFO"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
"""Settings for `logging.config.dictConfig`."""
