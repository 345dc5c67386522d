"""What the MLflow model of a version takes and gives, by column."""

import warnings
from typing import Any

import pandas as pd

from leadscore.features.table_columns import column_names
from leadscore.modeling.artifact import ModelArtifact
from leadscore.scoring.scorer import score_columns

with warnings.catch_warnings():
    # mlflow 3.17 warns about its own type hints while it is imported.
    warnings.simplefilter("ignore")
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

_TEXTS = ("grade", "reason")


def signature_of(artifact: ModelArtifact) -> Any:
    """The signature of a version, from its features alone, so that no value of the data gets into it.

    Features are numbers. The cells of a table may be of any type, since a column of numbers may be read as categories.
    """
    if artifact.manifest["kind"] == "table":
        taken = [ColSpec(AnyType(), name) for name in column_names(artifact.features)]
    else:
        taken = [ColSpec(DataType.double, name) for name in artifact.features.names]
    given = [
        ColSpec(DataType.string if name.startswith(_TEXTS) else DataType.double, name)
        for name in score_columns(artifact.horizon_keys)
    ]
    return ModelSignature(Schema(taken), Schema(given))


def example_of(artifact: ModelArtifact) -> pd.DataFrame:
    """One made-up row that a version takes: a lead of whom nothing is known; it holds no value of the data."""
    if artifact.manifest["kind"] == "table":
        return pd.DataFrame({name: [""] for name in column_names(artifact.features)})
    return pd.DataFrame({name: [0.0] for name in artifact.features.names})
