"""Of too many columns those that tell most are learnt from, chosen without a look at the rows that judge."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.config.load import Settings, load_settings
from leadscore.dataset.table import TableRequest
from leadscore.domain.progress import silent
from leadscore.workflows.limit_columns import limit_columns
from leadscore.workflows.order_table import OrderedTable, order_table
from leadscore.workflows.train_table import fit_table

TARGET = TableRequest("won")


def settings_of(home: Path, limit: int) -> Settings:
    found = load_settings(home)
    return replace(found, training=found.training.model_copy(update={"max_columns": limit}))


def wide(columns: int, rows: int = 600) -> pd.DataFrame:
    """Columns of chance beside a number and a text that tell a good deal, and a column that few rows fill."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 999, (rows, columns)).astype(str), columns=[f"c{n}" for n in range(columns)])
    size, plan = rng.normal(size=rows), rng.choice(["basic", "pro", "team"], rows)
    won = rng.random(rows) < 1 / (1 + np.exp(1 - 1.2 * size - 1.5 * (plan == "pro")))
    told = {"size": size.round(3).astype(str), "plan": plan, "seldom": np.where(rng.random(rows) < 0.1, "5", "")}
    return frame.assign(**told, won=np.where(won, "yes", "no"))


def chosen(table: OrderedTable, settings: Settings, request: TableRequest = TARGET) -> tuple[set[str], list[str]]:
    heard: list[str] = []
    limited = limit_columns(table, request, settings, heard.append)
    return set(table.frame.columns) - {"won", *limited.exclude}, heard


def test_what_tells_most_is_kept_number_or_text_and_it_is_said_what_was_done(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 5)
    table = order_table(wide(300), TARGET, settings, "wide.csv")
    kept, heard = chosen(table, settings)
    assert len(kept) == 5
    assert {"size", "plan"} <= kept
    (told,) = heard
    assert told.startswith(
        "wide.csv: 303 columns; the 5 that tell most about won by themselves, on the 274 oldest rows"
    )
    assert "`max_columns` in configs/training.yaml" in told
    assert chosen(table, settings) == (kept, heard)


def test_later_rows_have_no_say_in_the_choice(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 20)
    table = order_table(wide(200), TARGET, settings, "wide.csv")
    labels, frame = table.labels.copy(), table.frame.copy()
    rehearsed = round(0.61 * table.cut)
    labels[rehearsed:] = 1 - labels[rehearsed:]
    frame.loc[rehearsed:, "c7"] = np.where(labels[rehearsed:] == 1, "1", "0")
    assert chosen(replace(table, labels=labels, frame=frame), settings) == chosen(table, settings)


def test_columns_to_keep_stay_and_within_the_limit_nothing_is_done(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 5)
    table = order_table(wide(100), TARGET, settings, "wide.csv")
    kept, _ = chosen(table, settings, replace(TARGET, keep=("seldom",)))
    assert len(kept) == 5
    assert "seldom" in kept
    assert limit_columns(table, TARGET, settings_of(tmp_path, 103), pytest.fail) is TARGET


@pytest.mark.slow
def test_five_thousand_columns_of_two_thousand_rows_are_learnt_within_two_minutes(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 300)
    frame, heard = wide(4_997, 2_000), []
    started = time.process_time()
    table = order_table(frame, TARGET, settings, "wide.csv")
    limited = limit_columns(table, TARGET, settings, heard.append)
    fitted = fit_table(table, limited, settings, "wide", None, silent)
    assert time.process_time() - started < 120
    assert len(heard) == 1
    assert {"attribute_size", "attribute_plan"} <= set(fitted.final.features.names)
    assert len(fitted.final.features.encoders) <= 300
