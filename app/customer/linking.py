"""Which accounts can be linked here, the way back from Discord, and the link to a customer's own page."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from sqlalchemy import select

from app.cases import links as accounts
from app.cases.preferences import locked
from app.customer.discord import Discord, NotLinked, Trouble
from app.customer.frame import links, page, words_for
from app.customer.preferences import NAMES
from app.customer.telegram import telegram_bot_name
from app.customer.words import Words
from app.delivery.suppression import lift
from app.log import get_logger
from app.models import Customer
from app.security.tokens import Purpose
from app.services import services

TELEGRAM, DISCORD = "telegram", "discord"
STATUS = {Trouble.DENIED: 403, Trouble.EXPIRED: 400, Trouble.AWAY: 503}

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    token: str | None
    """Of the customer's own page; None where it is not known whose the answer is."""
    trouble: Trouble | None
    words: Words

    def page(self) -> Response:
        """For an account that was not linked: what happened, and the way back."""
        trouble = self.trouble or Trouble.EXPIRED
        own = f"{links().base}/preferences/{self.token}" if self.token else None
        name = NAMES[DISCORD]
        told = self.words.connect
        answer = page(
            "customer/not_linked.html",
            self.words,
            status=STATUS[trouble],
            title=told.failed_title.format(channel=name),
            lead=told.failures[trouble.value].format(channel=name),
            preferences_url=own,
        )
        if trouble is Trouble.AWAY:
            answer.headers["Retry-After"] = "20"
        return answer


def linkable() -> tuple[str, ...]:
    """Channels whose accounts can be linked by this install. It may ask Telegram: open no transaction around it."""
    wired = services()
    telegram = telegram_bot_name(wired) is not None
    discord = Discord.of(wired.settings) is not None
    return tuple(name for name, here in ((TELEGRAM, telegram), (DISCORD, discord)) if here)


def link_discord(discord: Discord, answer: Mapping[str, str]) -> LinkOutcome:
    """From Discord's answer: link the account to whose code it is. The code is used up, whatever comes of it."""
    wired, state = services(), answer.get("state", "")
    with wired.database.transaction() as write:
        customer = accounts.use_code(write, state, DISCORD, wall=wired.clock.wall())
        name = accounts.name_of(customer) if customer else None
        words = words_for(customer)
    if name is None:
        log.warning("customer.discord_not_linked", trouble=Trouble.EXPIRED.value, cause="state")
        return LinkOutcome(None, Trouble.EXPIRED, words)
    token = links().tokens.sign(Purpose.PREFERENCES, name)
    try:
        account = discord.who(state, answer)
    except NotLinked as error:
        log.warning("customer.discord_not_linked", trouble=error.trouble.value, cause=error.cause)
        return LinkOutcome(token, error.trouble, words)
    with wired.database.transaction() as write:
        found = locked(write, name)
        if found is None:  # erased, or another row has taken its place
            return LinkOutcome(None, Trouble.EXPIRED, words)
        accounts.link(
            write, found, DISCORD, address=account.user_id, label=account.label, now=wired.clock.now()
        )
        lift(write, found.merchant, channel=DISCORD, address=account.user_id)
    return LinkOutcome(token, None, words)


def preferences_url(customer: Customer) -> str | None:
    """The link to their own page. Where they have none yet, its name is made: in a transaction of its own."""
    if customer.token is not None:
        return links().preferences(customer.token)
    with services().database.transaction() as write:
        # Locked, so that two looks at once make one name; what refers to the row may go on.
        wanted = select(Customer).where(Customer.id == customer.id).with_for_update(key_share=True)
        found = write.scalars(wanted).one_or_none()
        return links().preferences(accounts.name_of(found)) if found else None
