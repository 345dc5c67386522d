"""The search for settings: it begins with those in use, gives hopeless ones up, goes on later, finds better ones."""

import math

import pytest

from leadscore.config.training import LightGbmConfig
from leadscore.modeling.tuning import RANGES, Search, search_settings

START = LightGbmConfig()


def losses(config):
    """Best at a learning rate of 0.1 and 20 leaves; a little worse on the second fold."""
    loss = math.log(config.learning_rate / 0.1) ** 2 + ((config.leaves - 20) / 20) ** 2
    yield 1 + loss
    yield 1.1 + loss


@pytest.fixture
def search(tmp_path):
    return Search("facts-recipe", tmp_path / "models/tuning.db", START, 1)


def test_the_settings_in_use_are_tried_first_and_kept_if_nothing_beats_them(search):
    found = search_settings(search, losses, seconds=1, trials=1)
    assert (found.settings, found.loss, found.tried) == (START, found.start_loss, 1)
    assert found.loss == pytest.approx(sum(losses(START)) / 2)


def test_better_settings_are_found_within_bounds_and_can_be_written_down(search):
    found = search_settings(search, losses, seconds=60, trials=14)
    assert found.loss < found.start_loss - 0.1
    assert found.loss == pytest.approx(sum(losses(found.settings)) / 2)
    for name, (low, high, _) in RANGES.items():
        assert low <= getattr(found.settings, name) <= high
        assert len(f"{getattr(found.settings, name)}") <= 6
    assert found.settings.trees_on_few_data == max(1, found.settings.trees // 2)
    assert found.settings.max_bin == START.max_bin


def test_settings_that_are_worse_than_most_on_the_first_folds_are_given_up(search):
    folds_seen = []

    def counted(config):
        for fold, loss in enumerate(losses(config)):
            folds_seen.append(fold)
            yield loss

    found = search_settings(search, counted, seconds=60, trials=14)
    assert found.pruned > 0
    assert found.tried == 14
    assert folds_seen.count(1) == found.tried - found.pruned


def test_a_search_goes_on_where_it_stopped(search):
    heard = []
    first = search_settings(search, losses, seconds=60, trials=3, after_each=lambda: heard.append(1))
    second = search_settings(search, losses, seconds=60, trials=3, after_each=lambda: heard.append(1))
    assert (first.tried, second.tried, len(heard)) == (3, 6, 6)
    assert second.loss <= first.loss
    other = Search("other facts", search.storage, START, 1)
    assert search_settings(other, losses, seconds=1, trials=1).tried == 1


def test_the_best_without_a_fold_owes_nothing_to_it(search):
    def torn(config):
        """The first fold likes many leaves, the other two few."""
        yield 1 + (32 - config.leaves) / 10
        yield 1 + config.leaves / 10
        yield 1 + config.leaves / 10

    found = search_settings(search, torn, seconds=60, trials=12)
    assert found.without[0].leaves <= found.settings.leaves <= found.without[1].leaves
    assert found.without[0] != found.without[1]
    assert found.without[1] == found.without[2]


def test_the_start_is_best_without_any_fold_if_nothing_beats_it(search):
    found = search_settings(search, lambda _: iter([0.9, 0.9]), seconds=60, trials=5)
    assert found.without == (START, START)


def test_settings_outside_the_usual_bounds_can_be_the_start(tmp_path):
    odd = LightGbmConfig(trees=7, min_rows_per_leaf=4_000)
    found = search_settings(Search("x", tmp_path / "t.db", odd, 1), losses, seconds=1, trials=1)
    assert found.settings == odd
