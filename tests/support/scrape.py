"""Reads a scrape as Prometheus would, so that tests ask for figures and not for lines."""

from collections.abc import Iterator

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


class Scraped:
    def __init__(self, text: str) -> None:
        self.text = text
        self.families: list[Metric] = list(text_string_to_metric_families(text))

    def samples(self, name: str, **labels: str) -> Iterator[Sample]:
        for family in self.families:
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    yield sample

    def sum(self, name: str, **labels: str) -> float:
        """Of all series with these labels; 0 where there is none."""
        return sum(sample.value for sample in self.samples(name, **labels))

    def one(self, name: str, **labels: str) -> float:
        (only,) = self.samples(name, **labels)
        return only.value

    def has(self, name: str) -> bool:
        return any(True for _ in self.samples(name))


def scraped(address: str, token: str = "") -> Scraped:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.get(f"{address}/metrics", headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    return Scraped(answer.text)
