"""Hold the two engines to each other on random companies, for every declared feature."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa

from leadscore.config.load import Settings
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.progress import Progress, silent
from leadscore.features.aggregations import plugin_hashes
from leadscore.features.duckdb_engine import duckdb_engine
from leadscore.features.feature_set import FeatureSet
from leadscore.features.learn import NOTHING_SEEN, feature_set_of
from leadscore.features.parity import ParityReport, check_feature_set
from leadscore.store.engine import open_store
from leadscore.store.sql_engine import postgresql_engine

_PLUGIN_CELLS = 20_000
_FEWEST_SNAPSHOTS, _MOST_SNAPSHOTS = 60, 600
ENGINES = ("duckdb", "postgresql", "spark")


@contextmanager
def open_engine(settings: Settings, engine: str) -> Iterator[Callable[[str, Mapping[str, pa.Table]], pa.Table]]:
    """What runs the SQL of bulk features, by name.

    Raises   UsageError [LS-USAGE-01] for an engine that is unknown or not installed.
    """
    if engine not in ENGINES:
        raise UsageError("LS-USAGE-01", where="--engine", found=engine, allowed=", ".join(ENGINES))
    if engine == "duckdb":
        with duckdb_engine() as run:
            yield run
    elif engine == "postgresql":
        with postgresql_engine(open_store(settings.service.store_url)) as run:
            yield run
    else:
        try:
            spark = importlib.import_module("leadscore.features.spark_engine")
        except ModuleNotFoundError as error:
            raise UsageError(
                "LS-USAGE-01", where="--engine spark", found=str(error), fix="pip install 'leadscore[spark]'"
            ) from error
        with spark.spark_engine() as run:
            yield run


def check_features(
    settings: Settings, feature_set: FeatureSet, cells: int, engine: str, progress: Progress
) -> ParityReport:
    """Compare about `cells` values.

    Raises   DataError [LS-FEATURE-03] naming the features whose two forms differ; UsageError, see open_engine.
    """
    snapshots = max(_FEWEST_SNAPSHOTS, min(_MOST_SNAPSHOTS, cells // (6 * max(1, len(feature_set.features)))))
    with open_engine(settings, engine) as run:
        report = check_feature_set(feature_set, cells, progress=progress, engine=run, snapshots=snapshots)
    if report.mismatches:
        worst = sorted(report.mismatches.items(), key=lambda pair: -pair[1])
        raise DataError(
            "LS-FEATURE-03",
            found=f"{sum(report.mismatches.values())} of {report.cells} values differ: "
            + ", ".join(f"{name} {count}" for name, count in worst[:8])
            + "\n  "
            + "\n  ".join(report.examples[:5]),
            allowed="not one",
            fix="mend the row form or the SQL of the aggregation behind them",
        )
    return report


def check_plugins(settings: Settings) -> None:
    """Hold the two forms of every plug-in's aggregation that is asked for to each other, before any work starts.

    Raises   DataError [LS-FEATURE-03] naming the features whose two forms differ.
    """
    added = plugin_hashes()
    lines = tuple(line for line in settings.features.features if line.aggregation in added)
    if lines:
        config = settings.features.model_copy(update={"features": lines})
        # Which types the data have is not the question here.
        types = {
            event_type: event_type for line in lines for each in (line, line.of) if each for event_type in each.types
        }
        features = feature_set_of(NOTHING_SEEN, config, {**types, **settings.events.labels})
        check_features(settings, features, _PLUGIN_CELLS, "duckdb", silent)
