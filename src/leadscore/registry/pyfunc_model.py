"""The MLflow model of a version: a feature frame, or the rows of a table, in; the numbers and words of the API out."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.dataset.table import table_matrix
from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import load_artifact
from leadscore.scoring.scorer import Scorer

with warnings.catch_warnings():
    # mlflow 3.17 warns about its own type hints while it is imported.
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.pyfunc import PythonModel


class LeadscoreModel(PythonModel):  # type: ignore[misc]
    """Answers with the numbers of the API, for `mlflow.pyfunc.load_model` and Spark."""

    def load_context(self, context: Any) -> None:
        """Verify and load the artifact beside the model."""
        self._artifact = load_artifact(Path(context.artifacts["model"]))
        self._scorer = Scorer(self._artifact)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:  # noqa: ARG002
        """Score every row, as `leadscore score` and the API do.

        model_input  one column per feature, as `leadscore features build` writes them, or the table's own columns; in
                     any order, further columns are ignored; shape (n, columns).
        Returns      on the index of model_input: `p_convert_14d` and so on (`p_convert` for a table model), `p_low`,
                     `p_high`, `score`, `grade`, `reason_1` to `reason_3`.
        Raises       DataError [LS-DATA-03] naming the columns that are absent or hold no numbers.
        """
        if self._artifact.manifest["kind"] == "table":
            matrix = table_matrix(model_input, self._artifact.features)
        else:
            matrix = feature_matrix(model_input, self._artifact.features.names)
        return pd.DataFrame(self._scorer.score_matrix(matrix), index=model_input.index)


def feature_matrix(frame: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """Columns of numbers as a matrix, float64, shape (n, names); None and NaN are missing values.

    Raises   DataError [LS-DATA-03] naming the columns that are absent or hold no numbers.
    """
    absent = [name for name in names if name not in frame.columns]
    if absent:
        found = f"the frame lacks {', '.join(absent[:5])}{f' and {len(absent) - 5} more' if absent[5:] else ''}"
        raise DataError("LS-DATA-03", found=found, fix="leadscore features build computes them for any snapshots")
    try:
        return np.ascontiguousarray(frame[list(names)].to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise DataError(
            "LS-DATA-03", found=f"a feature is no number: {error}", allowed="numbers, or missing"
        ) from error


with warnings.catch_warnings():
    # It asks for a type hint of its own kind; the frame's columns depend on the version.
    warnings.simplefilter("ignore")
    mlflow.models.set_model(LeadscoreModel())
