"""What a training run leaves in MLflow beside its model: the data it learnt from, and a run for each of its parts."""

from dataclasses import dataclass, field
from typing import Any

import mlflow
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset


@dataclass(frozen=True)
class NestedRun:
    """A part of a training: a backtest origin or a baseline."""

    name: str
    params: dict[str, Any]
    metrics: dict[str, float]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataUsed:
    """Where a model comes from; no value of the data, no address and no password is in it.

    digest   of the facts or rows, equal for equal data.
    about    what kind of store or file, counts, periods.
    """

    name: str
    digest: str
    about: dict[str, Any]


def log_data(data: DataUsed) -> None:
    """Name the data of the present run, as its training input."""
    source = CodeDatasetSource({key: str(value) for key, value in data.about.items()})
    mlflow.log_input(MetaDataset(source, name=data.name, digest=data.digest), context="training")


def log_nested(runs: tuple[NestedRun, ...], experiment_id: str) -> None:
    """Log runs below the present one."""
    for run in runs:
        with mlflow.start_run(experiment_id=experiment_id, run_name=run.name, nested=True):
            mlflow.log_params(run.params)
            mlflow.log_metrics(run.metrics)
            mlflow.set_tags(run.tags)
