"""A model version as a folder of plain text files: written once, verified before every use, never a pickle."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadscore.domain.errors import DataError
from leadscore.features.feature_set import FeatureSet
from leadscore.modeling.band_files import band_files, needed_band_files, read_bands
from leadscore.modeling.band_model import BandModel
from leadscore.modeling.golden_rows import golden_answers, refuse_other_answers
from leadscore.modeling.intervals import IntervalTable
from leadscore.modeling.predictor import BandPredictor

MANIFEST = "manifest.json"
DIGEST = "manifest_sha256"
"""Key of the manifest that holds the hash of all the rest of it."""
_FEATURES, _INTERVALS, _SCORES, _GOLDEN = "features.json", "intervals.json", "score_table.json", "golden.json"
_REQUIRED = ("name", "version", "kind", "as_of", "horizons_days", "main_horizon_days", "feature_fingerprint", "files")


@dataclass(frozen=True)
class ArtifactParts:
    """What a model version is made of.

    features      the feature set, whose columns the band models were trained on.
    bands         model of each horizon band, nearest first.
    intervals     90 % intervals of each horizon, nearest first.
    score_table   `ScoreTable.to_dict()`.
    golden_rows   a few feature rows, shape (n, n_features), whose answers are stored and recomputed at each loading.
    manifest      name, version, kind ("events" or "table"), learner, as_of, horizons_days, main_horizon_days,
                  leadscore_version, metrics, training_window, low_confidence, extra; fingerprint and hashes are added.
    """

    features: FeatureSet
    bands: tuple[BandModel, ...]
    intervals: tuple[IntervalTable, ...]
    score_table: dict[str, Any]
    golden_rows: NDArray[np.float64]
    manifest: dict[str, Any]


@dataclass(frozen=True)
class ModelArtifact:
    """A verified model version, ready to score."""

    folder: Path
    manifest: dict[str, Any]
    features: FeatureSet
    predictor: BandPredictor
    intervals: tuple[IntervalTable, ...]
    score_table: dict[str, Any]
    horizon_keys: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """Version that the registry gave it; empty before."""
        return str(self.manifest["version"] or "")


def write_artifact(folder: Path, parts: ArtifactParts) -> None:
    """Write a model version into a folder, which is made; it must not hold other files.

    Raises    DataError [LS-MODEL-02] if the parts do not fit each other.
    """
    predictor = BandPredictor(parts.bands, parts.manifest["horizons_days"], parts.manifest["main_horizon_days"])
    _refuse_misfit(predictor, parts.features, parts.intervals)
    files = {
        _FEATURES: parts.features.to_json(),
        _INTERVALS: _canonical([table.to_dict() for table in parts.intervals]),
        _SCORES: _canonical(parts.score_table),
        _GOLDEN: _canonical(golden_answers(predictor, parts.golden_rows)),
    }
    files |= band_files(parts.bands)
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name, text in files.items():
        content = text.encode("utf-8")
        (folder / name).write_bytes(content)
        hashes[name] = _sha256(content)
    manifest = {"version": "", **parts.manifest, "feature_fingerprint": parts.features.fingerprint, "files": hashes}
    _write_manifest(folder, manifest)


def stamp_version(folder: Path, name: str, version: str) -> None:
    """Enter the name and version that the registry assigned into a written artifact's manifest.

    Raises    DataError [LS-MODEL-02] if the manifest is missing or damaged.
    """
    _write_manifest(folder, {**read_manifest(folder), "name": name, "version": str(version)})


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact, verified against its own hash; the other files are not looked at.

    Raises    DataError [LS-MODEL-02] if it is missing, damaged or incomplete.
    """
    where = str(folder / MANIFEST)
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise _damage(where, f"cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get(DIGEST) != _manifest_digest(manifest):
        raise _damage(where, f"its content does not match its {DIGEST}")
    missing = [key for key in _REQUIRED if key not in manifest]
    if missing:
        raise _damage(where, f"lacks {', '.join(missing)}")
    return manifest


def load_artifact(folder: Path, digest: str | None = None) -> ModelArtifact:
    """Read a model version after verifying every byte of it, and recompute its golden rows.

    digest    refuse every manifest but the one with this DIGEST.
    Raises    DataError [LS-MODEL-02] saying which file is missing, unknown or changed, which fingerprint differs, or
              which golden row answers otherwise than when it was written.
    """
    manifest = read_manifest(folder)
    if digest not in (None, manifest[DIGEST]):
        raise _damage(str(folder / MANIFEST), "it was exchanged while it was read", "read it again")
    texts = _verified_texts(folder, manifest["files"])
    bands = len(manifest["horizons_days"])
    needed = {_FEATURES, _INTERVALS, _SCORES, _GOLDEN, *needed_band_files(texts, bands)}
    if needed != set(texts):
        odd = ", ".join(sorted(needed ^ set(texts)))
        raise _damage(str(folder / MANIFEST), f"names other files than such a model has: {odd}")
    features = FeatureSet.from_json(texts[_FEATURES])
    if features.fingerprint != manifest["feature_fingerprint"]:
        found = f"has feature fingerprint {manifest['feature_fingerprint']}, this installation computes "
        raise _damage(str(folder), found + features.fingerprint, "train again, or install the version that trained it")
    predictor = BandPredictor(read_bands(texts, bands), manifest["horizons_days"], manifest["main_horizon_days"])
    intervals = _intervals(texts[_INTERVALS])
    _refuse_misfit(predictor, features, intervals)
    refuse_other_answers(predictor, json.loads(texts[_GOLDEN]))
    return ModelArtifact(
        folder=folder,
        manifest=manifest,
        features=features,
        predictor=predictor,
        intervals=intervals,
        score_table=json.loads(texts[_SCORES]),
        horizon_keys=horizon_keys(manifest),
    )


def horizon_keys(manifest: dict[str, Any]) -> tuple[str, ...]:
    """Keys of `p_convert`: "14d" and so on, or "table" for a model of a flat table.

    >>> horizon_keys({"kind": "events", "horizons_days": [14, 60]})
    ('14d', '60d')
    """
    if manifest["kind"] == "table":
        return ("table",)
    return tuple(f"{days}d" for days in manifest["horizons_days"])


def _intervals(text: str) -> tuple[IntervalTable, ...]:
    return tuple(IntervalTable.from_dict(table) for table in json.loads(text))


def _verified_texts(folder: Path, hashes: dict[str, str]) -> dict[str, str]:
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    faults = [f"{name} is missing" for name in sorted(set(hashes) - present)]
    faults += [f"{name} is not in the manifest" for name in sorted(present - set(hashes))]
    contents = {name: (folder / name).read_bytes() for name in sorted(present & set(hashes))}
    faults += [f"{name} has changed" for name, content in contents.items() if _sha256(content) != hashes[name]]
    if faults:
        raise _damage(str(folder), "; ".join(faults))
    return {name: content.decode("utf-8") for name, content in contents.items()}


def _refuse_misfit(predictor: BandPredictor, features: FeatureSet, intervals: tuple[IntervalTable, ...]) -> None:
    if predictor.n_features != len(features.names):
        found = f"the models take {predictor.n_features} features, the feature set has {len(features.names)}"
        raise DataError("LS-MODEL-02", found=found)
    horizons = len(predictor.horizons_days)
    if len(intervals) != horizons:
        raise DataError("LS-MODEL-02", found=f"intervals of {len(intervals)} horizons, there are {horizons}")


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    manifest = json.loads(json.dumps(manifest))  # as a reader will see it: keys are text, tuples are lists
    text = json.dumps({**manifest, DIGEST: _manifest_digest(manifest)}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _manifest_digest(manifest: dict[str, Any]) -> str:
    return _sha256(_canonical({key: value for key, value in manifest.items() if key != DIGEST}).encode("utf-8"))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _damage(where: str, found: str, fix: str = "export the version again: leadscore promote or rollback") -> DataError:
    return DataError("LS-MODEL-02", where=where, found=found, fix=fix)
