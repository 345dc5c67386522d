"""Read the YAML files of `configs/` and say everything that is wrong with them at once."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from leadscore.config.events import EventsConfig
from leadscore.config.features import FeaturesConfig
from leadscore.config.lines import Place, line_numbers, nearest_line
from leadscore.config.mapping import MappingConfig
from leadscore.config.promotion import PromotionConfig
from leadscore.config.routing import RoutingConfig
from leadscore.config.service import ServiceConfig
from leadscore.config.training import TrainingConfig
from leadscore.domain.errors import UsageError

SECTIONS: dict[str, type[BaseModel]] = {
    "service": ServiceConfig,
    "mapping": MappingConfig,
    "events": EventsConfig,
    "features": FeaturesConfig,
    "training": TrainingConfig,
    "promotion": PromotionConfig,
    "routing": RoutingConfig,
}

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Settings:
    """Every configuration file, read and checked; a missing file means its defaults."""

    service: ServiceConfig
    mapping: MappingConfig
    events: EventsConfig
    features: FeaturesConfig
    training: TrainingConfig
    promotion: PromotionConfig
    routing: RoutingConfig


def load_settings(home: Path | None = None) -> Settings:
    """Read all configuration files below the installation's home.

    home     folder that holds `configs/`; None means LEADSCORE_HOME or the current folder.
    Raises   UsageError [LS-CONFIG-01, LS-CONFIG-02] with the faults of all files together.
    """
    base = home if home is not None else ServiceConfig().home
    faults: list[str] = []
    sections: dict[str, Any] = {}
    for name, model in SECTIONS.items():
        try:
            sections[name] = load_section(base / "configs" / f"{name}.yaml", model, home=base)
        except UsageError as error:
            faults.append(str(error))
    if not faults:
        path = base / "configs" / "features.yaml"
        faults = _too_long_windows(sections["features"], sections["training"], path)
    if faults:
        raise UsageError("LS-CONFIG-02", found="the configuration has faults:\n" + "\n".join(faults))
    return Settings(**sections)


def _too_long_windows(features: FeaturesConfig, training: TrainingConfig, path: Path) -> list[str]:
    """A window that reaches back farther than the history that training takes its snapshots from."""
    windows: dict[Place, tuple[int | str, ...]] = {
        ("default", "count_windows_days"): features.default.count_windows_days,
        ("activity_windows_days",): features.activity_windows_days,
    }
    for name, each in features.types.items():
        windows["types", name, "count_windows_days"] = each.count_windows_days
    for number, line in enumerate(features.features):
        windows["features", number, "windows_days"] = line.windows_days
    longest = training.history_days
    lines = _lines_of(path)
    return [
        f"  {_place(path, lines, place)}: {days} is longer than history_days in training.yaml; allowed: up to {longest}"
        for place, given in windows.items()
        for days in given
        if days != "ever" and int(days) > longest
    ]


def load_section(path: Path, model: type[Model], *, home: Path | None = None) -> Model:
    """Read one YAML file into its model.

    path     the file; if absent, the defaults hold.
    model    pydantic model of the file.
    home     handed to the service settings, which know where they live.
    Raises   UsageError naming file, setting, what was found and what is allowed, for every fault of the file.
    """
    section = _checked(model, _read_yaml(path), path)
    return section if home is None or model is not ServiceConfig else section.model_copy(update={"home": home})


def changed(section: Model, changes: Mapping[str, Any], where: str) -> Model:
    """A section with some settings changed, inner ones by name too.

    where    who asks for the changes, for errors.
    Raises   UsageError as `load_section` does.
    """
    values = section.model_dump()
    for name, value in changes.items():
        inner = values.get(name)
        values[name] = {**inner, **value} if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return _checked(type(section), values, Path(where))


def _checked(model: type[Model], values: dict[str, Any], path: Path) -> Model:
    try:
        return model(**values)
    except ValidationError as error:
        lines = _lines_of(path)
        faults = [_fault(path, model, item, lines) for item in error.errors()]
        raise UsageError("LS-CONFIG-02", where=path.as_posix(), found="wrong settings\n" + "\n".join(faults)) from error


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            "LS-CONFIG-01", where=path.as_posix(), found=str(error), fix="see docs/configuration.md"
        ) from error
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise UsageError(
            "LS-CONFIG-01",
            where=path.as_posix(),
            found=f"a {type(values).__name__}",
            allowed="settings as `name: value`",
        )
    return values


def _fault(path: Path, model: type[BaseModel], item: Any, lines: Mapping[Place, int]) -> str:
    place = _place(path, lines, item["loc"])
    if item["type"] == "extra_forbidden":
        allowed = sorted(_model_at(model, item["loc"][:-1]).model_fields)
        near = difflib.get_close_matches(str(item["loc"][-1]), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}"
        return f"  {place}: is no setting; {hint}"
    return f"  {place}: {item['input']!r:.60}: {item['msg']}"


def _lines_of(path: Path) -> Mapping[Place, int]:
    return line_numbers(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _place(path: Path, lines: Mapping[Place, int], way: Place) -> str:
    line = nearest_line(lines, way)
    where = f"{path.name}, line {line}" if line else path.name
    return f"{where}: {'.'.join(str(part) for part in way) or '(whole file)'}"


def _model_at(model: type[BaseModel], place: tuple[str | int, ...]) -> type[BaseModel]:
    for part in place:
        field = model.model_fields.get(str(part))
        kinds = [] if field is None else [field.annotation, *get_args(field.annotation)]
        # A dictionary's key is no field of the model; the sections behind it are met one step earlier.
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), model)
    return model
