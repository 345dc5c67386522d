"""Connect to MLflow: an embedded SQLite store under `models/` unless an address is given."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Read by mlflow while it is imported: no usage reports to others, no second progress bar beside ours.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

with warnings.catch_warnings():
    # mlflow 3.17 was written before SQLAlchemy 2.1 and uses names that it deprecates.
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

from leadscore.domain.errors import OutsideError

EXPERIMENT = "leadscore"
_ADDRESS = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True)
class Registry:
    """An open connection to MLflow.

    client         for runs, versions and aliases.
    experiment_id  the experiment that all leadscore runs belong to.
    uri            tracking and registry address.
    """

    client: MlflowClient
    experiment_id: str
    uri: str


@contextmanager
def registry_errors(action: str, uri: str) -> Iterator[None]:
    """Turn a failure of MLflow into an error that names the action and the address.

    Raises   OutsideError [LS-REGISTRY-01].
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (MlflowException, OSError) as error:
        raise OutsideError(
            "LS-REGISTRY-01",
            found=f"could not {action}: {str(error)[:300]}",
            where=uri,
            fix="check MLFLOW_TRACKING_URI and that the server or folder can be reached",
        ) from error


@contextmanager
def _environment_kept() -> Iterator[None]:
    # mlflow writes its address into the environment, where the next installation opened in this process would find it.
    given = os.environ.get(_ADDRESS)
    yield
    if given is None:
        os.environ.pop(_ADDRESS, None)
    else:
        os.environ[_ADDRESS] = given


def open_registry(uri: str, models_folder: Path) -> Registry:
    """Connect to MLflow and make sure that the experiment exists.

    uri            `sqlite:///...`, `postgresql://...` or `http(s)://...`.
    models_folder  artifacts of an embedded store go to its `artifacts/` (a server keeps its own place).
    Raises         OutsideError [LS-REGISTRY-01] if MLflow cannot be reached.
    """
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with registry_errors("open the model registry", uri):
        embedded = uri.startswith("sqlite:")
        if embedded:
            models_folder.mkdir(parents=True, exist_ok=True)
        with _environment_kept():
            mlflow.set_tracking_uri(uri)
            mlflow.set_registry_uri(uri)
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        found = client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return Registry(client, found.experiment_id, uri)
        place = (models_folder / "artifacts").resolve().as_uri() if embedded else None
        return Registry(client, client.create_experiment(EXPERIMENT, artifact_location=place), uri)
