"""A stand-in for reading: an export is one file that says which version it holds, or that it is damaged."""

import logging
import shutil
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.errors import DataError
from leadscore.workflows import follow_export
from leadscore.workflows.follow_export import ExportedModel


@dataclass(frozen=True)
class Version:
    version: str


class Shelf:
    """An export folder, the model that follows it, and how often it was read."""

    def __init__(self, folder, **options):
        self.folder, self.used, self.reads = folder, [], 0
        self.model = ExportedModel(folder, folder, self.used.append, **options)

    def read(self, folder, _home):
        self.reads += 1
        if not folder.exists():
            return None
        text = (folder / "model").read_text()
        if text == "fault":
            raise RuntimeError("a fault of ours")
        if not text.isdigit():
            raise DataError("LS-MODEL-02", found=f"{text} model")
        return Version(text)

    def export(self, text):
        fresh = self.folder.with_name("fresh")
        fresh.mkdir(parents=True)
        (fresh / "model").write_text(text)
        shutil.rmtree(self.folder, ignore_errors=True)
        fresh.rename(self.folder)

    @property
    def version(self):
        return self.model.in_use and self.model.in_use.version

    def look(self, times):
        for _ in range(times):
            self.model.follow()


@pytest.fixture
def make(tmp_path, monkeypatch):
    def made(**options):
        shelf = Shelf(tmp_path / "champion", **options)
        monkeypatch.setattr(follow_export, "read_champion", shelf.read)
        return shelf

    return made


@pytest.fixture
def shelf(make):
    return make()


def test_what_is_exported_is_used_once_it_has_rested_from_one_look_to_the_next(shelf):
    shelf.export("1")
    shelf.look(1)
    assert (shelf.version, shelf.reads) == (None, 0)
    shelf.look(5)
    assert (shelf.version, shelf.reads, shelf.used) == ("1", 1, [Version("1")])


def test_an_export_that_is_copied_file_by_file_is_waited_for(shelf):
    shelf.export("damaged")
    for number in range(5):
        shelf.look(1)
        (shelf.folder / str(number)).touch()
    assert shelf.reads == 0


def test_a_damaged_export_is_told_and_not_tried_again_until_it_changes(shelf, caplog):
    shelf.export("1")
    shelf.look(2)
    shelf.export("damaged")
    with caplog.at_level(logging.ERROR, "leadscore.models"):
        shelf.look(10)
    assert (shelf.version, shelf.reads) == ("1", 2)
    assert "damaged model" in shelf.model.problem
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "champion is not in use: [LS-MODEL-02] damaged model"
    ]
    shelf.export("2")
    shelf.look(2)
    assert (shelf.version, shelf.reads, shelf.model.problem) == ("2", 3, None)


def test_a_fault_of_ours_does_not_end_the_looking(shelf):
    shelf.export("fault")
    shelf.look(3)
    shelf.export("1")
    shelf.look(2)
    assert shelf.version == "1"


def test_what_is_asked_for_is_read_again_even_if_it_has_not_changed(shelf):
    shelf.export("1")
    shelf.model.reload()
    shelf.model.reload()
    assert shelf.reads == 2
    shelf.look(3)
    assert shelf.reads == 2


def test_a_model_that_cannot_be_put_to_use_leaves_the_old_one(make):
    def use(model):
        if model.version == "2":
            raise DataError("LS-MODEL-02", found="no table of scores")

    shelf = make()
    shelf.model._use = use
    shelf.export("1")
    shelf.look(2)
    shelf.export("2")
    shelf.look(2)
    assert shelf.version == "1"
    assert "no table of scores" in shelf.model.problem


@pytest.mark.parametrize(("goes_on", "version"), [(True, "1"), (False, None)])
def test_a_champion_stays_when_its_export_is_gone_and_a_challenger_goes(make, goes_on, version):
    shelf = make(goes_on=goes_on)
    shelf.export("1")
    shelf.look(2)
    shutil.rmtree(shelf.folder)
    shelf.look(3)
    assert shelf.version == version
    assert shelf.model.problem is None
    if goes_on:
        with pytest.raises(DataError, match="version 1 stays in use"):
            shelf.model.reload()


STEPS = st.lists(st.sampled_from(["look", "good", "damaged", "gone"]), max_size=25)


@given(STEPS)
def test_in_use_is_the_last_good_export_that_rested_and_each_export_is_tried_once(tmp_path_factory, steps):
    shelf = Shelf(tmp_path_factory.mktemp("any") / "champion")
    exported, tried, expected, looked = 0, set(), None, None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow_export, "read_champion", shelf.read)
        for step in steps:
            if step == "look":
                shelf.model.follow()
                if exported and looked == exported and exported not in tried and shelf.folder.exists():
                    tried.add(exported)
                    text = (shelf.folder / "model").read_text()
                    expected = text if text.isdigit() else expected
                looked = exported if shelf.folder.exists() else None
            elif step == "gone":
                shutil.rmtree(shelf.folder, ignore_errors=True)
            else:
                exported += 1
                shelf.export(str(exported) if step == "good" else "damaged")
            assert (shelf.version, shelf.reads) == (expected, len(tried))
