"""Forget people: everything about them goes, from the database to the last file, and does not come back."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from leadscore.config.load import Settings
from leadscore.domain.progress import Progress, silent
from leadscore.ingest.mentions import address_words, id_word
from leadscore.store.engine import Store, reading, writing
from leadscore.store.erasure import clean_files, delete_person
from leadscore.store.personal import find_person, rows_of
from leadscore.store.suppression import allow_again as allow_words
from leadscore.store.suppression import nobody_suppressed, suppress, suppressed_words
from leadscore.workflows.export_person import unknown_person
from leadscore.workflows.sweep_files import sweep_files


@dataclass(frozen=True)
class Erasure:
    """What was removed, in numbers; it names nobody, so that it can be kept.

    ids               how many ids the people had.
    rows              rows removed by table.
    files, file_rows  in how many files rows were found, and how many.
    remembered        ids and addresses of which nothing will be stored again, that were not remembered before.
    shared_addresses  e-mail addresses that other leads use too, which therefore may be stored again.
    """

    ids: int
    rows: dict[str, int]
    files: int
    file_rows: int
    remembered: int
    shared_addresses: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON answer; `erased` is false if nothing was left of them."""
        return {"erased": bool(self.rows or self.file_rows), **vars(self)}


def erase_leads(
    settings: Settings,
    store: Store,
    lead_ids: Sequence[str],
    now: int,
    progress: Progress = silent,
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Erasure:
    """Erase the people who go by some ids, with all of their ids; ends once no byte of them can be read.

    What an interrupted run left is finished by the next one, since rows go last.

    now      epoch microseconds.
    turn     taken around each write, not around going through the files, which takes longest.
    Raises   DataError [LS-LEAD-01] if nothing is stored about one of them and it was not erased before;
             OutsideError [LS-STORE-01, LS-FILE-01] if a database or a file refuses; erase again then.
    """
    for lead_id in lead_ids:
        _require_known(settings, store, lead_id)
    with turn(), writing(store) as connection:
        person = find_person(connection, lead_ids)
        remembered = suppress(connection, person.words, now)
    swept = sweep_files(settings, person.mentions, person.ids, progress)
    with turn():
        with writing(store) as connection:
            rows = delete_person(connection, person)
        progress("cleaning the database", 0, 1)
        clean_files(store)
    progress("cleaning the database", 1, 1)
    return Erasure(len(person.ids), dict(rows), swept.files, swept.rows, remembered, person.shared)


def allow_again(store: Store, given: Sequence[str]) -> int:
    """Let facts about erased ids or e-mail addresses be stored again; how many of them were remembered."""
    return allow_words(store, {word for text in given for word in (id_word(text), *address_words(text))})


def _require_known(settings: Settings, store: Store, lead_id: str) -> None:
    with reading(store) as connection:
        person = find_person(connection, [lead_id])
        if any(rows_of(connection, person).values()):
            return
        if not nobody_suppressed(connection) and suppressed_words(connection, {id_word(lead_id)}):
            return
    if not sweep_files(settings, person.mentions, person.ids, silent, remove=False).rows:
        raise unknown_person(lead_id)
