"""How well one field ranks the outcome, from counts of its groups."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from leadscore.modeling.leakage.alone import auc_alone
from leadscore.modeling.leakage.suspect import Field, group_values


@pytest.mark.parametrize("words", [(), ("basic", "pro", "team")])
def test_the_figure_is_that_of_the_rows_ranked_one_by_one(words: tuple[str, ...]) -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(0, 4, 501).astype(float)
    values[rng.random(501) < 0.2] = np.nan
    label = rng.random(501) < np.where(values == 1, 0.5, 0.2)
    groups = group_values(Field("x", values, words))
    even, by_row = np.arange(501) % 2 == 0, []
    for learn, judge in ((even, ~even), (~even, even)):
        rates = [
            (label[learn & (groups.number == g)].sum() + 10 * label.mean())
            / ((learn & (groups.number == g)).sum() + 10)
            for g in range(len(groups.names))
        ]
        by_row.append(roc_auc_score(label[judge], np.array(rates)[groups.number[judge]]))
    assert auc_alone(groups, label) == pytest.approx(np.mean(by_row), abs=1e-12)
