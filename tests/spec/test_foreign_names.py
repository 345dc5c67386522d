"""What a company calls its events, sources and fields means nothing to the model: only what they foretell does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US
from leadscore.features.facts import Facts
from leadscore.modeling.predictor import BandPredictor
from leadscore.modeling.recipe import TREES
from leadscore.simulate.company import simulate_company
from leadscore.simulate.worlds import WORLDS
from leadscore.workflows.build_training_set import build_evaluation_set, build_training_set
from leadscore.workflows.fit_recipe import fit
from leadscore.workflows.learn_events import KIND, learnable

DAYS, CUT_DAY = 700, 500


@pytest.fixture(scope="module")
def settings() -> Settings:
    plain = load_settings(Path("/nonexistent"))
    few = plain.training.lightgbm.model_copy(update={"trees": 30, "threads": 1})
    return replace(plain, training=plain.training.model_copy(update={"max_snapshots": 8_000, "lightgbm": few}))


def renamed(facts: Facts, settings: Settings) -> Facts:
    """The same company in other words, in the same order of the alphabet; fields left out keep theirs."""

    def worded(table: pa.Table, name: str, kept: tuple[str, ...] = ()) -> pa.Table:
        words = table[name].cast(pa.string())
        foreign = pc.binary_join_element_wise("zz", words, "qx", "")
        chosen = pc.if_else(pc.is_in(words, pa.array(kept, pa.string())), words, foreign)
        return table.set_column(table.column_names.index(name), name, chosen)

    left_out = tuple(settings.features.ignore_attributes)
    return replace(
        facts, events=worded(facts.events, "type"), attributes=worded(facts.attributes, "name", kept=left_out)
    )


def chances(facts: Facts, start_at: int, settings: Settings) -> np.ndarray:
    cut, horizons = start_at + CUT_DAY * DAY_US, settings.training.horizons_days
    early = build_training_set(facts, cut, settings, silent)
    fitted = fit(learnable(early, ()), settings, KIND, silent)
    assert fitted.learner == TREES
    later = build_evaluation_set(facts, cut, cut + 60 * DAY_US, start_at + DAYS * DAY_US, settings)
    predictor = BandPredictor(fitted.bands, horizons, settings.training.main_horizon_days)
    return predictor.curve(later.matrix(early.features, silent))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mixed", "shop"])
def test_other_names_for_everything_give_the_same_chances(name: str, settings: Settings) -> None:
    leads = {"mixed": 5_000, "shop": 2_000}[name]
    company = simulate_company(leads, 3, days=DAYS, world=WORLDS[name])
    told = company.facts()
    usual, foreign = (chances(each, company.start_at, settings) for each in (told, renamed(told, settings)))
    assert len(usual) > 1_000
    assert usual[:, 1].max() > 2 * usual[:, 1].mean()
    np.testing.assert_array_equal(foreign, usual)
