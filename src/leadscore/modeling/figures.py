"""What training found out about a model, as frames: figures with intervals, and suspected leaks."""

from typing import Any

import pandas as pd


def metrics_frame(record: dict[str, Any]) -> pd.DataFrame:
    """Figures of a model and its baselines on later rows, one row per model, horizon and metric.

    record    what training wrote down, see `fitted_model.evaluation_record`.
    Returns   value and its 90 % interval (low, high) over leads, NaN where the rows do not define it; the rows, leads
              and converting leads it rests on; the share of rows old enough to be judged; why figures are missing.
    """
    rows = [
        {
            "model": name,
            "horizon": horizon,
            "metric": metric,
            **figure,
            **{key: judged[key] for key in ("rows", "leads", "converting_leads", "ripe_share", "missing")},
        }
        for name, evaluation in {"leadscore": record["model"], **record["baselines"]}.items()
        for horizon, judged in evaluation["horizons"].items()
        for metric, figure in judged["metrics"].items()
    ]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(("value", "low", "high"), "float64"))
    return frame.set_index(["model", "horizon", "metric"])


def backtest_frame(record: dict[str, Any]) -> pd.DataFrame:
    """Figures of the same recipe at earlier cuts, one row per cut, model and horizon; the last cut is the evaluation.

    Returns   a column for each metric; `gain`, `gain_low` and `gain_high`: by how much the model's log loss, summed
              over the horizons, is lower than that of the row's, with its 95 % interval over leads; NaN for itself.
    """
    rows = [
        {
            "cut": origin["cut"],
            "model": name,
            "horizon": horizon,
            **metrics,
            **{f"gain{end}": origin["gains"].get(name, {}).get(f"log_loss_gain{end}") for end in ("", "_low", "_high")},
        }
        for origin in record["assessment"]["backtest"]["origins"]
        for name, figures in origin["figures"].items()
        for horizon, metrics in figures.items()
        if horizon != "integrated"
    ]
    return pd.DataFrame(rows).set_index(["cut", "model", "horizon"]).astype("float64")


def calibration_frame(record: dict[str, Any]) -> pd.DataFrame:
    """Predicted against observed conversions by group, see `calibration_card.Cell`; one row per group and horizon."""
    return pd.DataFrame(record["assessment"]["calibration_card"]["cells"]).set_index(["grouping", "value", "horizon"])


def leak_suspects_frame(record: dict[str, Any]) -> pd.DataFrame:
    """One row per suspected leak: the field, the rule that it broke and the evidence in words."""
    suspects = record["leak_suspects"]
    return pd.DataFrame(suspects) if suspects else pd.DataFrame(columns=["field", "rule", "evidence"])
