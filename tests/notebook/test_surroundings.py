"""Progress is drawn below the cell in Jupyter, and told as the command line tells it elsewhere."""

import sys
from types import SimpleNamespace

import pytest

from leadscore.notebook.surroundings import jupyter_progress, watched


class Display:
    """What IPython.display offers, with a memory."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def HTML(self, text: str) -> str:
        return text

    def display(self, text: str, display_id: bool) -> SimpleNamespace:
        assert display_id
        self.drawn.append(text)
        return SimpleNamespace(update=self.drawn.append)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Display:
    shown = Display()
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    return shown


def test_bars_are_drawn_once_and_then_renewed_when_they_have_moved(display: Display) -> None:
    with watched() as progress:
        for done in range(1, 1_001):
            progress("features", done, 1_000)
        progress("<b>", 1, 1)
    assert 100 <= len(display.drawn) <= 103
    assert 'value="1000" max="1000"' in display.drawn[-1]
    assert "&lt;b&gt; 1/1" in display.drawn[-1]


def test_outside_of_a_notebook_progress_goes_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert jupyter_progress() is None
    with watched() as progress:
        progress("features", 1, 1)
    assert capsys.readouterr().out == ""


def test_a_plain_ipython_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace())
    assert jupyter_progress() is None
