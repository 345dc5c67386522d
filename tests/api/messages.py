"""Tracking messages as deliveries."""

import json

from leadscore.ingest.envelope import MAX_MESSAGE_BYTES
from leadscore.workflows.receive_events import Delivery, read_delivery


def delivery(message: dict, received_at: int) -> Delivery:
    """A message as a request brings it."""
    return read_delivery(json.dumps(message).encode(), received_at, None, MAX_MESSAGE_BYTES)
