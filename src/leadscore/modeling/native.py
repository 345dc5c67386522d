"""LightGBM models scored through LightGBM's own C library, without importing the `lightgbm` package.

Importing the package costs seconds and 200 MB (it pulls in pandas and scikit-learn); its library alone a tenth of that.
"""

import ctypes
import importlib.util
import json
import threading
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError, OutsideError

_RAW_SCORE, _LEAF_INDEX, _CONTRIBUTIONS = 1, 2, 3
_FLOAT64 = 1
_ONE_THREAD = b"num_threads=1"
_OBJECTIVE = "binary sigmoid:1"


@cache
def lightgbm_library() -> ctypes.CDLL:
    """LightGBM's C library out of the installed wheel, loaded once per process.

    Raises    OutsideError [LS-MODEL-02] if LightGBM is not installed or its library cannot be loaded.
    """
    spec = importlib.util.find_spec("lightgbm")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    found = sorted(folder.glob("lib/lib_lightgbm.*")) + sorted(folder.glob("bin/lib_lightgbm.*")) if folder else []
    if not found:
        raise OutsideError("LS-MODEL-02", found="LightGBM's library is not installed", fix="pip install lightgbm")
    try:
        library = ctypes.CDLL(str(found[0]))
    except OSError as error:
        raise OutsideError("LS-MODEL-02", where=str(found[0]), found=f"cannot be loaded: {error}") from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    library.LGBM_BoosterPredictForMatSingleRowFast.argtypes = [ctypes.c_void_p] * 4
    library.LGBM_FastConfigFree.argtypes = [ctypes.c_void_p]
    library.LGBM_BoosterFree.argtypes = [ctypes.c_void_p]
    return library


def _check(library: ctypes.CDLL, status: int) -> None:
    if status != 0:
        message = library.LGBM_GetLastError().decode("utf-8", "replace")
        raise DataError("LS-MODEL-02", found=f"LightGBM refuses: {message}")


def _release(library: ctypes.CDLL, booster: int, configs: list[int]) -> None:
    for config in configs:
        library.LGBM_FastConfigFree(config)
    library.LGBM_BoosterFree(booster)


