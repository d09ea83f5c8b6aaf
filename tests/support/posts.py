"""Whop as a steady sender: goes on posting signed events whatever the answers are, and keeps count of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from tests.support import whop_events as whop


class Posts:
    """Whop, which goes on posting from four connections whatever the answers are."""

    def __init__(self, address: str, *, pause: float = 0.1) -> None:
        """`pause` in seconds between the posts of one connection."""
        self.taken: set[str] = set()
        self.refused: list[httpx.Response] = []
        self.odd: list[str] = []
        self.slowest = 0.0
        self._address = address
        self._pause = pause
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._count = 0

    @contextmanager
    def going_on(self) -> Iterator["Posts"]:
        threads = [threading.Thread(target=self._post_on) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()

    def _post_on(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._stopped.wait(self._pause):
                self._post(client)

    def _post(self, client: httpx.Client) -> None:
        with self._lock:
            self._count += 1
            number = self._count
        now = datetime.now(UTC)
        event = whop.payment_failed(
            payment_id=f"pay_{number}", user_id=f"user_{number}", membership_id=f"mem_{number}", at=now
        )
        body, headers = whop.signed({**event, "id": f"msg_{number}"}, now=now)
        began = time.monotonic()
        answer = client.post(f"{self._address}/webhooks/whop", content=body, headers=headers)
        with self._lock:
            self.slowest = max(self.slowest, time.monotonic() - began)
            if answer.status_code == 200:
                self.taken.add(f"msg_{number}")
            elif answer.status_code == 503 and "Retry-After" in answer.headers:
                self.refused.append(answer)
            else:
                self.odd.append(answer.text)
