"""Scoring many leads: what cannot be read is said before anything else happens."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadscore.config.load import load_settings
from leadscore.domain.errors import UsageError
from leadscore.domain.progress import silent
from leadscore.workflows.score_batch import score_snapshot_file


def test_an_unknown_time_zone_of_the_mapping_is_named_before_anything_is_read(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    wrong = replace(settings, mapping=settings.mapping.model_copy(update={"timezone": "Mars/Base"}))
    with pytest.raises(UsageError, match="Mars/Base") as refused:
        score_snapshot_file(wrong, tmp_path / "s.csv", tmp_path / "out.csv", "leadscore", None, silent)
    assert refused.value.code == "LS-CONFIG-02"
