"""Promote the challenger if its evidence allows it: what `leadscore promote` runs, for a schedule."""

from pathlib import Path

from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.promote import Promotion, promote_challenger, roll_back


def promote(home: Path, name: str = "leadscore", *, dry_run: bool = False) -> Promotion:
    """Make the challenger the champion, or say in `reasons` why not; nothing is raised for a refusal.

    home     folder with `configs/`, `models/` and `data/`.
    dry_run  only tell what would happen; `grade_changes` lists the open leads whose grade would change.
    """
    return promote_challenger(open_settings(home), name, dry_run=dry_run)


def rollback(home: Path, name: str = "leadscore") -> Promotion:
    """Make the champion before the present one champion again."""
    return roll_back(open_settings(home), name)
