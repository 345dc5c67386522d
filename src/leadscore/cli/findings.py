"""How the command line tells what else was found out about a model: other cuts, groups, capacity, fewer data."""

from typing import Any

from leadscore.cli.output import say, show_table


def show_findings(record: dict[str, Any]) -> None:
    """Backtest, calibration, capacity, stability and learning curve, in a table and sentences."""
    found, main = record["assessment"], record["main_horizon"]
    _show_backtest(found["backtest"], main)
    for sentence in found["calibration_card"]["said"]:
        say(f"Calibration: {sentence}")
    caught = found["capacity"]["models"].get("leadscore")
    if caught and caught["caught_share"] is not None:
        hottest = f"{caught['leads_a_week']:,.0f} hottest" + (" rows" if main == "table" else " leads of a week")
        say(
            f"Capacity: the {hottest} hold {caught['caught_share']:.0%} of "
            f"what converts, {caught['lift']:.1f} times as much as picking at random."
        )
    for pair in found["stability"][-1:]:
        if pair["spearman"] is not None:
            say(
                f"Retraining: the last two fits agree on {pair['top_overlap']:.0%} of their best tenth "
                f"(rank correlation {pair['spearman']:.2f})."
            )
    if found["learning_curve"] is not None:
        say(f"More data: {found['learning_curve']['said']}.")
    say()


def at_horizon(name: str) -> str:
    """The horizon that figures speak about, in words; the one of a table has no name.

    >>> at_horizon("60d"), at_horizon("table")
    (', horizon 60d', '')
    """
    return "" if name == "table" else f", horizon {name}"


def _show_backtest(backtest: dict[str, Any], main: str) -> None:
    if len(backtest["origins"]) > 1:
        tuned = sum(origin.get("tuned_on", False) for origin in backtest["origins"])
        rows = [
            [
                origin["cut"][:10] + (" (tuned on)" if origin.get("tuned_on") else ""),
                origin["conversions"],
                *_told(origin, main),
            ]
            for origin in backtest["origins"]
        ]
        rows.append(["not tuned on" if tuned else "all", "", *_told(backtest["pooled"], main)])
        columns = [
            "cut",
            "converting leads learnt from",
            "ROC-AUC",
            "predicted/observed",
            "gain over points or base rate",
        ]
        show_table(columns, rows, title=f"The same recipe at earlier cuts{at_horizon(main)}:")
        if tuned:
            say(f"The settings were tuned on what came after {tuned} of these cuts, which flatters them there.")
        say()
    for reason in backtest["skipped"]:
        say(f"No fit {reason}.")


def _told(origin: dict[str, Any], main: str) -> list[str]:
    metrics = origin["evaluation"]["horizons"][main]["metrics"]
    gain = origin["gains"].get("points") or origin["gains"]["base_rate"]
    value, low, high = (_figure(gain[key]) for key in ("log_loss_gain", "log_loss_gain_low", "log_loss_gain_high"))
    auc, ratio = (_figure(metrics[name]["value"]) for name in ("roc_auc", "predicted_to_observed"))
    return [auc, ratio, f"{value} [{low}, {high}]"]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
