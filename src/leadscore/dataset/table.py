"""Table mode: a flat export, one row per lead with a label column, read and cut in time."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from leadscore.dataset.table_rows import read_parquet_rows, read_text_rows
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.notice import Notice, unheard
from leadscore.domain.progress import Progress, silent
from leadscore.features.feature_set import FeatureSet
from leadscore.features.table_columns import cell_number, column_names, part_of
from leadscore.ingest.detect import detect_form
from leadscore.ingest.mapping import SPLIT_FIX


@dataclass(frozen=True)
class TableRequest:
    """What the columns of a table mean.

    target     label column; id_column and time_column are no features; excluded columns neither.
    positive   label value that means converted; negative may be given too, rows with another value are unlabelled.
    shuffled   the rows are in no order of time: they are shuffled with `seed` before the split.
    keep       columns kept although the leakage gate suspects them.
    """

    target: str
    id_column: str | None = None
    time_column: str | None = None
    exclude: tuple[str, ...] = ()
    positive: str | None = None
    negative: str | None = None
    shuffled: bool = False
    keep: tuple[str, ...] = ()


def read_table(path: Path, notice: Notice = unheard) -> pd.DataFrame:
    """Read CSV, Parquet or JSONL into a frame; format, gzip, encoding and separator are found in the content.

    notice   hears what is doubtful about how it is written.
    Raises   UsageError [LS-FILE-01] if the file is missing; DataError [LS-FILE-01] if it is empty or unreadable,
             [LS-FILE-02] if two columns have one name, [LS-FILE-03] naming rows that cannot be read.
    """
    form = detect_form(path)
    for doubt in form.doubts:
        notice(f"{path.name}: {doubt}")
    frame = read_parquet_rows(path, form) if form.format == "parquet" else read_text_rows(path, form, notice)
    if frame.empty:
        raise DataError("LS-FILE-01", where=str(path), found="it holds no rows", fix="export it again with its rows")
    return frame


def check_columns(frame: pd.DataFrame, request: TableRequest, where: str) -> None:
    """Make sure that every column the request names is there and has one meaning only, all faults at once.

    Raises   UsageError [LS-USAGE-01].
    """
    roles = {
        "--target": (request.target,),
        "--id": (request.id_column,),
        "--time": (request.time_column,),
        "--exclude": request.exclude,
        "--keep": request.keep,
    }
    options: dict[str, list[str]] = {}
    for option, names in roles.items():
        for name in filter(None, dict.fromkeys(names)):
            options.setdefault(name, []).append(option)
    absent = sorted(options.keys() - set(frame.columns))
    if absent:
        raise UsageError(
            "LS-USAGE-01",
            where=where,
            found=f"there is no column {', '.join(absent)}",
            allowed=", ".join(map(str, frame.columns)),
            fix=_meant(absent, [str(name) for name in frame.columns]),
        )
    twice = [f"{name} is named by {' and '.join(by)}" for name, by in sorted(options.items()) if _clash(by)]
    if twice:
        raise UsageError("LS-USAGE-01", where=where, found="; ".join(twice), fix="name each column once")


def _clash(options: list[str]) -> bool:
    """Whether no column can be what all these options say; an id may rise with time, what is excluded is excluded."""
    if "--keep" in options:
        return len(options) > 1
    return "--target" in options and not {"--id", "--time"}.isdisjoint(options)


def _meant(absent: list[str], found: list[str]) -> str:
    close = [(name, get_close_matches(name, found, n=1)) for name in absent]
    hints = [f"perhaps {name} means {matches[0]!r}" for name, matches in close if matches]
    return "; ".join([*hints, *([SPLIT_FIX] if len(found) == 1 else [])]) or "name columns of the file"


def table_matrix(frame: pd.DataFrame, features: FeatureSet, progress: Progress = silent, where: str = "") -> np.ndarray:
    """The rows as numbers, float64, shape (n, columns), NaN where missing; `where` names the table in errors.

    Raises   DataError [LS-DATA-03] naming the model's columns that the table lacks.
    """
    names = column_names(features)
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise DataError(
            "LS-DATA-03",
            where=where,
            found=f"the table lacks {', '.join(absent)}",
            fix="export the columns the model was trained on",
        )
    matrix = np.empty((len(frame), len(features.names)))
    columns: dict[str, list[int]] = {name: [] for name in names}
    for place, feature in enumerate(features.features):
        columns[feature.attribute or ""].append(place)
    for number, (name, places) in enumerate(columns.items()):
        codes, distinct = pd.factorize(frame[name], use_na_sentinel=False)
        numbers = [cell_number(value, features.encoders[name]) for value in distinct]
        for place in places:
            kind = features.features[place].kind
            matrix[:, place] = np.array([part_of(kind, found) for found in numbers])[codes]
        progress("reading columns", number + 1, len(names))
    return matrix
