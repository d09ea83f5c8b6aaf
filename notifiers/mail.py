"""Turns a message into an e-mail: plain text, HTML and headers.

It opens no connection and decides nothing. Texts enter the HTML only as variables of one
trusted, autoescaped template; what stands in a header is one cleaned line.
"""

import hashlib
import re
import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from functools import cache
from importlib.resources import files

import css_inline
from jinja2 import Environment, StrictUndefined, Template

from .address import one_mailbox
from .base import Message, Recipient, Rendering
from .links import safe_action
from .text import clean_line, clean_text

_WIDTH = 72
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,80}(?:\.[A-Za-z0-9_-]{1,40})*")
# Characters with a meaning inside an address header. Python 3.11.7 loses the quotes around
# them when it folds a long header, and one recipient then reads as three.
_ADDRESS_MARKS = re.compile(r'[",;:<>@()\[\]\\]+')
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class _VerbatimHeader(UnstructuredHeader, BaseHeader):
    """A header in one line as it is: the library would encode a long web address beyond use."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _mail_policy() -> "EmailPolicy[EmailMessage]":
    headers = HeaderRegistry()
    headers.map_to_type("list-unsubscribe", _VerbatimHeader)
    # 7bit: not every server on the way takes 8BITMIME, and DKIM breaks where one re-encodes.
    return SMTP.clone(cte_type="7bit", header_factory=headers)


_POLICY = _mail_policy()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who the mail is from and to, both checked by `one_mailbox`, and its Date."""

    sender: str
    recipient: str
    sent_at: datetime


def render(message: Message) -> Rendering:
    """Subject, text and HTML as the customer's mail program gets them."""
    safe = _cleaned(message)
    return Rendering(subject=safe.subject, text=render_text(safe), html=render_html(safe))


def render_text(message: Message) -> str:
    """The plain text part: wrapped at 72 columns, each link on a line of its own."""
    safe = _cleaned(message)
    blocks = [safe.sender_name, _wrapped(safe.greeting), *map(_wrapped, safe.paragraphs)]
    blocks.append("\n".join(f"{label}: {value}" for label, value in safe.details))
    if safe.action:
        blocks.append(f"{safe.action.label}:\n{safe.action.url}")
    blocks.extend(map(_wrapped, safe.closing))
    small = [*map(_wrapped, safe.footer)]
    if safe.unsubscribe:
        small.append(f"{safe.unsubscribe.label}:\n{safe.unsubscribe.url}")
    if any(small):
        blocks.append("\n".join(["-" * 24, *small]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def render_html(message: Message) -> str:
    """The HTML part: no image, script, font or other thing that a mail program would load."""
    safe = _cleaned(message)
    language = safe.language.replace("_", "-")
    page = _template().render(
        message=safe,
        language=language,
        direction="rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
    )
    return _INLINER.inline(page)


def compose(message: Message, recipient: Recipient, envelope: Envelope) -> EmailMessage:
    """The whole mail to one person. The same message gives the same Message-ID each time."""
    safe = _cleaned(message)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(safe.sender_name, envelope.sender)
    mail["To"] = _mailbox(recipient.name or "", envelope.recipient)
    reply_to = one_mailbox(safe.reply_to or "")
    if reply_to:
        mail["Reply-To"] = Address(addr_spec=reply_to)
    mail["Subject"] = safe.subject
    mail["Date"] = format_datetime(envelope.sent_at)
    mail["Message-ID"] = f"<{message_id(message, envelope.sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    if safe.unsubscribe:
        mail["List-Unsubscribe"] = f"<{safe.unsubscribe.url}>"
        if safe.unsubscribe.url.lower().startswith("https:"):
            # RFC 8058 promises one-click for https alone.
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(render_text(safe))
    mail.add_alternative(render_html(safe), subtype="html")
    return mail


def message_id(message: Message, sender: str) -> str:
    """The Message-ID without its brackets: stable for one step, unique within the sender's domain."""
    given = message.message_id
    if not (len(given) <= 120 and _PLAIN_ID.fullmatch(given)):
        given = hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{given}@{sender.rpartition('@')[2]}"


def _cleaned(message: Message) -> Message:
    """The same message with every text safe to show. Cleaning twice changes nothing."""
    return replace(
        message,
        language=message.language if _LANGUAGE.fullmatch(message.language) else "en",
        subject=_header_text(message.subject, limit=200),
        preview=clean_line(message.preview),
        greeting=clean_line(message.greeting),
        paragraphs=_texts(message.paragraphs),
        details=tuple((clean_line(a, limit=80), clean_line(b, limit=300)) for a, b in message.details),
        action=safe_action(message.action),
        closing=_texts(message.closing),
        footer=_texts(message.footer),
        sender_name=clean_line(message.sender_name, limit=80),
        unsubscribe=safe_action(message.unsubscribe),
    )


def _texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_text, texts)))


def _header_text(text: str, *, limit: int) -> str:
    """One line in which `=?` cannot start an encoded word, so that nobody decodes a second header."""
    return clean_line(clean_line(text, limit=limit).replace("=?", "= ?"), limit=limit)


def _mailbox(name: str, address: str) -> Address:
    shown = _header_text(_ADDRESS_MARKS.sub(" ", clean_line(name, limit=80)), limit=64)
    return Address(display_name=shown, addr_spec=address)


def _wrapped(text: str) -> str:
    lines = (
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )
    return "\n".join(lines)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(files("notifiers").joinpath("email.html").read_text("utf-8"))
