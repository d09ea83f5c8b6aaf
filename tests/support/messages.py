"""A complete reminder, and the hostile texts that any of its fields may hold."""

from dataclasses import replace
from typing import Any

from notifiers.base import Action, Message, Recipient

MEMBER = Recipient("maria@example.com", "Maria Silva")

HOSTILE_TEXTS = {
    "html": "<b>&\"'</b><script>alert(1)</script>",
    "markdown": "*_[]()~` ](http://x)",
    "everyone": "@everyone <@&1>",
    "bidi": "abc\u202edef\u2066ghi\u200fjkl",
    "zero_width": "a\u200bb\ufeffc\u2060d",
    "long": "x" * 10_000,
    "header": "Maria\r\nBcc: evil@example.net\r\n\r\nhello",
    "encoded_word": "=?utf-8?q?a=0D=0ABcc:_evil=40example.net?=",
    "nul": "a\x00b\x1bc",
    "surrogate": "a\ud800b",
    "placeholder": "{amount} {{7*7}} {% raw %} %s ${x}",
    "dots": ".\r\n.\r\n..",
    "two_addresses": 'a@b.example, "x" <evil@example.net>; (c)',
    "empty": "",
    "emoji": "👩‍💻 Müller Иван 李",
}


def reminder(**changes: Any) -> Message:
    """An ordinary reminder with the given fields changed."""
    message = Message(
        message_id="step-482",
        language="en",
        subject="Your payment for Options Lab Pro did not go through",
        preview="It takes 20 seconds to put right.",
        greeting="Hi Maria,",
        paragraphs=("Your bank declined the charge for your membership.", "It stays open until Friday."),
        details=(("Product", "Options Lab Pro"), ("Amount", "$49.00")),
        action=Action("Update payment details", "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7"),
        closing=("Or open whop.com yourself.",),
        footer=("Options Lab sent this because a payment failed.",),
        sender_name="Options Lab",
        reply_to="help@example.com",
        unsubscribe=Action("Stop reminders", "https://pay.example.com/unsubscribe/k3JmX0vQe8w2TzLr5YbNf7"),
    )
    return replace(message, **changes)


def hostile_reminder(text: str) -> Message:
    """A reminder in which every field of text holds the given one."""
    return Message(
        message_id=text,
        language=text,
        subject=text,
        preview=text,
        greeting=text,
        paragraphs=(text,),
        details=((text, text),),
        action=Action(text, text),
        closing=(text,),
        footer=(text,),
        sender_name=text,
        reply_to=text,
        unsubscribe=Action(text, text),
    )
