"""Registered versions: log a run with its artifact, move the champion, go back one step."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException

from leadscore.domain.errors import DataError
from leadscore.modeling.artifact import load_artifact
from leadscore.registry.connection import Registry, registry_errors
from leadscore.registry.runs import DataUsed, NestedRun, log_data, log_nested
from leadscore.registry.signature import example_of, signature_of

CHAMPION, CHALLENGER = "champion", "challenger"
_HISTORY_TAG = "champion_history"
# A column of MLflow's store; PostgreSQL refuses a longer text.
_DESCRIPTION_LENGTH = 5_000
_PYFUNC_CODE = Path(__file__).with_name("pyfunc_model.py")


@dataclass(frozen=True)
class RunRecord:
    """What a training run leaves behind in MLflow.

    artifact   folder of the model version.
    files      further files and folders of the run (plots, figures, the evaluation fit).
    params     settings; metrics numbers; tags of the version (kind, gate, reasons).
    nested     runs below it, one for each part; data what it learnt from.
    """

    name: str
    artifact: Path
    params: dict[str, Any]
    metrics: dict[str, float]
    tags: dict[str, str]
    files: tuple[Path, ...] = field(default=())
    nested: tuple[NestedRun, ...] = ()
    data: DataUsed | None = None


def register_version(registry: Registry, record: RunRecord) -> str:
    """Log a run, register its model version and make it the challenger.

    Returns   the version number as text.
    Raises    OutsideError [LS-REGISTRY-01].
    """
    artifact = load_artifact(record.artifact)
    with registry_errors("register the model", registry.uri):
        with mlflow.start_run(experiment_id=registry.experiment_id, run_name=record.name):
            mlflow.log_params(record.params)
            mlflow.log_metrics(record.metrics)
            mlflow.set_tags(record.tags)
            if record.data is not None:
                log_data(record.data)
            log_nested(record.nested, registry.experiment_id)
            for path in record.files:
                if path.is_dir():
                    mlflow.log_artifacts(str(path), artifact_path=path.name)
                else:
                    mlflow.log_artifact(str(path))
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(_PYFUNC_CODE),
                artifacts={"model": str(record.artifact)},
                signature=signature_of(artifact),
                input_example=example_of(artifact),
                pip_requirements=["leadscore"],
            )
        version = _create_version(registry, record.name, info.model_uri, info.run_id)
        for key, value in record.tags.items():
            registry.client.set_model_version_tag(record.name, version, key, value)
        registry.client.set_registered_model_alias(record.name, CHALLENGER, version)
    return version


def describe_version(registry: Registry, name: str, version: str, text: str, files: tuple[Path, ...]) -> None:
    """Give a registered version its description, and its run the files that could be written only after it."""
    with registry_errors("describe the version", registry.uri):
        registry.client.update_model_version(name, version, description=text[:_DESCRIPTION_LENGTH])
        run_id = registry.client.get_model_version(name, version).run_id
        for path in files:
            registry.client.log_artifact(run_id, str(path))


def _create_version(registry: Registry, name: str, model_uri: str, run_id: str) -> str:
    # The client, unlike `log_model(registered_model_name=...)`, prints nothing on its own.
    try:
        registry.client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    return str(registry.client.create_model_version(name, model_uri, run_id=run_id).version)


def version_of(registry: Registry, name: str, alias: str) -> str | None:
    """Version number that an alias points to, or None."""
    with registry_errors(f"look up {alias}", registry.uri):
        try:
            return str(registry.client.get_model_version_by_alias(name, alias).version)
        except MlflowException as error:
            if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                return None
            raise


def version_tags(registry: Registry, name: str, version: str) -> dict[str, str]:
    """Tags of a version.

    Raises   DataError [LS-MODEL-03] if there is no such version.
    """
    with registry_errors(f"look up version {version}", registry.uri):
        try:
            return dict(registry.client.get_model_version(name, version).tags)
        except MlflowException as error:
            if error.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                raise
            known = [str(item.version) for item in registry.client.search_model_versions(f"name='{name}'")]
    raise DataError(
        "LS-MODEL-03", found=f"model {name!r} has no version {version}", allowed=", ".join(sorted(known)) or "none yet"
    )


def champion_history(registry: Registry, name: str) -> list[str]:
    """Versions that were champion before the present one, oldest first."""
    with registry_errors("read the champion's history", registry.uri):
        try:
            return list(json.loads(registry.client.get_registered_model(name).tags.get(_HISTORY_TAG, "[]")))
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return []
            raise


def set_champion(registry: Registry, name: str, version: str, history: list[str]) -> None:
    """Point the champion alias at a version and store the versions before it, oldest first."""
    with registry_errors("move the champion", registry.uri):
        registry.client.set_registered_model_tag(name, _HISTORY_TAG, json.dumps(history))
        registry.client.set_registered_model_alias(name, CHAMPION, version)


def forget_champion(registry: Registry, name: str) -> None:
    """Take the champion alias and its history away; the versions stay registered."""
    with registry_errors("forget the champion", registry.uri):
        if version_of(registry, name, CHAMPION) is not None:
            registry.client.delete_registered_model_alias(name, CHAMPION)
            registry.client.set_registered_model_tag(name, _HISTORY_TAG, "[]")
