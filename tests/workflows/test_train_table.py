"""Table mode: a champion is compared only on rows it has not seen, and the gate says why it cannot be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.table import TableRequest
from leadscore.domain.progress import silent
from leadscore.modeling.artifact import load_artifact, write_artifact
from leadscore.workflows.champion import Champion
from leadscore.workflows.order_table import order_table
from leadscore.workflows.register_model import FittedModel
from leadscore.workflows.train_table import fit_table

TARGET = TableRequest("y")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load_settings(tmp_path)
    trees = found.training.lightgbm.model_copy(update={"trees": 20, "trees_on_few_data": 20})
    training = found.training.model_copy(update={"lightgbm": trees, "bootstrap_draws": 50})
    return replace(found, training=training)


def rows(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    visits = rng.random(1_000)
    won = np.where(rng.random(1_000) < 0.2 + 0.5 * visits, "yes", "no")
    return pd.DataFrame({"key": [f"{seed}-{n}" for n in range(1_000)], "visits": visits.astype(str), "y": won})


def trained(
    frame: pd.DataFrame, settings: Settings, request: TableRequest = TARGET, champion: Champion | None = None
) -> FittedModel:
    table = order_table(frame, request, settings, "leads.csv")
    return fit_table(table, request, settings, "flat", champion, silent)


def champion_of(fitted: FittedModel, folder: Path) -> Champion:
    write_artifact(folder / "rival", fitted.judged)
    return Champion("1", fitted.final.score_table, "table", load_artifact(folder / "rival"))


@pytest.mark.parametrize("id_column", ["key", None])
def test_rows_that_the_champion_has_learnt_from_are_not_compared_on(
    settings: Settings, tmp_path: Path, id_column: str | None
) -> None:
    request = replace(TARGET, id_column=id_column, exclude=("key",))
    champion = champion_of(trained(rows(1), settings, request), tmp_path)
    again = trained(rows(1), settings, request, champion)
    assert again.verdict.figures["rows"] == len(rows(1)) - again.data["counts"]["training"]
    shuffled = trained(rows(1), settings, replace(request, shuffled=True), champion)
    assert 0 < shuffled.verdict.figures["rows"] < 0.5 * shuffled.data["counts"]["judging"]
    old_first = pd.concat([rows(2), rows(1).iloc[:700]])
    overlapping = trained(old_first, settings, request, champion)
    assert not overlapping.verdict.passed
    assert "may have learnt from each of the" in overlapping.verdict.reasons[0]
    fresh = trained(rows(3), settings, request, champion)
    assert fresh.verdict.figures["rows"] == fresh.data["counts"]["judging"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"visits": "calls"}, "needs column visits, which the table lacks"),
        ({"y": "won"}, "has the target y, not won"),
    ],
)
def test_the_gate_says_why_the_champion_cannot_be_compared(
    settings: Settings, tmp_path: Path, change: dict[str, str], cause: str
) -> None:
    request = replace(TARGET, exclude=("key",))
    champion = champion_of(trained(rows(1), settings, request), tmp_path)
    other = replace(request, target=change.get("y", "y"))
    ruling = trained(rows(2).rename(columns=change), settings, other, champion).verdict
    assert not ruling.passed
    assert ruling.reasons == [f"the champion, version 1, {cause}; train under another --name"]


def test_a_champion_of_events_is_named_as_the_cause(settings: Settings) -> None:
    champion = Champion("4", trained(rows(1), settings).final.score_table, "events", None)
    ruling = trained(rows(1), settings, champion=champion).verdict
    assert "version 4, is an events model and cannot be compared" in ruling.reasons[0]
