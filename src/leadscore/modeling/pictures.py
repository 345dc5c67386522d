"""Every picture of a version, drawn from what training wrote down about it."""

from typing import Any

from leadscore.modeling.assessment_plots import backtest_plot, card_plot, learning_plot
from leadscore.modeling.backtest import MODEL
from leadscore.modeling.evaluation import HorizonEvaluation
from leadscore.modeling.plots import calibration_plot, gain_plot, importance_plot


def draw_pictures(record: dict[str, Any]) -> dict[str, str]:
    """File name -> SVG text.

    record   what training wrote down, see `fitted_model.evaluation_record`.
    """
    main = record["main_horizon"]
    judged = {
        name: {horizon: HorizonEvaluation.from_dict(each) for horizon, each in evaluation["horizons"].items()}
        for name, evaluation in {MODEL: record["model"], **record["baselines"]}.items()
    }
    others = {
        f"calibration_{horizon}.svg": calibration_plot(each, f"Calibration on later leads ({horizon})")
        for horizon, each in judged[MODEL].items()
        if horizon != main and each.rows
    }
    found = record["assessment"]
    drawn = {
        "calibration.svg": calibration_plot(judged[MODEL][main], f"Calibration on later leads ({main})"),
        **others,
        "gain.svg": gain_plot({name: each[main] for name, each in judged.items()}, f"Conversions found ({main})"),
        "importance.svg": importance_plot(record["importances"], "What matters"),
        "calibration_card.svg": card_plot(found["calibration_card"], main, f"Calibration by group ({main})"),
    }
    if len(found["backtest"]["origins"]) > 1:
        drawn["backtest.svg"] = backtest_plot(found["backtest"]["origins"], main, "The same recipe at earlier cuts")
    if found["learning_curve"] is not None:
        drawn["learning_curve.svg"] = learning_plot(found["learning_curve"], main, "Would more data help?")
    return drawn
