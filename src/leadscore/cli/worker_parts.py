"""What the process that keeps workers needs of the service; imported once it is known where they share figures."""

from leadscore.api.metrics import forget_process
from leadscore.cli.drain import deafen
from leadscore.cli.logs import LOGGING
from leadscore.cli.server import announce, answer_on

__all__ = ["LOGGING", "announce", "answer_on", "deafen", "forget_process"]
