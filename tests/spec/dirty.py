"""How a dirty file is made, what command meets it, and what must be said about it."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ..company import Answer, Company

Content = str | bytes | None | Callable[[Path], None]


class Dirty(NamedTuple):
    """One dirty file.

    name   what is wrong, as a sentence; the id of the test.
    made   text or bytes of the file, a function that makes it, or None for no file at all.
    words  the command; FILE stands for the file.
    code   expected exit code.
    says   words that the answer, or the dead-letter file, must hold: code, row, column, remedy.
    """

    name: str
    made: Content
    words: str
    code: int
    says: tuple[str, ...]


def name_of(case: object) -> str:
    return case.name if isinstance(case, Dirty) else str(case)


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


def gzipped(text: str, keep: int | None = None) -> bytes:
    return gzip.compress(text.encode(), mtime=0)[:keep]


def parquet(frame: pd.DataFrame, keep: int | None = None) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()[:keep]


def meet(company: Company, case: Dirty) -> tuple[Answer, str]:
    """Run the command of a case; what it answered, and all that was said, dead letters included.

    Holds for every case: no traceback, one JSON document, counts that add up, and an error that names the file.
    """
    file = company.home / "dirty.csv"
    if callable(case.made):
        case.made(file)
    elif case.made is not None:
        file.write_bytes(case.made.encode() if isinstance(case.made, str) else case.made)
    answer = company.run(*(str(file) if word == "FILE" else word for word in case.words.split()), "--json")
    said = answer.out + answer.err
    assert "Traceback" not in said
    document = answer.json()
    if "read" in document:
        assert document["read"] == document["inserted"] + document["unchanged"] + document["rejected"], document
        assert bool(document["rejected"]) == bool(document["dead_letter_file"])
        said += Path(document["dead_letter_file"]).read_text() if document["dead_letter_file"] else ""
    if answer.code:
        assert "dirty.csv" in answer.err, answer.err
        assert "  fix " in answer.err, answer.err
    return answer, said


def check(company: Company, case: Dirty) -> Answer:
    """Run the command of a case and hold the answer against what is expected."""
    answer, said = meet(company, case)
    assert answer.code == case.code, json.dumps(answer.out) + said
    missing = [words for words in case.says if words not in said]
    assert not missing, f"{missing} is not said in:\n{said}"
    return answer
