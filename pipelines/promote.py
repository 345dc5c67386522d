"""Promote the challenger if its evidence allows it: what `leadscore promote` runs, for a schedule."""

from pathlib import Path

from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.promote import Promotion, promote_challenger, roll_back


def promote(home: Path, name: str = "leadscore") -> Promotion:
    """Make the challenger the champion, or say in `reasons` why not; nothing is raised for a refusal.

    home     folder with `configs/`, `models/` and `data/`.
    """
    return promote_challenger(open_settings(home), name)


def rollback(home: Path, name: str = "leadscore") -> Promotion:
    """Make the champion before the present one champion again."""
    return roll_back(open_settings(home), name)
