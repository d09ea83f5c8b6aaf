"""Writes everything in Prometheus's text form: the counts of all processes, and what was just read."""

import os
from collections.abc import Iterable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from app.metrics import Reading
from app.metrics.directory import VARIABLE
from app.metrics.meters import Meters


class _Readings:
    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        for reading in self._readings:
            labels = [reading.label] if reading.label else []
            family = GaugeMetricFamily(reading.name, reading.meaning, labels=labels)
            for value_of_label, value in reading.values.items():
                family.add_metric([value_of_label] if reading.label else [], value)
            yield family


def expose(meters: Meters, readings: Iterable[Reading]) -> tuple[bytes, str]:
    registry = CollectorRegistry()
    if os.environ.get(VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(meters.registry)
    registry.register(_Readings(readings))
    return generate_latest(registry), CONTENT_TYPE_LATEST
