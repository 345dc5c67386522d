"""Writing a simulated company as the files a real one would export: gzipped CSV, and a note that it is simulated."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from leadscore.domain.errors import OutsideError
from leadscore.simulate.company import SimulatedCompany

_TIMES = ("created_at", "occurred_at", "known_at")
_NOTE = """\
SIMULATED DATA. No person, company or event in these files is real.

They were drawn by leadscore's simulation ({leads} leads, {events} events, {conversions} customers). Whatever a model
reaches on them says how well it finds what this simulated world holds, not what it would reach on real leads.

leads.csv.gz       one row per lead, with the attributes it arrived with
attributes.csv.gz  attribute values that became known later
events.csv.gz      engagement events; about one in a hundred rows is repeated word for word, as exports do
outcomes.csv.gz    how leads ended; a lead without a row is open
"""


def write_company(company: SimulatedCompany, folder: Path) -> dict[str, Path]:
    """Write `leads`, `attributes`, `events` and `outcomes` as gzipped CSV, and README.txt; existing files are replaced.

    folder   made if missing.
    Returns  kind -> path of its file. Times are ISO 8601 with Z; empty cells are missing values. Equal companies give
             equal bytes.
    Raises   OutsideError [LS-FILE-01] if the folder cannot be written.
    """
    repeated = np.concatenate([np.arange(company.events.num_rows), company.repeats])
    tables = {
        "leads": company.leads,
        "attributes": company.attributes,
        "events": company.events.take(pa.array(repeated)),
        "outcomes": company.outcomes,
    }
    paths = {kind: folder / f"{kind}.csv.gz" for kind in tables}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, table in tables.items():
            _write_table(table, paths[kind])
        (folder / "README.txt").write_text(_NOTE.format(**company.summary()), encoding="utf-8")
    except OSError as error:
        raise OutsideError("LS-FILE-01", where=str(folder), found=f"cannot be written: {error.strerror}") from error
    return paths


def _write_table(table: pa.Table, path: Path) -> None:
    for position, name in enumerate(table.column_names):
        if name in _TIMES:
            table = table.set_column(position, name, _iso_texts(table[name]))
        elif name == "amount":
            table = table.set_column(position, name, _money_texts(table[name]))
    # No name and no time in the gzip header, so that equal companies give equal bytes.
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=3, mtime=0) as packed:
        csv.write_csv(table, packed, csv.WriteOptions(quoting_style="needed"))


def _iso_texts(instants: pa.ChunkedArray) -> pa.ChunkedArray:
    # Whole milliseconds: strftime writes as many decimals as the type holds.
    moments = pc.cast(instants, pa.timestamp("us", "UTC")).cast(pa.timestamp("ms", "UTC"))
    return pc.strftime(moments, format="%Y-%m-%dT%H:%M:%SZ")


def _money_texts(minor_units: pa.ChunkedArray) -> pa.Array:
    amounts = minor_units.to_pylist()
    return pa.array([None if a is None else f"{a // 100}.{a % 100:02d}" for a in amounts], pa.string())
