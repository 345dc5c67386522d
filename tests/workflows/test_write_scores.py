"""Scores go into the file that was asked for, or the place is named."""

from pathlib import Path

import pandas as pd
import pytest

from leadscore.domain.errors import UsageError
from leadscore.workflows.write_scores import write_scores


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path, tmp_path / "file" / "scores.csv", tmp_path / "file" / "scores.parquet"):
        with pytest.raises(UsageError, match="cannot be written") as refused:
            write_scores(pd.DataFrame({"score": [1]}), out)
        assert refused.value.where == str(out)
