"""Columns of a flat table as features: what each holds, and how its cells become text that encoders understand."""

from collections.abc import Mapping, Sequence

from leadscore.domain.errors import DataError
from leadscore.features.definitions import Feature, named
from leadscore.features.feature_set import Encoder, FeatureSet

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "select", "unknown", "undefined", "-", "?", "nat", "<na>"})
_TRUTHS = frozenset({"true", "false"})


def text_of(value: object) -> str | None:
    """A cell as trimmed text, or None if it is one of the spellings of "missing".

    >>> text_of(" Select "), text_of(3.0), text_of(True)
    (None, '3', 'true')
    """
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    else:
        text = "" if value is None else str(value).strip()
    if text.lower() in MISSING:
        return None
    return text.lower() if text.lower() in _TRUTHS else text


def column_features(columns: Mapping[str, Encoder]) -> FeatureSet:
    """The feature set of a table model: one attribute feature per column, in the columns' order."""
    features = named([Feature("", "attribute", attribute=name, group=f"attribute:{name}") for name in columns])
    words = {f"attribute:{n}={code}": value for n, e in columns.items() for value, code in e.values.items()}
    return FeatureSet(features, dict(columns), words)


def column_names(features: FeatureSet) -> tuple[str, ...]:
    """The table's columns that a model reads, in matrix order."""
    return tuple(feature.attribute for feature in features.features if feature.attribute is not None)


def table_row(cells: Mapping[str, object], features: FeatureSet) -> list[float]:
    """One row of the matrix of a table model; NaN where a value is missing or cannot be read.

    cells    values by column name; unknown names are ignored.
    Raises   DataError [LS-DATA-03] naming the columns that are absent.
    """
    names = column_names(features)
    absent = [name for name in names if name not in cells]
    if absent:
        raise DataError("LS-DATA-03", found=f"column {', '.join(absent)} is missing", fix="add it, empty if need be")
    return [features.encoders[name].encode(text_of(cells[name])) for name in names]


def learn_encoder(texts: Sequence[str | None], *, max_categories: int, min_rows: int) -> Encoder | None:
    """Find out what a column holds; None if nothing can be learnt from it.

    texts           cells by `text_of`, shape (n,).
    max_categories  most frequent values told apart.
    min_rows        a value on fewer rows is not stored.
    Returns         None for a constant column and for an identifier (nearly every row has its own value).
    """
    counts: dict[str, int] = {}
    for text in texts:
        if text is not None:
            counts[text] = counts.get(text, 0) + 1
    present = sum(counts.values())
    if len(counts) <= 1 and present in (0, len(texts)):
        return None
    for kind in ("number", "date"):
        encoder = Encoder(kind, {})
        if all(encoder.encode(text) == encoder.encode(text) for text in counts):
            return encoder
    if len(counts) > 50 and len(counts) > 0.5 * present:
        return None
    ranked = sorted((text for text in counts if counts[text] >= min_rows), key=lambda text: (-counts[text], text))
    return Encoder("category", {text: code for code, text in enumerate(ranked[:max_categories])})
