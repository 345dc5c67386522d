"""The verb `demo`: the whole line on a simulated company."""

from contextlib import closing
from typing import Annotated, Any

import typer

from leadscore.cli.learn import say_training
from leadscore.cli.output import JsonFlag, emit_json, note, progress_bars, say, show_table
from leadscore.cli.serve import listen
from leadscore.cli.server import serve_on
from leadscore.dashboard.words import chance, within
from leadscore.workflows.load_plugins import open_settings
from leadscore.workflows.run_demo import DemoReport, run_demo


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb to the command line."""
    app.command(verb)(demo)


def demo(
    leads: Annotated[int, typer.Option(min=200, max=200_000, help="How many leads the simulated company has.")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another company.")] = 1,
    serve: Annotated[bool, typer.Option("--serve", help="Start the API afterwards.")] = False,
    json: JsonFlag = False,
) -> None:
    """Simulate a company, import its files, train, promote, score every open lead, and show the ten hottest.

    Everything shown is simulated. It needs a store that is empty or holds an earlier demo, which is replaced.
    """
    settings = open_settings()
    note(f"Simulating a company with {leads:,} leads (seed {seed}); none of them exists.")
    with progress_bars() as progress:
        report = run_demo(settings, leads, seed, progress)
    if json:
        emit_json(report.to_dict())
    else:
        _say(report)
    if serve:
        with closing(listen(settings.service)) as listener:
            serve_on(listener, new_key=True)


def _say(report: DemoReport) -> None:
    company = report.company
    say(
        f"A simulated company: {company['leads']:,} leads, {company['events']:,} events, "
        f"{company['conversions']:,} became customers."
    )
    say()
    say_training(report.training, next_step=False)
    say()
    rows = [[number, *_row(lead)] for number, lead in enumerate(report.hottest, start=1)]
    show_table(
        ["", "lead", "score", "grade", "when", "why", "route"], rows, title="The ten hottest open leads (simulated):"
    )
    say()
    say("What to type next:")
    for command, meaning in (
        ("make serve", "the API and a page of the hottest leads in your browser"),
        (
            f"leadscore explain {report.hottest[0]['lead_id']}" if report.hottest else "leadscore explain LEAD",
            "why this lead",
        ),
        ("leadscore evaluate", "how good the model is, with a report to open"),
        ("leadscore init my-company", "a folder for your own data"),
    ):
        say(f"  {command:<34} {meaning}")


def _row(lead: dict[str, Any]) -> list[object]:
    days, chance_of = next(iter(lead["p_convert"].items()))
    when = f"{lead['temperature']}: {chance(chance_of)} {within(days)}"
    why = "; ".join(reason["text"] for reason in lead["reasons"][:3])
    return [lead["lead_id"], f"{lead['score']:.0f}", lead["grade"], when, why, lead["decision"]["route"]]