class NativeBooster:
    """A binary LightGBM model read from its text; gives the same numbers as `lightgbm.Booster`, bit for bit.

    model_text  what `Booster.model_to_string()` wrote: binary objective, one tree per iteration, constant leaves.
    Raises      DataError [LS-MODEL-02] if the text is another kind of model. A damaged text can crash the process
                inside the library, so verify its hash before.

    Safe to share between threads: a single row takes a lock around its buffers.
    """

    def __init__(self, model_text: str) -> None:
        _refuse_other_models(model_text)
        self._library = lightgbm_library()
        iterations, handle = ctypes.c_int(0), ctypes.c_void_p()
        text = model_text.encode("utf-8")
        status = self._library.LGBM_BoosterLoadModelFromString(text, ctypes.byref(iterations), ctypes.byref(handle))
        _check(self._library, status)
        self._handle = handle
        self._configs: list[int] = []
        self._finalizer = weakref.finalize(self, _release, self._library, handle.value or 0, self._configs)
        self.n_trees = iterations.value
        self.n_features = self._count("LGBM_BoosterGetNumFeature")
        self._row = np.zeros(self.n_features)
        self._out = np.zeros(max(self.n_trees, 1))
        self._out_length = ctypes.c_int64(0)
        self._lock = threading.Lock()
        self._raw_call = self._prepare(_RAW_SCORE)
        self._leaf_call = self._prepare(_LEAF_INDEX)

    def raw(self, row: NDArray[np.float64]) -> float:
        """Log-odds of one row of shape (n_features,); NaN means missing."""
        with self._lock:
            self._row[:] = row
            self._raw_call()
            return float(self._out[0])

    def leaves(self, row: NDArray[np.float64]) -> NDArray[np.int32]:
        """Leaf that one row of shape (n_features,) falls into, per tree: shape (n_trees,)."""
        with self._lock:
            self._row[:] = row
            self._leaf_call()
            return self._out[: self.n_trees].astype(np.int32)

    def raw_matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of each row of a matrix of shape (n, n_features): shape (n,)."""
        return self._predict(matrix, _RAW_SCORE, 1)[:, 0]

    def leaf_matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.int32]:
        """Leaf of each row of a matrix of shape (n, n_features) in each tree: shape (n, n_trees)."""
        return self._predict(matrix, _LEAF_INDEX, self.n_trees).astype(np.int32)

    def shapley_matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shapley value of each feature for the log-odds of each row of a matrix of shape (n, n_features), by TreeSHAP.

        Returns   shape (n, n_features + 1); the last column is the value that effects start from, and a row adds up to
                  its log-odds.

        Source: Lundberg, Erion and Lee (2018), "Consistent individualized feature attribution for tree ensembles".
        """
        return self._predict(matrix, _CONTRIBUTIONS, self.n_features + 1)

    def dump(self) -> dict[str, Any]:
        """The model as LightGBM's JSON structure: trees with splits, leaf values and row counts."""
        size, needed = 1 << 20, ctypes.c_int64(0)
        while True:
            buffer = ctypes.create_string_buffer(size)
            status = self._library.LGBM_BoosterDumpModel(
                self._handle, 0, -1, 0, ctypes.c_int64(size), ctypes.byref(needed), buffer
            )
            _check(self._library, status)
            if needed.value <= size:
                structure: dict[str, Any] = json.loads(buffer.value.decode("utf-8"))
                return structure
            size = needed.value

    def close(self) -> None:
        """Give the native memory back now instead of at garbage collection; the booster cannot score any more."""
        self._finalizer()

    def _count(self, function: str) -> int:
        number = ctypes.c_int(0)
        _check(self._library, getattr(self._library, function)(self._handle, ctypes.byref(number)))
        return number.value

    def _prepare(self, kind: int) -> Callable[[], None]:
        """A call that scores `_row` into `_out`; addresses and settings are fixed once, which makes it fast."""
        config, library = ctypes.c_void_p(), self._library
        status = library.LGBM_BoosterPredictForMatSingleRowFastInit(
            self._handle, kind, 0, -1, _FLOAT64, ctypes.c_int32(self.n_features), _ONE_THREAD, ctypes.byref(config)
        )
        _check(library, status)
        handle = config.value or 0
        self._configs.append(handle)
        function = library.LGBM_BoosterPredictForMatSingleRowFast
        row, out, length = self._row.ctypes.data, self._out.ctypes.data, ctypes.addressof(self._out_length)

        def predict() -> None:
            if function(handle, row, length, out) != 0:
                _check(library, -1)

        return predict

    def _predict(self, matrix: NDArray[np.float64], kind: int, width: int) -> NDArray[np.float64]:
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.n_features:
            raise ValueError(f"matrix has shape {rows.shape}, the model needs (n, {self.n_features})")
        out, length = np.zeros((len(rows), width)), ctypes.c_int64(0)
        if out.size:
            shape = ctypes.c_int32(len(rows)), ctypes.c_int32(self.n_features)
            status = self._library.LGBM_BoosterPredictForMat(
                self._handle,
                ctypes.c_void_p(rows.ctypes.data),
                _FLOAT64,
                *shape,
                1,
                kind,
                0,
                -1,
                _ONE_THREAD,
                ctypes.byref(length),
                ctypes.c_void_p(out.ctypes.data),
            )
            _check(self._library, status)
        return out


def _refuse_other_models(model_text: str) -> None:
    header, _, trees = model_text.partition("\nTree=")
    settings = dict(line.partition("=")[::2] for line in header.splitlines())
    faults = []
    if settings.get("objective") != _OBJECTIVE:
        faults.append(f"objective is {settings.get('objective')!r}")
    if (settings.get("num_class"), settings.get("num_tree_per_iteration")) != ("1", "1"):
        faults.append("it has several classes or trees per iteration")
    if "average_output" in settings or "\nis_linear=1" in trees:
        faults.append("its trees are averaged or linear")
    if faults:
        raise DataError("LS-MODEL-02", found="; ".join(faults), allowed=f"objective={_OBJECTIVE}, plain boosted trees")
