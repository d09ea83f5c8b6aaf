"""A test message by e-mail needs the mail server alone."""

import pytest

from app.delivery.trial import send_trial
from notifiers.base import Recipient, Sent
from notifiers.testing import reminder
from tests.conftest import MakeSettings
from tests.support.smtp_server import SmtpServer


@pytest.mark.parametrize(
    "others",
    [
        {"ENABLE_EMAIL": "false"},
        {"ENABLE_WHOP_CHAT": "true", "WHOP_API_KEY": "a-key", "WHOP_API_URL": "http://whop.example.com"},
    ],
    ids=["reminders by mail are off", "another channel cannot be made"],
)
def test_other_channels_do_not_matter(make_settings: MakeSettings, others: dict[str, str]) -> None:
    with SmtpServer() as server:
        settings = make_settings(
            SMTP_HOST=server.host, SMTP_PORT=str(server.port), SMTP_SECURITY="none",
            SMTP_FROM="reminders@example.com", **others,
        )  # fmt: skip
        outcome = send_trial(settings, reminder(), mark="[Test]", to=Recipient("owner@example.com"))
        assert isinstance(outcome, Sent)
        assert [sent.recipients for sent in server.messages] == [("owner@example.com",)]
