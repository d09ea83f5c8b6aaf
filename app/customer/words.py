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
class PreferenceWords:
    """The customer's own page: how they are reminded, and what is stored about them."""

    go: str
    """The link that leads to it."""

    safe: str
    """Who is behind the pages about reminders, and what they never ask for."""

    manage: str
    """Leads to Whop's own page."""

    title: str
    lead: str
    done: Mapping[str, str]
    """What was just changed: saved, linked, unlinked, case_stopped, allowed, known."""

    off_title: str
    off_lead: str
    """Contact has ended for a reason that the customer cannot take back here."""

    allow: str
    allow_lead: str
    where_title: str
    where_lead: str
    email: str
    since: str
    link: str
    unlink: str
    leads_to: Mapping[str, str]
    """By channel: what opens when they press the button, and what it learns."""

    how_title: str
    channel: str
    any_channel: str
    language: str
    any_language: str
    save: str
    offers_title: str
    offers: str
    """Beside a box that is empty until they tick it."""

    offers_hint: str
    open_title: str
    see_payment: str
    stop_payment: str
    stored_title: str
    stored_lead: str
    stored_more: str
    name: str
    country: str
    zone: str
    accounts: str
    known_since: str
    none: str
    """Stands where nothing is stored."""

    payments: str
    messages: str
    newest: str
    date: str
    by: str
    subject: str


@dataclass(frozen=True, slots=True)
class ConnectWords:
    """The merchant's connect page, and what can go wrong while an account is linked or a person identified."""

    title: str
    lead: str
    who: str
    only: str
    sign_in: str
    not_here: str
    nothing_to_link: str
    troubles: Mapping[str, str]
    """At Whop: denied, state, code, away, untrusted."""

    failed_title: str
    failures: Mapping[str, str]
    """At a channel's sign-in: denied, expired, away."""


@dataclass(frozen=True, slots=True)
class Words:
    language: str
    name: str
    """Of the language, in that language: it stands on the link that changes to it."""

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

    preferences: PreferenceWords
    connect: ConnectWords

    unknown_title: str
    unknown_lead: str
    unknown_unsubscribe: str
