"""Verbs that move facts in and out: import, export."""

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, progress_bars, refuse, say, warn
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.time import SECOND_US
from leadscore.ingest.detect import require_files
from leadscore.store.engine import Store, open_store
from leadscore.store.info import SIMULATED, get_info
from leadscore.workflows.export_facts import export_events, export_messages
from leadscore.workflows.export_person import export_person, write_document
from leadscore.workflows.import_facts import ImportReport, import_file
from leadscore.workflows.load_plugins import open_settings


class Kind(StrEnum):
    """What a file holds."""

    LEADS = "leads"
    ATTRIBUTES = "attributes"
    EVENTS = "events"
    OUTCOMES = "outcomes"


class Exported(StrEnum):
    """What can be written out."""

    EVENTS = "events"
    MESSAGES = "messages"


def register(app: typer.Typer, verb: str) -> None:
    """Add one verb of this module to the command line."""
    verbs: dict[str, Callable[..., None]] = {"import": import_, "export": export}
    app.command(verb, no_args_is_help=True)(verbs[verb])


def import_(
    kind: Annotated[Kind, typer.Argument(help="What the files hold.")],
    files: Annotated[list[Path], typer.Argument(help="CSV, Parquet or JSONL; gzip, encoding, separator are detected.")],
    json: JsonFlag = False,
) -> None:
    """Import files of one kind; bad rows go to a dead-letter file with their reasons, the rest goes in."""
    settings = open_settings()
    require_files(files)
    store = open_store(settings.service.store_url)
    if get_info(store, SIMULATED) is not None:
        raise DataError(
            "LS-DATA-04",
            found="the store holds the simulated company of a demo, which must not mix with real facts",
            fix="make a home for your own: leadscore init my-company, then export LEADSCORE_HOME=my-company",
        )
    folder = settings.service.data_folder / "dead-letters"
    reports = []
    with progress_bars() as progress:
        for path in files:
            now = int(time.time() * SECOND_US)
            reports.append(import_file(store, kind.value, path, settings.mapping, folder, now, progress))
    for report in reports:
        for warning in report.warnings:
            warn(warning)
    if json:
        emit_json(_joined(reports))
    else:
        _say_reports(files, reports)
    if not any(report.inserted or report.unchanged for report in reports):
        read = any(report.read for report in reports)
        refuse(
            DataError(
                "LS-IMPORT-01",
                where=", ".join(map(str, files)),
                found="no row could be imported" if read else "it holds no rows",
                fix="see the dead-letter file for the reason of each row" if read else "export it again with its rows",
            )
        )


def _joined(reports: list[ImportReport]) -> dict[str, object]:
    files = [str(report.dead_letter_file) for report in reports if report.dead_letter_file]
    return {
        "kind": reports[0].kind,
        **{
            count: sum(getattr(report, count) for report in reports)
            for count in ("read", "inserted", "unchanged", "rejected")
        },
        "dead_letter_file": files[0] if len(files) == 1 else files or None,
    }


def _say_reports(files: list[Path], reports: list[ImportReport]) -> None:
    for path, report in zip(files, reports, strict=True):
        say(
            f"{path}: {report.read} {report.kind} read, {report.inserted} inserted, {report.unchanged} unchanged, "
            f"{report.rejected} rejected"
        )
        if report.dead_letter_file:
            say(f"  rejected rows, each with its reason: {report.dead_letter_file}")


def export(
    what: Annotated[list[str] | None, typer.Argument(help="events or messages, and the CSV file to write.")] = None,
    lead: Annotated[
        str | None, typer.Option(help="Write everything stored about this lead as JSON, to a file or to stdout.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Write stored events in the form `import events` reads, the accepted tracking messages, or all about one lead."""
    store = open_store(open_settings().service.store_url)
    if lead is not None:
        _export_lead(store, lead, what or [], json)
        return
    kind, file = _kind_and_file(what or [])
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = export_events(store, file) if kind is Exported.EVENTS else export_messages(store, file)
    if json:
        emit_json({"kind": kind.value, "rows": rows, "file": str(file)})
    else:
        say(f"{rows} {kind.value} written to {file}")


def _kind_and_file(what: list[str]) -> tuple[Exported, Path]:
    kinds = [kind.value for kind in Exported]
    if len(what) != 2 or what[0] not in kinds:
        raise UsageError(
            "LS-USAGE-01",
            found=" ".join(what) or "neither KIND FILE nor --lead LEAD",
            allowed=f"{' or '.join(kinds)} and a file; or --lead LEAD and perhaps a file",
        )
    return Exported(what[0]), Path(what[1])


def _export_lead(store: Store, lead: str, files: list[str], json: bool) -> None:
    if len(files) > 1:
        raise UsageError("LS-USAGE-01", found=" ".join(files), allowed="--lead LEAD and one file, or none for stdout")
    document = export_person(store, lead, int(time.time() * SECOND_US))
    if not files:
        emit_json(document)
        return
    rows = sum(map(len, document["tables"].values()))
    write_document(document, Path(files[0]))
    if json:
        emit_json({"kind": "lead", "rows": rows, "file": files[0]})
    else:
        say(f"{rows} rows about one lead written to {files[0]}")
