"""The MLflow model of a version: a feature frame, or the rows of a table, in; probabilities out."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from leadscore.dataset.table import table_matrix
from leadscore.modeling.artifact import load_artifact

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

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:  # noqa: ARG002
        """Probability by horizon.

        model_input  one column per feature name (events), or the table's own columns; shape (n, columns).
        Returns      `p_convert_14d` and so on, or `p_convert` for a table model; shape (n, horizons).
        """
        artifact = self._artifact
        if artifact.manifest["kind"] == "table":
            matrix = table_matrix(model_input, artifact.features)
        else:
            matrix = np.ascontiguousarray(model_input[list(artifact.features.names)].to_numpy(dtype=np.float64))
        names = ["p_convert" if key == "table" else f"p_convert_{key}" for key in artifact.horizon_keys]
        return pd.DataFrame(artifact.predictor.curve(matrix), columns=names, index=model_input.index)


with warnings.catch_warnings():
    # It asks for a type hint of its own kind; the frame's columns depend on the version.
    warnings.simplefilter("ignore")
    mlflow.models.set_model(LeadscoreModel())
