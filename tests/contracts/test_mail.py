"""What a mail looks like: its headers, its two parts, and what hostile texts become in them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from notifiers.base import Action, Message, Recipient
from notifiers.mail import Envelope, compose, render
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def read(message: Message, *, name: str | None = "Maria Silva") -> EmailMessage:
    """The mail as its reader's program parses it."""
    envelope = Envelope(sender="billing@example.com", recipient="maria@example.com", sent_at=AT)
    raw = compose(message, Recipient("maria@example.com", name), envelope).as_bytes()
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_headers_of_a_reminder() -> None:
    mail = read(reminder())
    headers = {name: str(value) for name, value in mail.items() if name != "Content-Type"}
    assert headers == {
        "From": "Options Lab <billing@example.com>",
        "To": "Maria Silva <maria@example.com>",
        "Reply-To": "help@example.com",
        "Subject": "Your payment for Options Lab Pro did not go through",
        "Date": "Tue, 24 Nov 2026 09:30:00 +0000",
        "Message-ID": "<step-482@example.com>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
    }


def test_one_click_is_promised_over_https_alone() -> None:
    mail = read(reminder(unsubscribe=Action("Stop", "http://localhost:3000/unsubscribe/x")))
    assert mail["List-Unsubscribe"] == "<http://localhost:3000/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] is None
    assert read(reminder(unsubscribe=None))["List-Unsubscribe"] is None


def test_a_long_unsubscribe_address_stays_readable_for_machines() -> None:
    url = "https://pay.example.com/unsubscribe/" + "k3JmX0vQ" * 50
    envelope = Envelope(sender="billing@example.com", recipient="maria@example.com", sent_at=AT)
    mail = compose(reminder(unsubscribe=Action("Stop", url)), Recipient("maria@example.com"), envelope)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in mail.as_bytes()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_make_no_header_and_no_second_recipient(text: str) -> None:
    mail = read(hostile_reminder(text), name=text)
    assert set(mail.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    }
    assert [address.addr_spec for address in mail["To"].addresses] == ["maria@example.com"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["billing@example.com"]
    assert len(mail["Subject"]) <= 200
    assert mail["Message-ID"].endswith("@example.com>") and mail["Message-ID"].count("@") == 1


@pytest.mark.parametrize("repeats", range(1, 40))
@pytest.mark.parametrize("start", ["é", "Lab ", '"'])
def test_a_name_with_address_marks_stays_a_name_wherever_the_header_folds(start: str, repeats: int) -> None:
    name = start * repeats + ', "Inc." <evil@example.net>, x@example.org;'
    mail = read(reminder(sender_name=name), name=name)
    assert [address.addr_spec for address in mail["To"].addresses] == ["maria@example.com"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["billing@example.com"]


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_shown_as_text_in_both_parts(text: str) -> None:
    rendering = render(hostile_reminder(text))
    assert rendering.html is not None
    for shown in (rendering.subject, rendering.text, rendering.html):
        assert not set(shown) & set("\x00\x1b\r\u202e\u2066\u200b\ufeff\ud800")
    for tag in ("<b>", "<script", "javascript:", 'href="x'):
        assert tag not in rendering.html


def test_placeholders_in_a_text_are_not_expanded_again() -> None:
    rendering = render(reminder(paragraphs=("{amount} {{7*7}} {% if 1 %}",)))
    assert rendering.html is not None
    assert "{amount} {{7*7}} {% if 1 %}" in rendering.text
    assert "{amount} {{7*7}} {% if 1 %}" in rendering.html


def test_ordinary_letters_and_emoji_stay_as_they_are() -> None:
    text = "Привет, 李雷 — می‌خواهم 👩‍💻"
    mail = read(reminder(subject=text, paragraphs=(text,), sender_name="Школа «Опцион»"))
    assert mail["Subject"] == text
    assert mail["From"].addresses[0].display_name == "Школа «Опцион»"
    assert text in part(mail, "plain") and text in part(mail, "html")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/ y", 'https://x/"><b>', "//evil", ""])
def test_an_address_that_is_not_plain_web_makes_no_button(url: str) -> None:
    mail = read(reminder(action=Action("Pay", url), unsubscribe=Action("Stop", url)))
    assert "<a " not in part(mail, "html")
    assert mail["List-Unsubscribe"] is None


def test_the_html_shows_where_its_button_leads_and_loads_nothing() -> None:
    html = part(read(reminder()), "html")
    url = "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7"
    assert (html.count(f'href="{url}"'), html.count(f">{url}<")) == (2, 1)
    for loading in ("<img", "<script", "<link", "src=", "url(", "@import", "@font-face"):
        assert loading not in html
    assert '<html lang="en" dir="ltr">' in html and "prefers-color-scheme: dark" in html


def test_the_language_sets_the_direction_of_the_html() -> None:
    assert '<html lang="ar" dir="rtl">' in part(read(reminder(language="ar")), "html")


def test_the_text_part_says_the_same_with_each_link_on_its_own_line() -> None:
    assert part(read(reminder()), "plain").replace("\r\n", "\n") == (
        "Options Lab\n\nHi Maria,\n\nYour bank declined the charge for your membership.\n\n"
        "It stays open until Friday.\n\nProduct: Options Lab Pro\nAmount: $49.00\n\n"
        "Update payment details:\nhttps://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7\n\n"
        "Or open whop.com yourself.\n\n------------------------\n"
        "Options Lab sent this because a payment failed.\n"
        "Stop reminders:\nhttps://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7\n"
    )


def test_a_subject_is_cut_at_200_characters() -> None:
    assert render(reminder(subject="x" * 500)).subject == "x" * 199 + "…"
