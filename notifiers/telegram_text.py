"""Turns a message into what Telegram shows: HTML of its own few tags, one button, at most 4,096 characters.

Characters are counted as Telegram counts them: UTF-16 units of the text that is seen. Every text is cut before
it is escaped, so no cut falls into a tag or an entity; what makes a message safe to act on is never cut away.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from ipaddress import ip_address
from urllib.parse import urlsplit

from .base import Action, Message, Rendering
from .links import safe_action
from .text import clean_line, clean_text, units

MOST_UNITS = 4096
_GAP = "\n\n"
_MORE = "…"
# What may be used up by all but the paragraphs; they have the rest, more than 400.
_TITLE, _SENDER, _GREETING, _LABEL = 200, 80, 200, 60
_DETAILS, _CLOSING, _FOOTER = 600, 900, 500
_MOST_URL = 500
# Telegram makes links of these by itself: mentions of people and commands to the bot.
_LIVE = re.compile(r"(?<!\w)@(?=\w)|(?<![\w/<>])/(?=\w)")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Letter:
    """`html` as it is sent and `text` as it is seen; the button stands below them."""

    html: str
    text: str
    button: Action | None


@dataclass(frozen=True, slots=True)
class _Piece:
    html: str
    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


def letter_of(message: Message) -> Letter:
    """The whole message; its text is empty where the message has none."""
    action, unsubscribe = _usable(message.action), _usable(message.unsubscribe)
    button = action if action and _public(action.url) else None
    head = [_title(message), _text(message.greeting, _GREETING)]
    tail = [
        _lines(_detail(label, value) for label, value in message.details),
        _address(action) if action and not button else _Piece("", ""),
        *_within(message.closing, _CLOSING),
        _small_print(message, unsubscribe),
    ]
    # A preview writes the button out below the text, and fits as well.
    below = _written_out(button) if button else _Piece("", "")
    around = [piece for piece in (*head, *tail, below) if piece]
    room = MOST_UNITS - sum(units(piece.text) + len(_GAP) for piece in around)
    whole = _joined([*head, *_within(message.paragraphs, room), *tail], _GAP)
    return Letter(whole.html, whole.text, button)


def render(message: Message) -> Rendering:
    """For a preview: the button stands below the text. A page that shows the HTML keeps its line ends."""
    letter = letter_of(message)
    subject = clean_line(message.subject, limit=_TITLE)
    if letter.button is None:
        return Rendering(subject, letter.text, letter.html)
    whole = _joined([_Piece(letter.html, letter.text), _written_out(letter.button)], _GAP)
    return Rendering(subject, whole.text, whole.html)


def quiet_text(text: str) -> str:
    """Clean text in which nothing becomes a mention or a command."""
    return _LIVE.sub(rf"\g<0>{_WORD_JOINER}", clean_text(text))


def quiet_line(text: str, *, limit: int = 200) -> str:
    """As `quiet_text`, on one line."""
    return quiet_text(clean_line(text, limit=limit))


def _title(message: Message) -> _Piece:
    """Who writes, then what about: one bot writes for several merchants."""
    subject = _cut(quiet_line(message.subject), _TITLE)
    sender = _cut(quiet_line(message.sender_name), _SENDER)
    if sender.casefold() in subject.casefold():
        sender = ""
    return _joined([_bold(sender), _bold(subject)], "\n")


def _detail(label: str, value: str) -> _Piece:
    name, shown = quiet_line(label), _bold(quiet_line(value))
    if not (name and shown):
        return _Piece("", "")
    return _joined([_plain(f"{name}: "), shown], "")


def _small_print(message: Message, unsubscribe: Action | None) -> _Piece:
    footer = [_Piece(f"<i>{piece.html}</i>", piece.text) for piece in _within(message.footer, _FOOTER)]
    way_out = _Piece("", "")
    if unsubscribe:
        way_out = _link(unsubscribe) if _public(unsubscribe.url) else _address(unsubscribe)
    return _joined([*footer, way_out], "\n")


def _lines(details: Iterable[_Piece]) -> _Piece:
    """Whole lines, as many as there is room for."""
    kept: list[_Piece] = []
    left = _DETAILS
    for line in details:
        left -= units(line.text) + 1
        if left >= 0:
            kept.append(line)
    return _joined(kept, "\n")


def _within(texts: tuple[str, ...], room: int) -> list[_Piece]:
    """The first paragraphs that fit; where one does not, `…` says so. The first is cut rather than left out."""
    kept: list[_Piece] = []
    left = room - units(_GAP + _MORE)
    for text in filter(None, map(quiet_text, texts)):
        size = units(text) + len(_GAP)
        if size > left:
            kept.append(_plain(_MORE if kept else _cut(text, left)))
            break
        kept.append(_plain(text))
        left -= size
    return kept


def _cut(text: str, most: int) -> str:
    """At most so many units, at the end of a word where one is near."""
    if units(text) <= most:
        return text
    kept = text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore")
    words = kept.rpartition(" ")[0]
    return (words if len(words) > len(kept) // 2 else kept).rstrip() + _MORE


def _text(text: str, most: int) -> _Piece:
    return _plain(_cut(quiet_line(text), most))


def _plain(text: str) -> _Piece:
    return _Piece(escape(text, quote=False), text)


def _bold(text: str) -> _Piece:
    return _Piece(f"<b>{escape(text, quote=False)}</b>" if text else "", text)


def _link(action: Action) -> _Piece:
    label = _plain(quiet_text(action.label))
    return _Piece(f'<a href="{escape(action.url)}">{label.html}</a>', label.text)


def _written_out(button: Action) -> _Piece:
    return _Piece(_link(button).html, f"[ {button.label} ]\n{button.url}")


def _address(action: Action) -> _Piece:
    """For addresses that Telegram makes no link of, such as this machine's."""
    return _plain(f"{quiet_text(action.label)}:\n{action.url}")


def _joined(pieces: list[_Piece], gap: str) -> _Piece:
    shown = [piece for piece in pieces if piece]
    return _Piece(gap.join(piece.html for piece in shown), gap.join(piece.text for piece in shown))


def _usable(action: Action | None) -> Action | None:
    """The action where its address may be opened, with a label that fits."""
    safe = safe_action(action, longest=_MOST_URL)
    return Action(_cut(safe.label, _LABEL), safe.url) if safe else None


def _public(url: str) -> bool:
    """Telegram refuses a whole message for a button that leads to this machine or to a name without a dot."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal"))
