"""Another saved card on the pages: two agreements, each by a press of its own, and a way back that says what it does."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases import links
from app.customer.other_card_words import VERSION, WORDS
from app.db import Database
from app.models import Audit, Case, Merchant, MethodSwitch
from app.recovery.wording import LANGUAGES, wording
from app.security.tokens import Purpose, Tokens
from app.services import EXTENSION
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.web.conftest import MakeApp, csrf_token

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "consent"
HOUR = timedelta(hours=1)
ASK = "it may be charged to another card that I have saved at Whop."


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(WHOP_WEBHOOK_SECRET=whop.SECRET, WHOP_API_KEY="an-api-key-of-the-tests")


@dataclass
class Payer:
    """A customer of biz_A with one failed payment, and their two pages."""

    app: Flask
    database: Database
    clock: FixedClock
    case_id: int

    def page(self, query: str = "", own: bool = False) -> str:
        answer = self.app.test_client().get(self.own_path if own else self.path + query)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def press(self, act: str, *, own: bool = False, query: str = "", **data: str) -> str:
        """Where it leads."""
        path = self.own_path if own else self.path + query
        answer = self.app.test_client().post(path, data={"act": act, "version": str(VERSION), **data})
        assert answer.status_code == 303
        return answer.location

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.app.extensions[EXTENSION].settings.session_secrets)

    @property
    def path(self) -> str:
        with self.database.reading() as session:
            return f"/r/{self.tokens.sign(Purpose.FIX, session.get_one(Case, self.case_id).token)}"

    @property
    def own_path(self) -> str:
        with self.database.transaction() as session:
            name = links.name_of(session.get_one(Case, self.case_id).customer)
        return f"/preferences/{self.tokens.sign(Purpose.PREFERENCES, name)}"

    def consent(self) -> tuple[object, ...]:
        with self.database.reading() as session:
            found = session.get_one(Case, self.case_id).customer
            return found.card_consent_at, found.card_consent_version, found.card_consent_language

    def change(self, **values: Any) -> None:
        with self.database.transaction() as session:
            case = session.get_one(Case, self.case_id)
            for name, value in values.items():
                owner = next(one for one in (case, case.customer, case.merchant) if hasattr(one, name))
                setattr(owner, name, value)

    def switched(self, kind: str = "switch", state: str = "taken", **values: Any) -> None:
        now = self.clock.now()
        whole = {
            "method_id": "payt_other", "former_id": "payt_failed", "card_brand": "visa", "card_last4": "1881",
            "former_brand": "mastercard", "former_last4": "4444", "why": {"code": "switch_agreed"},
            "started_at": now, "decided_at": now, "due_at": now, "actor": "worker", **values,
        }  # fmt: skip
        with self.database.transaction() as session:
            case = session.get_one(Case, self.case_id)
            case.payment.method_id = "payt_other"
            session.add(
                MethodSwitch(
                    case_id=case.id, payment_id=case.payment_id, kind=kind, state=state, key=kind, **whole
                )
            )

    def rows(self) -> dict[str, str]:
        with self.database.reading() as session:
            return {row.kind: row.state for row in session.scalars(select(MethodSwitch))}

    def acts(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            wanted = (
                select(Audit.action, Audit.actor).where(Audit.action.like("%consent%")).order_by(Audit.id)
            )
            return [(action, actor) for action, actor in session.execute(wanted)]


@pytest.fixture
def payer(signed_in_client: FlaskClient, app: Flask, database: Database, clock: FixedClock) -> Payer:
    with database.transaction() as session:
        owner = session.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        owner.other_card_on, owner.sender_name = True, "Options Lab"
        paid_by = {"method_id": "payt_failed", "membership_id": "mem_1", "decline_code": "expired_card"}
        case = seeded.case(session, owner, at=clock.now() - HOUR, decline_class="D", payment=paid_by)
        case_id = case.id
    return Payer(app, database, clock, case_id)


# the merchant's switch


def test_it_is_off_until_the_merchant_switches_it_on(
    signed_in_client: FlaskClient, database: Database
) -> None:
    def wanted() -> bool:
        with database.reading() as session:
            return session.scalars(select(Merchant.other_card_on).where(Merchant.biz_id == "biz_A")).one()

    def save(**data: str) -> str:
        form = {"retries_on": "1", **data, "csrf_token": csrf_token(signed_in_client)}
        answer = signed_in_client.post("/dashboard/settings/charges", data=form)
        return signed_in_client.get(answer.location).get_data(as_text=True)

    page = signed_in_client.get("/dashboard/settings").get_data(as_text=True)
    assert 'name="other_card_on" value="1" aria' in page
    assert "Without their recorded consent nothing happens." in page
    assert not wanted()
    assert "Nothing was different." in save()
    assert 'name="other_card_on" value="1" checked' in save(other_card_on="1")
    assert wanted()
    save()
    assert not wanted()
    with database.reading() as session:
        notes = session.scalars(select(Audit.detail).where(Audit.action == "profile_changed")).all()
    assert notes == [{"fields": ["other_card_on"], "on": True}, {"fields": ["other_card_on"], "on": False}]


# the customer's consent


def test_the_consent_is_asked_for_in_plain_words_and_recorded(payer: Payer) -> None:
    page = payer.page("?lang=de")
    assert "Wenn eine Verlängerung bei Options Lab nicht durchgeht" in page and "Ich stimme zu" in page
    assert '<input type="text"' not in page
    where = payer.press("allow_card", query="?lang=de")
    assert where.endswith("?done=card_allowed&lang=de#other-card")
    assert payer.consent() == (payer.clock.now(), VERSION, "de")
    assert payer.rows() == {"switch": "planned"}
    page = payer.page("?done=card_allowed")
    for said in (
        "Your consent is noted.",
        "You agreed to this on",
        "Such a charge is planned for",
        "Take it back",
    ):
        assert said in page
    assert "I agree" not in page


def test_it_is_taken_back_on_either_page_at_any_time(payer: Payer) -> None:
    payer.press("allow_card", own=True)
    assert payer.consent()[0] is not None
    payer.change(other_card_on=False)
    assert "Take it back" in payer.page(own=True), "also where the merchant has switched it off"
    payer.press("withdraw_card", own=True)
    assert (payer.consent(), payer.rows()) == ((None, None, None), {"switch": "kept"})
    assert ASK not in payer.page() and ASK not in payer.page(own=True)
    assert payer.acts() == [("card_consent_given", "customer"), ("card_consent_withdrawn", "customer")]


@pytest.mark.parametrize(
    "change",
    [
        {"other_card_on": False},
        {"decline_class": "F"},
        {"decline_class": "H"},
        {"decline_class": "I"},
        {"arm": "control"},
        {"contact_stopped": "opted_out"},
    ],
)
def test_nobody_is_asked_whom_it_does_not_fit(payer: Payer, change: dict[str, Any]) -> None:
    payer.change(**change)
    assert ASK not in payer.page()


def test_who_cannot_be_asked_cannot_agree_by_a_made_up_press(payer: Payer) -> None:
    payer.change(other_card_on=False)
    payer.press("allow_card")
    assert payer.consent()[0] is None


def test_a_press_on_words_of_another_version_is_no_consent(payer: Payer) -> None:
    payer.press("allow_card", version=str(VERSION - 1))
    payer.press("allow_card", own=True, version="")
    assert (payer.consent()[0], payer.acts()) == (None, [])


def test_a_scanner_that_opens_every_address_agrees_to_nothing(payer: Payer) -> None:
    for query in ("?act=allow_card&version=1", "?done=card_allowed", "?act=undo_card"):
        payer.page(query)
    assert payer.consent()[0] is None


def test_without_a_key_nobody_is_asked_for_what_cannot_be_done(payer: Payer, make_app: MakeApp) -> None:
    payer.app = make_app(SESSION_SECRET="s" * 40)
    assert ASK not in payer.page()


# the way back


def settled(payer: Payer) -> None:
    payer.switched()
    payer.change(state="recovered", reason="paid", closed_at=payer.clock.now())


def test_the_customer_puts_the_former_card_back_from_the_link(payer: Payer) -> None:
    payer.press("allow_card")
    with payer.database.transaction() as session:
        session.delete(session.scalars(select(MethodSwitch)).one())
    settled(payer)
    page = payer.page()
    assert "your card Visa ending 1881 was chosen" in page
    assert "Later renewals are charged to your card Mastercard ending 4444 again" in page
    assert payer.press("undo_card").endswith("?done=card_undo#other-card")
    assert payer.rows() == {"switch": "taken", "undo": "planned"}
    assert payer.consent()[0] is None
    page = payer.page()
    assert "The former card is being put back." in page and "Put the former card back" not in page
    assert payer.press("undo_card").endswith("#other-card")
    assert "?done" not in payer.press("undo_card")


def test_while_the_payment_is_open_the_page_says_why_not(payer: Payer) -> None:
    payer.switched()
    page = payer.page()
    assert "Whop would charge it at once" in page and "undo_card" not in page
    payer.press("undo_card")
    assert payer.rows() == {"switch": "taken"}


@pytest.mark.parametrize(
    ("state", "said"),
    [("taken", "The former card is back."), ("unknown", "did not confirm"), ("refused", "did not confirm")],
)
def test_the_page_says_what_became_of_the_way_back(payer: Payer, state: str, said: str) -> None:
    settled(payer)
    payer.switched(kind="undo", state=state)
    assert said in payer.page()


def test_the_merchant_sees_all_of_it_and_may_undo_and_withdraw(
    payer: Payer, signed_in_client: FlaskClient
) -> None:
    def do(deed: str) -> str:
        form = {"csrf_token": csrf_token(signed_in_client)}
        answer = signed_in_client.post(f"/dashboard/cases/{payer.case_id}/{deed}", data=form)
        return signed_in_client.get(answer.location).get_data(as_text=True)

    payer.press("allow_card")
    page = signed_in_client.get(f"/dashboard/cases/{payer.case_id}").get_data(as_text=True)
    for said in (
        "We charge another saved card of the customer",
        "The customer agreed that another saved card may be charged",
        "Take the consent back",
    ):
        assert said in page
    assert "Put the former card back" not in page
    assert "The consent is taken back" in do("withdraw-card-consent")
    assert "has not agreed" in do("withdraw-card-consent")
    with payer.database.transaction() as session:
        session.delete(session.scalars(select(MethodSwitch)).one())
    settled(payer)
    page = signed_in_client.get(f"/dashboard/cases/{payer.case_id}").get_data(as_text=True)
    assert "Another saved card: Whop took it" in page and "Visa •••• 1881" in page
    assert "put back within a minute" in do("undo-card")
    assert "being put back, or was already" in do("undo-card")
    assert payer.rows()["undo"] == "planned"


def test_the_api_has_it_as_well(payer: Payer, signed_in_client: FlaskClient) -> None:
    settled(payer)
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    answer = signed_in_client.post(f"/api/cases/{payer.case_id}/undo-card", headers=headers)
    assert answer.status_code == 200
    assert answer.json is not None
    (planned,) = [entry for entry in answer.json["planned"] if entry["kind"] == "undo"]
    assert (planned["code"], planned["detail"]) == ("planned", {"brand": "mastercard", "last4": "4444"})
    (done,) = [entry for entry in answer.json["timeline"] if entry["kind"] == "switch"]
    assert done["code"] == "taken"
    again = signed_in_client.post(f"/api/cases/{payer.case_id}/undo-card", headers=headers)
    assert again.status_code == 409


# the words


def test_the_words_that_people_agree_to_are_those_of_their_version() -> None:
    assert set(WORDS) == set(LANGUAGES)
    page = (
        "\n\n".join("\n".join((f"=== {name}", said.ask, *said.terms)) for name, said in WORDS.items()) + "\n"
    )
    snapshot = SNAPSHOTS / f"other_card.{VERSION}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(page, encoding="utf-8")
    assert page == snapshot.read_text(encoding="utf-8")
    for said in WORDS.values():
        assert "{merchant}" in said.ask and set(said.done) == {"card_allowed", "card_withdrawn", "card_undo"}


def test_what_the_notice_calls_the_button_is_what_the_button_says() -> None:
    for language, said in WORDS.items():
        closing = wording("switched.charged", language).closing[0]
        assert isinstance(closing, str) and said.undo in closing
