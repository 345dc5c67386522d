"""Memory, processor time and open files of the service, summed over its workers."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_SUMMED = ("process_resident_memory_bytes", "process_cpu_seconds", "process_open_fds")


class ProcessFigures(Collector):
    """What Linux tells of the process, or of all workers that share a folder of figures; nothing elsewhere.

    folder   where `prometheus_client` keeps a file for each process that lives; None for one process.
    """

    def __init__(self, registry: CollectorRegistry, folder: str | None) -> None:
        self._folder = folder
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Sums over the processes."""
        sums: dict[str, Metric] = {}
        for pid in self._pids():
            for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                if metric.name in _SUMMED:
                    (sample,) = metric.samples
                    if metric.name in sums:
                        (before,) = sums[metric.name].samples
                        sample = sample._replace(value=sample.value + before.value)
                    metric.samples = [sample]
                    sums[metric.name] = metric
        yield from sums.values()

    def _pids(self) -> list[str]:
        if self._folder is None:
            return ["self"]
        return sorted({path.stem.rpartition("_")[2] for path in Path(self._folder).glob("gauge_livesum_*.db")})
