"""The verb about who is who: identity."""

import time
from typing import Annotated

import typer

from leadscore.cli.output import JsonFlag, emit_json, say, show_table
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.time import SECOND_US, format_instant
from leadscore.store.engine import Store, open_store, reading
from leadscore.store.links import links_around, other_ids, person_of, split
from leadscore.workflows.load_plugins import open_settings

_SHOWN = 19


def register(app: typer.Typer, verb: str) -> None:
    """Add the verb of this module to the command line."""
    app.command(verb, no_args_is_help=True)(identity)


def identity(
    lead: Annotated[str, typer.Argument(help="Any id of a lead.")],
    apart: Annotated[str | None, typer.Option(help="Keep this id apart from the lead, for good.")] = None,
    json: JsonFlag = False,
) -> None:
    """Say which ids are one person and why, and take a wrong merge back: each id keeps its own facts."""
    store = open_store(open_settings().service.store_url)
    if apart is not None:
        _split(store, lead, apart)
    links, refused = links_around(store, lead)
    with reading(store) as connection:
        person = person_of(connection, lead)
    others = other_ids(store, person)
    reasons = {each.link: each.reason for each in refused}
    told = [
        {
            **link._asdict(),
            "occurred_at": format_instant(link.occurred_at),
            "known_at": format_instant(link.known_at),
            "refused": reasons.get(link),
        }
        for link in links
    ]
    if json:
        emit_json({"person": person, "also_known_as": others, "links": told})
        return
    say(f"{person}" + (f", also known as {', '.join(others)}" if others else ", known by no other id"))
    if told:
        rows = [
            [
                row["kind"],
                row["one"],
                row["other"][:_SHOWN],
                row["known_at"][:_SHOWN],
                row["said_by"] or "",
                row["refused"] or "",
            ]
            for row in told
        ]
        show_table(["kind", "one", "other", "known since", "first said by", "refused because"], rows)


def _split(store: Store, lead: str, apart: str) -> None:
    if lead == apart:
        raise UsageError("LS-USAGE-01", found="an id cannot be kept apart from itself", allowed="two different ids")
    with reading(store) as connection:
        together = person_of(connection, lead) == person_of(connection, apart)
    if not together:
        found = f"{lead!r} and {apart!r} are no one person"
        raise DataError("LS-LEAD-01", found=found, fix=f"leadscore identity {lead} shows the ids")
    split(store, lead, apart, int(time.time() * SECOND_US))
