"""An install that links Telegram and Discord, with a merchant, their customer and the customer's own page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.links import accounts_of, name_of
from app.db import Database
from app.models import Audit, Customer, Merchant
from app.security.tokens import Purpose, Tokens
from app.services import EXTENSION
from app.telegram.bot_name import EXTENSION as BOT_NAME
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.discord_oauth_server import CLIENT_ID, CLIENT_SECRET

LINKING = {
    "ENABLE_TELEGRAM": "true",
    "TELEGRAM_BOT_TOKEN": "123456:a-telegram-token-of-the-tests",
    "ENABLE_DISCORD": "true",
    "DISCORD_BOT_TOKEN": "a-discord-bot-token-of-the-tests",
    "DISCORD_CLIENT_ID": CLIENT_ID,
    "DISCORD_CLIENT_SECRET": CLIENT_SECRET,
}
BOT = "options_lab_bot"


@dataclass
class Shop:
    """The merchant `biz_id` with one customer, who has one open case."""

    app: Flask
    database: Database
    client: FlaskClient
    customer_id: int
    case_token: str
    path: str
    """Of the customer's page."""

    def customer(self) -> Customer:
        with self.database.reading() as read:
            return read.get_one(Customer, self.customer_id)

    def accounts(self) -> list[tuple[str, str, str | None]]:
        with self.database.reading() as read:
            found = accounts_of(read, read.get_one(Customer, self.customer_id))
            return [(account.channel, account.address, account.label) for account in found]

    def acts(self) -> list[tuple[str, dict[str, Any]]]:
        """What the customer did beside opening the case."""
        with self.database.reading() as read:
            wanted = select(Audit.action, Audit.detail).where(Audit.actor == "customer").order_by(Audit.id)
            return [(action, detail) for action, detail in read.execute(wanted)]

    def page(self, query: str = "") -> str:
        answer = self.client.get(f"{self.path}{query}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def press(self, act: str, **form: str) -> str:
        """Where the press leads."""
        answer = self.client.post(self.path, data={"act": act, **form})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers
        return answer.headers["Location"]


def tokens_of(app: Flask) -> Tokens:
    return Tokens(app.extensions[EXTENSION].settings.session_secrets)


def shop(app: Flask, database: Database, clock: FixedClock, biz_id: str = "biz_shop", **case: Any) -> Shop:
    app.extensions[BOT_NAME] = lambda: BOT
    with database.transaction() as write:
        owner = write.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one_or_none()
        owner = owner or seeded.merchant(write, biz_id, now=clock.now(), title="Options Lab")
        opened = seeded.case(write, owner, at=clock.now() - timedelta(days=1), **case)
        name = name_of(opened.customer)
        customer_id, case_token = opened.customer_id, opened.token
    path = f"/preferences/{tokens_of(app).sign(Purpose.PREFERENCES, name)}"
    return Shop(app, database, app.test_client(), customer_id, case_token, path)
