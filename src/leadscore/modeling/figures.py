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


def leak_suspects_frame(record: dict[str, Any]) -> pd.DataFrame:
    """One row per suspected leak: the field, the rule that it broke and the evidence in words."""
    suspects = record["leak_suspects"]
    return pd.DataFrame(suspects) if suspects else pd.DataFrame(columns=["field", "rule", "evidence"])
