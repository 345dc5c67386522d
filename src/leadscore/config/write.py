"""Write configuration files with every default and its meaning, straight from the pydantic models."""

import inspect
from pathlib import Path

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadscore.config.load import SECTIONS
from leadscore.domain.errors import UsageError

_WIDTH = 118
# Where the installation lives is told by the environment, not by a file inside it.
_NOT_WRITTEN = {"service": {"home", "database_url", "mlflow_tracking_uri"}}


def configuration_text(section: str) -> str:
    """The YAML text of one configuration file: defaults, each under its meaning.

    section   a key of SECTIONS, e.g. "training".

    >>> "main_horizon_days: 60" in configuration_text("training")
    True
    """
    model = SECTIONS[section]
    heading = (inspect.getdoc(model) or "").splitlines()[0]
    lines = [f"# {heading}"]
    for name, field in model.model_fields.items():
        if name not in _NOT_WRITTEN.get(section, set()):
            lines += ["", *_setting(name, field, indent=0)]
    return "\n".join(lines) + "\n"


def write_configuration(folder: Path) -> list[Path]:
    """Write every configuration file that is not there yet.

    folder    the `configs/` folder; made if absent.
    Returns   the files written; existing ones are left as they are.
    Raises    UsageError [LS-FILE-01] if the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("LS-FILE-01", where=str(folder), found=f"no folder can be made there: {error}") from error
    written = []
    for section in SECTIONS:
        path = folder / f"{section}.yaml"
        if not path.exists():
            path.write_text(configuration_text(section), encoding="utf-8")
            written.append(path)
    return written


def _setting(name: str, field: FieldInfo, indent: int) -> list[str]:
    pad = " " * indent
    meaning = [f"{pad}# {field.description}"] if field.description else []
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        inner = [line for key, part in type(default).model_fields.items() for line in _setting(key, part, indent + 2)]
        return [*meaning, f"{pad}{name}:", *inner]
    value = list(default) if isinstance(default, tuple) else default
    if isinstance(value, dict):
        value = {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()}
    flow = None if isinstance(value, (list, dict)) else False
    text = yaml.safe_dump(
        {name: value}, default_flow_style=flow, width=_WIDTH - indent, sort_keys=False, allow_unicode=True
    )
    return [*meaning, *[pad + line for line in text.rstrip("\n").splitlines()]]
