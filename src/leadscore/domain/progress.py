"""How long work tells that it moves, without knowing who watches."""

from typing import Protocol


class Progress(Protocol):
    """Receives how far a named step has come; the command line draws it as a bar."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note that `done` of `total` parts of `step` are finished."""


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""
