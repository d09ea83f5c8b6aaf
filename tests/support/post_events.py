"""Posts Whop's example events, signed, to a running install: a stand-in for Whop on the developer's machine.

    python -m tests.support.post_events --secret ws_… payment_failed.pinned payment_succeeded.pinned

Without --secret the development secret of ./instance is used. The times in the events are moved so that
the first failure is now; --as-they-are posts the files unchanged.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.support.whop_events import load, samples, signed

FIRST_FAILURE = datetime(2026, 11, 20, 9, 0, 8, tzinfo=UTC)


def main() -> int:
    options = _options()
    secret = options.secret or Path("instance/webhook-secret").read_text(encoding="ascii").strip()
    now = datetime.now(UTC)  # a person's own tool: it stands outside the application
    worst = 0
    for name in options.events:
        event = load(name)
        if not options.as_they_are:
            event = moved(event, by=now - FIRST_FAILURE) | {"id": f"msg_{uuid4().hex[:22]}"}
        body, headers = signed(event, secret=secret, now=now)
        answer = httpx.post(f"{options.url}/webhooks/whop", content=body, headers=headers, timeout=10)
        print(f"{name}: {answer.status_code} {answer.text.strip()}")
        worst = max(worst, answer.status_code)
    return 0 if worst == 200 else 1


def moved(value: Any, *, by: timedelta) -> Any:
    """The same JSON with every ISO time moved."""
    if isinstance(value, dict):
        return {name: moved(item, by=by) for name, item in value.items()}
    if isinstance(value, list):
        return [moved(item, by=by) for item in value]
    if isinstance(value, str) and value.endswith("Z") and value[:4].isdigit():
        return (datetime.fromisoformat(value) + by).isoformat().replace("+00:00", "Z")
    return value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("events", nargs="+", choices=samples(), metavar="event", help=", ".join(samples()))
    parser.add_argument("--url", default="http://localhost:3000")
    parser.add_argument("--secret", help="the webhook secret, ws_…")
    parser.add_argument("--as-they-are", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
