"""At a terminal, who would change grade is shown before anyone says yes."""

import io
from typing import Any

import pytest

from leadscore.cli import promotion
from leadscore.workflows.compare_grades import GradeChanges
from leadscore.workflows.promote import Promotion

from ..company import Company

MOVED = {"lead_id": "l7", "before": "B", "after": "A", "score_before": 60.0, "score_after": 81.0}
CHANGES = GradeChanges(40, 1, {"B to A": 1}, [MOVED], "changes.csv")


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A gate that is passed, and what was done to the champion."""
    done: list[str] = []

    def answer(*_: Any, dry_run: bool = False, compare: bool = True) -> Promotion:
        done.extend([] if dry_run else ["promoted"])
        return Promotion(not dry_run, "2", "1", ["surely better"], True, CHANGES if compare else None)

    monkeypatch.setattr(promotion, "promote_challenger", answer)
    monkeypatch.setattr(promotion, "_rescore", lambda *_: done.append("scored anew"))
    return done


def at_terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(promotion, "at_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))


@pytest.mark.parametrize(("typed", "done"), [("n\n", []), ("y\n", ["promoted", "scored anew"])])
def test_the_leads_that_change_grade_are_shown_before_the_question(
    empty: Company, moved: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, done: list[str]
) -> None:
    at_terminal(monkeypatch, typed)
    answer = empty.run("promote")
    assert answer.code == 0, answer.err
    shown, _, after = answer.out.partition("Make it champion?")
    assert "surely better" in shown
    assert "1 of 40 open leads change grade: 1 B to A" in shown
    assert "l7" in shown
    assert ("is champion now" in after, "Nothing was changed." in after) == (bool(done), not done)
    assert moved == done


@pytest.mark.parametrize("words", [("--yes",), ("--json",)])
def test_with_yes_or_json_nobody_is_asked(
    empty: Company, moved: list[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    at_terminal(monkeypatch, "")
    answer = empty.run("promote", *words)
    assert (answer.code, moved) == (0, ["promoted", "scored anew"])
    assert "Make it champion?" not in answer.out


def test_without_a_terminal_nobody_is_asked(empty: Company, moved: list[str]) -> None:
    answer = empty.run("promote")
    assert (answer.code, moved) == (0, ["promoted", "scored anew"])
    assert "Make it champion?" not in answer.out
