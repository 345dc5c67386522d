import numpy as np

from leadscore.modeling.resampling import draw_leads, percentile_interval


def test_all_rows_of_a_lead_are_drawn_together_and_once_on_average():
    resamples = draw_leads(np.array([30, 10, 30, 20]), draws=4_000, seed=1)
    assert resamples.position.tolist() == [2, 0, 2, 1]
    multiplicity = np.concatenate(list(resamples.blocks()))
    assert multiplicity.shape == (4_000, 3)
    assert abs(multiplicity.mean() - 1) < 0.03


def test_the_seed_decides_the_resamples():
    cluster = np.arange(50)
    first, again, other = (next(draw_leads(cluster, 10, seed).blocks()) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_rows_give_no_leads():
    assert next(draw_leads(np.zeros(0, dtype=np.int64), 5, 1).blocks()).shape == (5, 0)


def test_the_resamples_of_a_million_leads_are_never_in_memory_at_once():
    resamples = draw_leads(np.arange(1_000_000), draws=1_000, seed=1)
    first = next(resamples.blocks())
    assert first.nbytes < 100_000_000


def test_totals_over_blocks_are_those_of_all_resamples_at_once(monkeypatch):
    resamples, figures = draw_leads(np.arange(7), draws=10, seed=3), np.arange(14.0).reshape(7, 2)
    whole = next(resamples.blocks())
    monkeypatch.setattr("leadscore.modeling.resampling._BLOCK_CELLS", 21)
    assert [len(block) for block in resamples.blocks()] == [3, 3, 3, 1]
    assert np.array_equal(resamples.totals(figures), whole @ figures)


def test_undefined_resamples_are_left_out_unless_they_are_most():
    assert percentile_interval(np.array([1.0, 1.0, np.nan])) == (1.0, 1.0)
    assert percentile_interval(np.array([1.0, np.nan, np.nan])) == (None, None)
    assert percentile_interval(np.zeros(0)) == (None, None)
