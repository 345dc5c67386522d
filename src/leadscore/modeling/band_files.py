"""The models of the bands as the text files of an artifact."""

import json
from collections.abc import Collection, Mapping, Sequence

from leadscore.domain.errors import DataError
from leadscore.modeling.additive import AdditiveModel
from leadscore.modeling.band_model import BandModel, Mix

CALIBRATOR = "calibrator.json"


def band_files(bands: Sequence[BandModel]) -> dict[str, str]:
    """File name -> text: `calibrator.json` with the mix of each band, `band_0.txt` its trees, `additive_0.json`."""
    files = {CALIBRATOR: json.dumps([band.mix_dict() for band in bands], sort_keys=True, separators=(",", ":"))}
    for number, band in enumerate(bands):
        if band.trees is not None:
            files[_trees(number)] = band.trees
        if band.additive is not None:
            files[_additive(number)] = band.additive.to_json()
    return files


def needed_band_files(present: Collection[str], count: int) -> set[str]:
    """The files that `count` bands are read from, given those there; each band has trees unless it has a sum alone."""
    sums = {_additive(number) for number in range(count)} & set(present)
    trees = {_trees(n) for n in range(count) if _additive(n) not in sums or _trees(n) in present}
    return {CALIBRATOR, *sums, *trees}


def read_bands(texts: Mapping[str, str], count: int) -> list[BandModel]:
    """The bands back from the texts of their files.

    Raises   DataError [LS-MODEL-02] if they are of another number, or no models.
    """
    mixes = json.loads(texts[CALIBRATOR])
    if len(mixes) != count:
        raise DataError("LS-MODEL-02", where=CALIBRATOR, found=f"it is of {len(mixes)} bands, not of {count}")
    return [
        BandModel(texts.get(_trees(number)), _sum_of(texts.get(_additive(number))), Mix.from_dict(mix))
        for number, mix in enumerate(mixes)
    ]


def _sum_of(text: str | None) -> AdditiveModel | None:
    return None if text is None else AdditiveModel.from_json(text)


def _trees(number: int) -> str:
    return f"band_{number}.txt"


def _additive(number: int) -> str:
    return f"additive_{number}.json"
