"""A fitted model as MLflow shows it: parameters, metrics, tags, the data it learnt from, a nested run for each part."""

import json
from collections.abc import Mapping
from typing import Any

from leadscore.config.load import Settings
from leadscore.config.training import OWN_LEARNER
from leadscore.modeling.backtest import CHAMPION, MODEL
from leadscore.registry.runs import DataUsed, NestedRun
from leadscore.workflows.fitted_model import FittedModel

_TAG_LENGTH = 1_000


def run_params(fitted: FittedModel, settings: Settings) -> dict[str, Any]:
    """Settings of the training, and what was chosen besides the learner.

    settings   those that learnt, tuned ones if they were tuned.
    """
    manifest, training = fitted.final.manifest, settings.training
    if training.estimator == OWN_LEARNER:
        shown = {f"lightgbm.{key}": value for key, value in training.lightgbm.model_dump().items()}
    else:
        shown = {f"estimator_settings.{key}": value for key, value in training.estimator_settings.items()}
    tuned = _tuned(fitted.tuning) if fitted.tuning else {}
    chosen = (fitted.choice or {}).get("chosen", {})
    return {
        **shown,
        "estimator": training.estimator,
        **tuned,
        "kind": manifest["kind"],
        "learner": manifest["learner"],
        "as_of": manifest["as_of"],
        "horizons_days": manifest["horizons_days"],
        "seed": training.seed,
        **{f"window.{key}": value for key, value in manifest["training_window"].items()},
        **{f"choice.{key}": value for key, value in chosen.items()},
    }


def _tuned(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a search changed, and by how much its best settings were better on rows that it never saw."""
    gain = {f"gain_{key}": value for key, value in (about["gain"] or {}).items() if key in {"value", "low", "high"}}
    shown = {**about["changed"], "adopted": about["adopted"], "trials": about["tried"], **gain}
    return {f"tuned.{key}": value for key, value in shown.items()}


def run_tags(fitted: FittedModel) -> dict[str, str]:
    """Tags of the run and of the version."""
    manifest = fitted.final.manifest
    return {
        "kind": manifest["kind"],
        "learner": manifest["learner"],
        "as_of": manifest["as_of"] or "",
        "gate": "passed" if fitted.verdict.passed else "refused",
        "gate_reasons": json.dumps(fitted.gate_reasons),
        "compared_with": fitted.against or "",
        "data_digest": fitted.data["digest"],
        "feature_fingerprint": fitted.final.features.fingerprint,
        "leadscore_version": manifest["leadscore_version"],
        "low_confidence": str(manifest["low_confidence"]).lower(),
        "leak_suspects": ", ".join(suspect.field for suspect in fitted.leak_suspects)[:_TAG_LENGTH],
        "kept": ", ".join(manifest["training_window"].get("kept", ()))[:_TAG_LENGTH],
    }


def run_metrics(fitted: FittedModel) -> dict[str, float]:
    """Every figure of the model and of the baselines on the later rows, named `metric.horizon`."""
    found: dict[str, float] = {}
    for who, evaluation in {"": fitted.evaluation, **fitted.baselines}.items():
        prefix = f"{who}." if who else ""
        for horizon, judged in evaluation.horizons.items():
            found |= _named(judged.values(), prefix, f".{horizon}")
        found |= _named({name: metric.value for name, metric in evaluation.integrated.items()}, prefix)
    for each in (fitted.choice or {}).get("candidates", ()):
        age = "all" if each["half_life"] is None else f"half_life_{each['half_life']}"
        for metric in ("log_loss", "roc_auc"):
            found[f"rehearsed.{each['learner']}.{age}.{each['recalibration']}.{metric}"] = each[metric]
    return found | _assessed(fitted.assessment, fitted.main_horizon)


def nested_runs(fitted: FittedModel) -> tuple[NestedRun, ...]:
    """A run for each backtest origin, and one for each baseline, and the champion, on the later rows."""
    backtest = fitted.assessment["backtest"]
    origins = [
        NestedRun(
            f"backtest {origin['cut'][:10]}",
            {key: origin[key] for key in ("cut", "until", "training_snapshots", "conversions", "learner")}
            | {"tuned_on": origin.get("tuned_on", False)},
            _figures(origin["figures"][MODEL])
            | {f"gain_over_{name}": gain["log_loss_gain"] for name, gain in _measured(origin["gains"]).items()},
            {"part": "backtest"},
        )
        for origin in backtest["origins"]
    ]
    newest = backtest["origins"][-1]
    others = [
        NestedRun(
            name if name == CHAMPION else f"baseline {name}",
            {"compared_with": name, "cut": newest["cut"]},
            _figures(figures),
            {"part": CHAMPION if name == CHAMPION else "baseline"},
        )
        for name, figures in newest["figures"].items()
        if name != MODEL
    ]
    return (*origins, *others)


def data_used(fitted: FittedModel, settings: Settings) -> DataUsed:
    """The lineage of a model: digest, counts and periods of its data."""
    manifest = fitted.final.manifest
    # Of the store's address only the kind: the rest may hold a password.
    source = fitted.data.get("file") or f"leadscore store ({settings.service.store_url.split(':')[0]})"
    about = {
        "source": source,
        **{f"count.{kind}": count for kind, count in fitted.data["counts"].items()},
        "conversions": fitted.data["conversions"],
        "as_of": manifest["as_of"] or "",
        "feature_fingerprint": fitted.final.features.fingerprint,
    }
    return DataUsed(f"{manifest['name']} {manifest['kind']}", fitted.data["digest"], about)


def _figures(figures: Mapping[str, Mapping[str, float | None]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for horizon, values in figures.items():
        found |= _named(values, "", "" if horizon == "integrated" else f".{horizon}")
    return found


def _assessed(assessment: Mapping[str, Any], main: str) -> dict[str, float]:
    caught = assessment["capacity"]["models"].get(MODEL, {})
    pooled = assessment["backtest"]["pooled"]["figures"][MODEL]
    agreed = assessment["stability"][-1] if assessment["stability"] else {}
    cells = assessment["calibration_card"]["cells"]
    return {
        **_named(_figures(pooled), "backtest."),
        **_named({"caught_share": caught.get("caught_share"), "lift": caught.get("lift")}, "capacity.", f".{main}"),
        **_named({key: agreed.get(key) for key in ("spearman", "top_overlap")}, "stability."),
        "calibration_cells_off": float(sum(cell["outside"] for cell in cells)),
    }


def _named(values: Mapping[str, float | None], before: str = "", after: str = "") -> dict[str, float]:
    return {f"{before}{name}{after}": value for name, value in values.items() if value is not None}


def _measured(gains: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {name: gain for name, gain in gains.items() if gain["log_loss_gain"] is not None}
