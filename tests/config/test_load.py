"""Configuration files: all faults at once, near names offered, nothing unknown accepted."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from leadscore.config.load import SECTIONS, load_settings
from leadscore.config.write import configuration_text
from leadscore.domain.errors import UsageError


def write(home: Path, **files: str) -> Path:
    (home / "configs").mkdir(parents=True)
    for name, text in files.items():
        (home / "configs" / f"{name}.yaml").write_text(text)
    return home


def test_without_files_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.training.horizons_days == (14, 60, 180)
    assert settings.service.store_url == f"sqlite:///{(tmp_path / 'data/leadscore.db').resolve()}"


def test_the_faults_of_all_files_are_told_together_with_the_allowed_names(tmp_path: Path) -> None:
    home = write(
        tmp_path,
        training="horizonsdays: [1]\nseed: x\nlightgbm: {leafs: 3}\n",
        routing="a: [1\n",
        features="types: {demo: {count_evr: true}}\n",
    )
    with pytest.raises(UsageError) as caught:
        load_settings(home)
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert "training.yaml, line 1: horizonsdays: is no setting; did you mean horizons_days?" in text
    assert "seed: 'x'" in text
    assert "lightgbm.leafs: is no setting; did you mean leaves?" in text
    assert "types.demo.count_evr: is no setting; did you mean count_ever?" in text
    assert "routing.yaml: while parsing" in text


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("horizons_days: [60, 14]", "must rise"),
        ("main_horizon_days: 30", "must be one of horizons_days"),
        ("grade_lifts: [1.0, 2.0, 3.0]", "must fall"),
        ("- a list", "settings as `name: value`"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        load_settings(write(tmp_path, training=line + "\n"))


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSCORE_PORT", "7777")
    assert load_settings(write(tmp_path, service="port: 1234\n")).service.port == 7777


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_the_written_configuration_reads_back_as_the_defaults(tmp_path: Path, section: str) -> None:
    home = write(tmp_path, **{section: configuration_text(section)})
    assert getattr(load_settings(home), section) == getattr(load_settings(tmp_path / "empty"), section).model_copy(
        update={"home": home} if section == "service" else {}
    )


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    parts = [kind for field in model.model_fields.values() for kind in (field.annotation, *get_args(field.annotation))]
    inner = [kind for kind in parts if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [model, *(deeper for kind in inner for deeper in sections(kind))]


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_every_setting_is_explained(section: str) -> None:
    for model in sections(SECTIONS[section]):
        assert model.__doc__
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"


def test_the_shipped_configuration_is_the_default_one() -> None:
    folder = Path(__file__).parents[2] / "configs"
    for section in SECTIONS:
        assert (folder / f"{section}.yaml").read_text() == configuration_text(section), section
