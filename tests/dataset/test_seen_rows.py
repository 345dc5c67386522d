"""What a fit remembers of its rows."""

import json

import numpy as np
import pandas as pd
import pytest

from leadscore.dataset.seen_rows import content_keys, id_keys, secret_mark, seen_record, surely_unseen


def keys(*cells: float) -> np.ndarray:
    return content_keys(np.array(cells)[:, None], np.zeros(len(cells)))


def test_as_many_equal_rows_as_were_seen_are_taken_as_seen_the_oldest_first() -> None:
    record = json.loads(json.dumps(seen_record(keys(1, 2, 1, np.nan), None)))
    assert surely_unseen(keys(1, 3, 1, 1, 2, -np.nan), record).tolist() == [False, True, False, True, False, False]


def test_the_label_belongs_to_the_content_of_a_row() -> None:
    row = np.ones((1, 2))
    assert content_keys(row, np.array([0])) != content_keys(row, np.array([1]))


def test_a_lead_told_by_its_identifier_stays_seen_however_often_it_comes() -> None:
    record = seen_record(id_keys(pd.Series(["a", "b"]), b"secret"), "key")
    assert surely_unseen(id_keys(pd.Series(["a", "c", "a"]), b"secret"), record).tolist() == [False, True, False]


def test_nobody_without_the_secret_can_try_an_identifier_on_what_is_remembered() -> None:
    record = seen_record(id_keys(pd.Series(["a"]), b"secret"), "key")
    for other in (b"", b"another"):
        assert surely_unseen(id_keys(pd.Series(["a"]), other), record).all()
    assert secret_mark(b"secret") != secret_mark(b"another")


def test_of_too_many_rows_a_sample_is_known_and_no_seen_row_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadscore.dataset.seen_rows.MOST_KEYS", 100)
    record = seen_record(keys(*range(1_000)), None)
    assert not surely_unseen(keys(*range(1_000)), record).any()
    assert 40 < surely_unseen(keys(*range(1_000, 2_000)), record).sum() < 180
