"""The `leadscore` command: finds the module of the verb that was typed and turns errors into exit codes."""

import importlib
import json
import sys

import typer

from leadscore.domain.errors import LeadscoreError

VERBS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Make a folder ready: configuration with every default explained, a store."),
    "demo": ("demo", "Simulate a company, import, train, promote and score it: the whole line in minutes."),
    "doctor": ("setup", "Check that this installation works, and say how to mend what does not."),
    "import": ("data", "Bring in leads, attributes, events or outcomes; repeating it changes nothing."),
    "export": ("data", "Write stored events or messages to a CSV file, or all about one lead as JSON."),
    "train": ("learn", "Learn from everything known, judge it on later data, register the challenger."),
    "evaluate": ("learn", "Show how good a registered version is, and write its report (HTML and JSON)."),
    "promote": ("promotion", "Make the challenger the champion if the evidence allows it."),
    "rollback": ("promotion", "Go back to the champion before the present one."),
    "score": ("answer", "Score leads as of given instants, or the rows of a table, into a file."),
    "explain": ("answer", "Say what speaks for and against one lead, now or as of a past instant."),
    "features": ("features", "What exists with its meaning; verify, build snapshot tables, compare."),
    "monitor": ("monitor", "Watch whether what is served is what was promised: parity."),
    "identity": ("identity", "Which ids are one person and why; take a wrong merge back."),
    "erase": ("privacy", "Erase people for good: facts, messages, scores, dead letters, exports."),
    "dead-letters": ("dead_letters", "Tracking messages that were refused: see why, mend, send again."),
    "backup": ("backup", "Copy the store into one file while the service writes."),
    "serve": ("serve", "Start the API and the page of the hottest leads."),
    "keys": ("keys", "Create, list and revoke API keys."),
}


def build_app(verb: str | None) -> typer.Typer:
    """The command line with one verb ready to run, or with all of them merely listed.

    verb   the verb that was typed; only its module is imported, since training pulls in packages that take seconds.
    """
    app = typer.Typer(
        name="leadscore",
        help="How likely each lead is to become a customer, when, and what to do now.",
        epilog="Start with `leadscore demo`, or `leadscore init my-company` for your own data.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for name, (module, summary) in VERBS.items():
        if verb is None:
            app.command(name, help=summary)(_listed)
        elif name == verb:
            importlib.import_module(f"leadscore.cli.{module}").register(app, name)
    return app


def _root() -> None:
    """Keep verbs as sub-commands even when only one of them is loaded."""


def _listed() -> None:
    """Stand in the list of verbs; the typed verb is always loaded from its module."""


def main() -> None:
    """Run the command line; exit 0 done, 1 our fault, 2 usage or configuration, 3 data or a gate, 4 outside system."""
    typed = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    app = build_app(typed if typed in VERBS else None)
    try:
        app()
    except LeadscoreError as error:
        if "--json" in sys.argv:
            body = {"code": error.code, "where": error.where, "found": error.found, "fix": error.fix}
            print(json.dumps({"error": body}, ensure_ascii=False))
        print(f"error{error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
