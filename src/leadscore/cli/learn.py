"""Verbs that make and judge models: train, evaluate."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from leadscore.cli.findings import at_horizon, show_findings
from leadscore.cli.output import JsonFlag, NameOption, emit_json, progress_bars, say, show_table, warn
from leadscore.cli.tuning import say_tuning, tune_request
from leadscore.dataset.table import TableRequest
from leadscore.domain.errors import UsageError
from leadscore.domain.time import parse_instant
from leadscore.workflows.evaluate_version import evaluate_version
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.register_model import TrainReport
from leadscore.workflows.train_challenger import picture_splits, train_on_events
from leadscore.workflows.train_table import train_on_table

_METRICS = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "log_loss": "log loss",
    "brier": "Brier",
    "ece": "ECE",
    "lift_top_tenth": "lift top 10 %",
    "predicted_to_observed": "predicted/observed",
}


def register(app: typer.Typer, verb: str) -> None:
    """Add one verb of this module to the command line."""
    verbs: dict[str, Callable[..., None]] = {
        "train": train,
        "evaluate": evaluate,
    }
    app.command(verb)(verbs[verb])


def train(
    as_of: Annotated[str | None, typer.Option(help="Use only what was known before this instant (ISO 8601).")] = None,
    name: NameOption = "leadscore",
    show_splits: Annotated[
        bool, typer.Option("--show-splits", help="Draw the periods training would use, and stop.")
    ] = False,
    table: Annotated[Path | None, typer.Option(help="Learn from this flat file, one row per lead, instead.")] = None,
    target: Annotated[str | None, typer.Option(help="Table: the column that says who converted.")] = None,
    id: Annotated[str | None, typer.Option(help="Table: the column that names the lead; never a feature.")] = None,
    time: Annotated[str | None, typer.Option(help="Table: the column of time; else file order is time order.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Table: a column to leave out; repeatable.")] = None,
    positive: Annotated[str | None, typer.Option(help="Table: the target's value that means converted.")] = None,
    negative: Annotated[str | None, typer.Option(help="Table: the value that means not converted.")] = None,
    shuffled: Annotated[bool, typer.Option("--shuffled", help="Table: the rows are in no order of time.")] = False,
    keep: Annotated[list[str] | None, typer.Option(help="Use a column although it is suspected of leaking.")] = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Look for settings surely better on earlier cuts first; goes on if repeated.")
    ] = False,
    tune_minutes: Annotated[float | None, typer.Option(min=0, help="How long --tune looks; 10 by default.")] = None,
    json: JsonFlag = False,
) -> None:
    """Learn from everything known, judge the recipe on later data, register it as challenger.

    Without --table it learns from imported events, when leads convert; with --table FILE --target COLUMN from a flat
    export, whether they do.
    """
    settings = open_settings()
    request = TableRequest(
        target=target or "",
        id_column=id,
        time_column=time,
        exclude=tuple(exclude or ()),
        positive=positive,
        negative=negative,
        shuffled=shuffled,
        keep=tuple(keep or ()),
    )
    _check_training(request, table, show_splits or as_of is not None or tune)
    wanted = tune_request(tune, tune_minutes)
    instant = None if as_of is None else parse_instant(as_of).at
    if show_splits:
        picture = picture_splits(settings, instant)
        emit_json({"splits": picture.splitlines()}) if json else say(picture)
        return
    with progress_bars() as progress:
        if table is None:
            report = train_on_events(settings, name, instant, progress, request.keep, warn, wanted)
        else:
            report = train_on_table(settings, name, table, request, progress, warn)
    emit_json(_as_json(report)) if json else say_training(report)


def _as_json(report: TrainReport) -> dict[str, Any]:
    tuning = report.evaluation.get("tuning")
    return report.to_dict() | ({"tuning": tuning} if tuning else {})


def _check_training(request: TableRequest, table: Path | None, of_events: bool) -> None:
    """Refuse options that do not go together; of_events: one that only training on events understands was given."""
    if table is None and replace(request, keep=()) != TableRequest(target=""):
        raise UsageError("LS-USAGE-01", found="options of a table, without --table", fix="add --table FILE")
    if table is not None and not request.target:
        raise UsageError("LS-USAGE-01", found="--table without --target", fix="name the column that says who converted")
    if table is not None and of_events:
        raise UsageError(
            "LS-USAGE-01",
            found="--show-splits, --as-of or --tune with --table",
            fix="leave it out: a table is split by its rows, on which it chooses its learner too",
        )


def say_training(report: TrainReport, *, next_step: bool = True) -> None:
    """Tell people what was learnt, how good it is on later data, whether it may be promoted, and what to type next."""
    say(
        f"Registered {report.name} version {report.version} ({report.learner}), "
        f"knowledge as of {report.as_of or 'its file'}."
    )
    say()
    if report.evaluation.get("tuning"):
        say_tuning(report.evaluation["tuning"])
    show_figures(report.evaluation)
    if report.low_confidence:
        say(report.low_confidence["told"])
    for suspect in report.leak_suspects:
        say(f"Left out as a suspected leak: {suspect['evidence']} (--keep {suspect['field']} uses it all the same)")
    verdict = "may be promoted" if report.gate["passed"] else "is refused promotion"
    say(f"The gate: version {report.version} {verdict}.")
    for reason in report.gate["reasons"]:
        say(f"  - {reason}")
    if report.gate["passed"] and next_step:
        say("Next: leadscore promote" + ("" if report.name == "leadscore" else f" --name {report.name}"))


def show_figures(record: dict[str, Any]) -> None:
    """The figures of a model beside those of the baselines, at the main horizon, then the model at each horizon."""
    main = record["main_horizon"]
    models = {"leadscore": record["model"], **record["baselines"]}
    rows = [[name, *(_value(each["horizons"][main], metric) for metric in _METRICS)] for name, each in models.items()]
    show_table(["", *_METRICS.values()], rows, title=f"On later data never trained on{at_horizon(main)}:")
    say()
    show_horizons(record["model"], "leadscore, with 90 % intervals over leads:")


def show_horizons(evaluation: dict[str, Any], title: str) -> None:
    """The figures of a model at each horizon, with their intervals."""
    spans = ("roc_auc", "log_loss", "lift_top_tenth", "predicted_to_observed")
    per = [[name, *(_span(each, metric) for metric in spans)] for name, each in evaluation["horizons"].items()]
    show_table(["horizon", *(_METRICS[metric] for metric in spans)], per, title=title)
    say()


def _value(judged: dict[str, Any], metric: str) -> str:
    value = judged["metrics"][metric]["value"]
    return "-" if value is None else f"{value:.3g}"


def _span(judged: dict[str, Any], metric: str) -> str:
    found = judged["metrics"][metric]
    span = "" if found["low"] is None else f" [{found['low']:.3g}, {found['high']:.3g}]"
    return _value(judged, metric) + span


def evaluate(
    version: Annotated[str | None, typer.Argument(help="Version number; the challenger by default.")] = None,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Show how good a registered version was on data later than its training, and write its report."""
    settings = open_settings()
    with progress_bars() as progress:
        found = evaluate_version(settings, name, version, progress)
    if json:
        emit_json({"name": name, "version": found.version, "report": str(found.html), **found.record})
        return
    say(f"{name} version {found.version}")
    show_figures(found.record)
    show_findings(found.record)
    since = found.record.get("since")
    if since:
        title = f"On leads of {since['since'][:10]} to {since['until'][:10]}, after all that it learnt from:"
        show_horizons(since["evaluation"], title)
    say(f"Report: {found.html}")
