"""Verbs around features: list, check, build, diff."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, NameOption, emit_json, progress_bars, say, show_table, warn
from leadscore.features.aggregations import aggregation, aggregation_names
from leadscore.features.compare import compare
from leadscore.features.wording import meaning
from leadscore.workflows.build_features import BuildRequest, build_features
from leadscore.workflows.check_features import check_features
from leadscore.workflows.find_feature_set import NOW, find_feature_set
from leadscore.workflows.load_plugins import open_settings

_WHICH = "now (what training would use), champion, challenger, a version number, or a features.json"
OfOption = Annotated[str, typer.Option("--of", help=f"Whose features: {_WHICH}.")]
EngineOption = Annotated[str, typer.Option("--engine", help="What runs the SQL: duckdb, postgresql or spark.")]


def register(app: typer.Typer, verb: str) -> None:
    """Add the verbs of this module to the command line."""
    features = typer.Typer(no_args_is_help=True, help="What exists with its meaning; verify, build, compare.")
    features.command("list")(list_features)
    features.command("check")(check)
    features.command("build")(build)
    features.command("diff")(diff)
    app.add_typer(features, name=verb)


def list_features(
    of: OfOption = NOW,
    name: NameOption = "leadscore",
    aggregations: Annotated[
        bool, typer.Option("--aggregations", help="List what a line in configs/features.yaml can ask for.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """List features with what each means, and the fingerprint of them all."""
    settings = open_settings()
    if aggregations:
        rows = [[each, aggregation(each).meaning, aggregation(each).unit, _spans(each)] for each in aggregation_names()]
        rows.append(["share", "count divided by the count of other events", "0 to 1", "windows_days, ever"])
        keys = ("name", "meaning", "unit", "spans")
        if json:
            emit_json({"aggregations": [dict(zip(keys, row, strict=True)) for row in rows]})
        else:
            show_table(keys, rows)
        return
    found = find_feature_set(settings, name, of)
    listed = [(feature.name, meaning(feature, found.labels)) for feature in found.features]
    if json:
        features = [{"name": name, "meaning": text} for name, text in listed]
        emit_json({"fingerprint": found.fingerprint, "features": features})
        return
    show_table(["feature", "meaning"], listed)
    say(f"{len(listed)} features, fingerprint {found.fingerprint}")


def _spans(name: str) -> str:
    words = {"window": "windows_days", "half_life": "half_lives_days", "ever": "ever"}
    return ", ".join(words[span] for span in aggregation(name).spans)


def check(
    of: OfOption = NOW,
    name: NameOption = "leadscore",
    values: Annotated[int, typer.Option(help="About how many values are compared.", min=1)] = 100_000,
    engine: EngineOption = "duckdb",
    json: JsonFlag = False,
) -> None:
    """Hold the SQL form of every feature to its form for one lead, bit for bit, on random companies.

    It also tries that no feature sees the future and that the order of facts does not matter. Any difference is exit 3.
    """
    settings = open_settings()
    found = find_feature_set(settings, name, of)
    with progress_bars() as progress:
        report = check_features(settings, found, values, engine, progress)
    if json:
        document = {"values": report.cells, "mismatches": 0, "engine": engine, "fingerprint": found.fingerprint}
        emit_json({**document, "features": len(found.features)})
        return
    kinds = Counter(feature.kind for feature in found.features)
    say(f"{report.cells:,} values of {len(found.features)} features compared on {engine}: 0 differ.")
    say("Kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))


def build(
    snapshots: Annotated[Path, typer.Argument(help="File with lead_id and as_of.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    of: OfOption = NOW,
    name: NameOption = "leadscore",
    engine: EngineOption = "duckdb",
    json: JsonFlag = False,
) -> None:
    """Write the feature values of snapshots, one row each, as of each row's own instant."""
    settings = open_settings()
    with progress_bars() as progress:
        report = build_features(settings, BuildRequest(snapshots, out, name, of, engine), progress, warn)
    if json:
        emit_json(report.to_dict())
    else:
        say(f"{report.rows} snapshots, {report.features} features, fingerprint {report.fingerprint}: {report.out}")


def diff(
    before: Annotated[str, typer.Argument(help=f"One feature set: {_WHICH}.")],
    after: Annotated[str, typer.Argument(help="The other; by default, what training would use now.")] = NOW,
    name: NameOption = "leadscore",
    json: JsonFlag = False,
) -> None:
    """Show which features another feature set adds, lacks, or computes otherwise."""
    settings = open_settings()
    found = compare(find_feature_set(settings, name, before), find_feature_set(settings, name, after))
    if json:
        emit_json({**{key: list(getattr(found, key)) for key in ("added", "removed", "changed", "fingerprints")}})
        return
    marks = (("+", found.added), ("-", found.removed), ("~", found.changed))
    for mark, names in marks:
        for each in names:
            say(f"{mark} {each}")
    say(f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
