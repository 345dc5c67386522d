"""Which rows of a table a fit has learnt from, written so small that it fits into the manifest of the fit."""

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from leadscore.features.table_columns import text_of

MOST_KEYS = 200_000


def content_keys(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Keys of rows by what a model sees of them: its own features, shape (n, f), and the label; shape (n,), uint64."""
    cells = np.column_stack([matrix, labels]).astype("<f8") + 0.0
    cells[np.isnan(cells)] = np.nan
    return _keys(row.tobytes() for row in cells)


def id_keys(cells: "pd.Series[str]", secret: bytes) -> np.ndarray:
    """Keys of rows by their identifier, shape (n,), uint64; without the secret nobody can try identifiers on them."""
    return _keys(((text_of(cell) or "").encode() for cell in cells), secret)


def secret_mark(secret: bytes) -> str:
    """Tells whether two records were made with one secret, and nothing about it."""
    return hashlib.blake2b(b"seen rows", digest_size=8, key=secret).hexdigest()


def _keys(contents: Iterable[bytes], secret: bytes = b"") -> np.ndarray:
    digests = b"".join(hashlib.blake2b(content, digest_size=8, key=secret).digest() for content in contents)
    return np.frombuffer(digests, dtype="<u8")


def seen_record(keys: np.ndarray, id_column: str | None, mark: str | None = None) -> dict[str, Any]:
    """What a fit has seen, for its manifest: each key with its count.

    Of more than MOST_KEYS different keys the smallest are kept, a fair sample since keys are hashes: of rows at or
    above `below` nothing is known then.

    mark    `secret_mark` of the secret of keys by identifier.
    """
    distinct, counts = np.unique(keys, return_counts=True)
    below = int(distinct[MOST_KEYS]) if len(distinct) > MOST_KEYS else None
    return {
        "id_column": id_column,
        "secret": mark,
        "below": below,
        "keys": base64.b64encode(distinct[:MOST_KEYS].astype("<u8").tobytes()).decode(),
        "counts": base64.b64encode(counts[:MOST_KEYS].astype("<u4").tobytes()).decode(),
    }


def surely_unseen(keys: np.ndarray, record: dict[str, Any]) -> np.ndarray:
    """Which rows a fit cannot have learnt from, shape (n,), by its `seen_record`.

    keys    of all rows of the new table, from the oldest to the newest. A row told by its identifier is unseen if the
            identifier is. Of rows with equal content as many are taken as seen as the fit saw, the oldest first.
    """
    distinct, position = np.unique(keys, return_inverse=True)
    known = np.frombuffer(base64.b64decode(record["keys"]), dtype="<u8")
    counts = np.frombuffer(base64.b64decode(record["counts"]), dtype="<u4")
    seen = dict(zip(known.tolist(), counts.tolist(), strict=True))
    times = np.array([seen.get(key, 0) for key in distinct.tolist()], dtype=np.int64)[position]
    unseen: np.ndarray = times == 0 if record["id_column"] is not None else _occurrence(position) >= times
    return unseen if record["below"] is None else unseen & (keys < np.uint64(record["below"]))


def _occurrence(position: np.ndarray) -> np.ndarray:
    """How many equal ones stand before each.

    >>> _occurrence(np.array([7, 8, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    places = pd.Series(position)
    return places.groupby(places).cumcount().to_numpy()
