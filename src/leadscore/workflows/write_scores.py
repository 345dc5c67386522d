"""Write scores to the file a user asked for."""

from pathlib import Path

import pandas as pd

from leadscore.domain.errors import UsageError


def write_scores(frame: pd.DataFrame, out: Path) -> None:
    """Write scores as Parquet or, by any other suffix, as CSV.

    Raises   UsageError [LS-USAGE-01] if the place cannot be written to.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix == ".parquet":
            frame.to_parquet(out, index=False)
        else:
            frame.to_csv(out, index=False)
    except OSError as error:
        raise UsageError(
            "LS-USAGE-01",
            where=str(out),
            found=f"cannot be written: {error.strerror or error}",
            fix="name a file in a folder you may write to",
        ) from error
