"""What the customer's pages say: one value a language, with every sentence of it.

Plain words, no blame, no hurry: what happened, what to do, where it leads. A lack of money and a
suspicion are never named; the texts promise nothing that Whop may not do. Names go into `{places}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.recovery.decline import DeclineClass


@dataclass(frozen=True, slots=True)
class Told:
    """A decline in the customer's words."""

    title: str
    lead: str
    do: str
    """The middle one of the three steps: what to do on Whop's page."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A page on which nothing is left to do."""

    title: str
    lead: str


@dataclass(frozen=True, slots=True)
class Words:
    language: str
    other_language: str
    """The name of the other language, in that language: it stands on the link that changes to it."""

    declines: Mapping[DeclineClass, Told]
    endings: Mapping[str, Ended]
    """By `app.customer.pages.Situation`."""
    card_expired: str
    something: str
    """Stands for the product where its name is unknown."""

    seller: str
    """Stands for the merchant where their name is unknown."""

    merchant: str
    product: str
    amount: str
    card: str
    card_ending: str
    failed_on: str
    next_try: str
    details: str
    confirm: str
    go_on: str
    open_whop: str
    others_title: str
    others_link: str
    next_title: str
    step_sign_in: str
    step_last: str
    step_last_stopped: str
    safe_title: str
    safe_card: str
    safe_yourself: str
    on_behalf: str
    stop_reminders: str

    stop_title: str
    stop_lead: str
    stops_title: str
    stops: str
    stays_title: str
    stays: tuple[str, ...]
    stop_button: str
    back: str
    stopped_title: str
    stopped_lead: str

    unknown_title: str
    unknown_lead: str
    unknown_unsubscribe: str
