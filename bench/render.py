"""How long a message takes to be put into words and into the form of each channel: `python -m bench.render`.

Five forms: a letter as text and as HTML, Telegram, Discord and Whop chat. The floor makes JSON of the same message.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

from app.recovery.wording import LANGUAGES, Content, compose
from app.recovery.wording.sample import sample_values
from bench.floor import timed
from bench.install import options
from bench.results import Figure, Results
from notifiers.base import Message
from notifiers.discord import DiscordNotifier
from notifiers.mail import render_html, render_text
from notifiers.telegram import TelegramNotifier
from notifiers.testing import reminder
from notifiers.whop_chat import WhopChatNotifier

FLOOR = "the same message as JSON, ms"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEYS = ("funds.first", "funds.second", "card.last")
FORMS: tuple[Callable[[Message], object], ...] = (
    render_text,
    render_html,
    TelegramNotifier.render,
    DiscordNotifier.render,
    WhopChatNotifier.render,
)


def main() -> None:
    wish = options(__doc__, messages=10_000)
    results = Results("render", "-")
    rounds = [_round(wish.messages) for _ in range(wish.rounds)]
    results.tell([Figure(name="a message in five forms", unit="ms", floor=FLOOR, most=1, row="L11")], rounds)


def _round(count: int) -> dict[str, float]:
    messages = [_message(number) for number in range(100)]
    floor = timed(lambda: [json.dumps(asdict(messages[number % 100])) for number in range(count)])
    forms = timed(lambda: _in_five_forms(count))
    return {FLOOR: floor / count * 1_000, "a message in five forms": forms / count * 1_000}


def _in_five_forms(count: int) -> None:
    for number in range(count):
        message = _message(number)
        for form in FORMS:
            form(message)


def _message(number: int) -> Message:
    """Put into words anew each time, as a send does."""
    values = sample_values(KEYS[number % 3], merchant_title="Options Lab", zone="America/New_York", now=NOW)
    values = replace(values, customer_name=f"Maria {number}")
    language = list(LANGUAGES)[number % len(LANGUAGES)]
    said: Content = compose(values, key=KEYS[number % 3], language=language)
    return reminder(
        message_id=f"step-{number}", language=language, subject=said.subject, paragraphs=said.paragraphs
    )


if __name__ == "__main__":
    main()
