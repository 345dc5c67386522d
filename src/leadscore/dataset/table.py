"""Table mode: a flat export, one row per lead with a label column, read and cut in time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import pandas as pd

from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.progress import Progress, silent
from leadscore.features.feature_set import Encoder, FeatureSet, finite_number
from leadscore.features.table_columns import column_features, column_names, learn_encoder, text_of
from leadscore.ingest.detect import UNREADABLE, FileForm, detect_form, open_binary

_POSITIVE = ("1", "true", "yes", "won", "y", "t")
_NO_LABEL = ("", "nan", "nat", "<na>")


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


def read_table(path: Path) -> pd.DataFrame:
    """Read CSV, Parquet or JSONL into a frame; format, gzip, encoding and separator are found in the content.

    Raises   UsageError [LS-FILE-01] if the file is missing; DataError [LS-FILE-01] if it is empty or unreadable.
    """
    form = detect_form(path)
    try:
        with open_binary(path, form.gzipped) as file:
            frame = _read(file, form)
    except (ValueError, *UNREADABLE) as error:
        raise DataError("LS-FILE-01", where=str(path), found=f"cannot be read: {error}") from error
    if frame.empty:
        raise DataError("LS-FILE-01", where=str(path), found="it holds no rows", fix="export it again with its rows")
    return frame


def _read(file: BinaryIO, form: FileForm) -> pd.DataFrame:
    if form.format == "parquet":
        return pd.read_parquet(file)
    if form.format == "jsonl":
        return pd.read_json(file, lines=True, dtype=False, encoding=form.encoding)
    return pd.read_csv(file, sep=form.separator, dtype=str, keep_default_na=False, encoding=form.encoding)


def check_columns(frame: pd.DataFrame, request: TableRequest, where: str) -> None:
    """Make sure that every column the request names is there, all faults at once.

    Raises   UsageError [LS-USAGE-01].
    """
    named = [request.target, request.id_column, request.time_column, *request.exclude, *request.keep]
    absent = sorted({name for name in named if name is not None and name not in frame.columns})
    if absent:
        raise UsageError(
            "LS-USAGE-01",
            where=where,
            found=f"there is no column {', '.join(absent)}",
            allowed=", ".join(map(str, frame.columns)),
        )


def labels_of(frame: pd.DataFrame, request: TableRequest, where: str) -> np.ndarray:
    """Labels of the rows: 1 converted, 0 not, -1 unlabelled; shape (n,), int8.

    Raises   UsageError [LS-USAGE-01] naming the values if they do not say which one means converted;
             DataError [LS-DATA-02] if only one class is there.
    """
    texts = [_label_text(value) for value in frame[request.target]]
    found = sorted({text for text in texts if text is not None})
    place = f"{where}, column {request.target}"
    if len(found) < 2:
        raise DataError("LS-DATA-02", where=place, found=f"only the value {', '.join(found) or '(empty)'} is there")
    positive, negative = _label_text(request.positive), _label_text(request.negative)
    if positive is None and len(found) == 2:
        positive = next((text for text in found if text.lower() in _POSITIVE), None)
    if negative is None and len(found) == 2:
        negative = next(text for text in found if text != positive)
    if positive not in found or negative not in found:
        raise UsageError(
            "LS-USAGE-01",
            where=place,
            found=f"its values are {', '.join(found[:12])}{', ...' if len(found) > 12 else ''}",
            fix="say which mean converted and not: --positive VALUE --negative VALUE",
        )
    return np.array([1 if text == positive else 0 if text == negative else -1 for text in texts], dtype=np.int8)


def _label_text(value: object) -> str | None:
    """As `text_of`, but words such as "none" are labels: only an empty cell is none."""
    text = text_of(value)
    if text is not None or value is None:
        return text
    word = str(value).strip()
    return None if word.lower() in _NO_LABEL else word


def time_order(frame: pd.DataFrame, request: TableRequest, seed: int) -> np.ndarray:
    """Row positions from the oldest to the newest: by the time column, else file order, else shuffled.

    Raises   DataError [LS-TIME-02] if the time column holds values that are no time.
    """
    if request.time_column is not None:
        texts = [text_of(value) for value in frame[request.time_column]]
        kind: Literal["number", "date"] = "number" if all(map(_is_number, texts)) else "date"
        moments = np.array([Encoder(kind, {}).encode(text) for text in texts])
        bad = np.flatnonzero(np.isnan(moments)) + 1
        if len(bad):
            raise DataError(
                "LS-TIME-02",
                where=f"column {request.time_column}",
                found=f"{len(bad)} rows hold no time, first row {bad[0]}",
                allowed="ISO dates, or numbers that rise with time",
            )
        return np.argsort(moments, kind="stable")
    if request.shuffled:
        return np.random.default_rng(seed).permutation(len(frame))
    return np.arange(len(frame))


def _is_number(text: str | None) -> bool:
    return text is not None and not math.isnan(finite_number(text))


def learn_columns(frame: pd.DataFrame, skip: Sequence[str], *, max_categories: int, min_rows: int) -> FeatureSet:
    """Find out what each column holds, from the rows given (training rows only)."""
    encoders = {
        str(name): learn_encoder([text_of(v) for v in frame[name]], max_categories=max_categories, min_rows=min_rows)
        for name in frame.columns
        if name not in skip
    }
    return column_features({name: encoder for name, encoder in encoders.items() if encoder is not None})


def table_matrix(frame: pd.DataFrame, features: FeatureSet, progress: Progress = silent) -> np.ndarray:
    """The rows as numbers, float64, shape (n, columns), NaN where missing.

    Raises   DataError [LS-DATA-03] naming the model's columns that the table lacks.
    """
    names = column_names(features)
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise DataError(
            "LS-DATA-03",
            found=f"the table lacks {', '.join(absent)}",
            fix="export the columns the model was trained on",
        )
    matrix = np.empty((len(frame), len(names)))
    for number, name in enumerate(names):
        matrix[:, number] = _encode_column(frame[name], features.encoders[name])
        progress("reading columns", number + 1, len(names))
    return matrix


def _encode_column(cells: "pd.Series[str]", encoder: Encoder) -> np.ndarray:
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    return np.array([encoder.encode(text_of(value)) for value in distinct], dtype=float)[codes]
