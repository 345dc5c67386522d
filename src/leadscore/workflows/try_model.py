"""Try an exported model in a process of its own, which may crash, hang or grow without harm to the service.

Run as `python -m leadscore.workflows.try_model FOLDER [HOME]`; answers one JSON object: what was verified, or what is
wrong. A home is given where features come from plug-ins, which its configuration names.
"""

import importlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from leadscore.domain.errors import LeadscoreError
from leadscore.features.online import OnlineFeatures
from leadscore.modeling.artifact import DIGEST, ModelArtifact, load_artifact
from leadscore.scoring.scorer import Scorer

try:
    import resource
except ImportError:  # not a Unix system: the time-out of the parent is what remains
    resource = None  # type: ignore[assignment]

PATIENCE_SECONDS = 30
_MOST_BYTES = 2 << 30
_LONGEST_TEXT = 1_000
_STRANGE_VALUES = (np.nan, 0.0, 1.0, -1.0, 1e15, -1e15)


def main(folder: Path, home: Path | None = None) -> None:
    """Answer on standard output, on which nothing else can write."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # LightGBM tells there about every line that it does not know, perhaps without end.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    _limit()
    json.dump(_tried(folder, home), answer)
    answer.close()


def _tried(folder: Path, home: Path | None) -> dict[str, str]:
    try:
        if home is not None:
            # Reading a configuration takes as long as all the rest, so only then.
            importlib.import_module("leadscore.workflows.load_plugins").open_settings(home)
        artifact = load_artifact(folder)
        _score_strange_rows(artifact)
    except LeadscoreError as error:
        told = {"where": error.where, "found": error.found, "allowed": error.allowed, "fix": error.fix}
        return {name: text[:_LONGEST_TEXT] for name, text in told.items()}
    # Whatever else a hostile file causes is its refusal too.
    except Exception as error:
        return {"found": f"it cannot be used: {error!r}"[:_LONGEST_TEXT]}
    return {DIGEST: str(artifact.manifest[DIGEST])}


def _score_strange_rows(artifact: ModelArtifact) -> None:
    """Do all that serving does with it, also with values that no lead has."""
    OnlineFeatures(artifact.features)
    scorer = Scorer(artifact)
    for value in _STRANGE_VALUES:
        found = scorer.score_row([value] * artifact.predictor.n_features)
        numbers = [*found.p_convert.values(), *found.interval, found.score / 100]
        if not all(0 <= number <= 1 for number in numbers) or not found.interval[0] <= found.interval[1]:
            raise ValueError(f"features of {value} score {found}")


def _limit() -> None:
    """End by itself where the parent cannot end it any more, before memory is short; leave no core file."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_SECONDS, PATIENCE_SECONDS))
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + _MOST_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
