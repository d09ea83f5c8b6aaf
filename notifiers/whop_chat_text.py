"""Turns a message into the Markdown of Whop's chat, where a link stands open so that one sees where it leads."""

import re

from .base import Action, Message, Rendering
from .links import safe_action
from .markdown import as_read, cut, details, escaped, paragraphs
from .text import clean_line, units

MAX_LENGTH = 5000
"""Of a message's content, says Whop's API reference."""
_SUBJECT, _DETAILS, _CLOSING, _FOOTER = 420, 1000, 600, 600
# Nobody outside knows how Whop finds mentions; with this in between there is no name behind the sign.
_MENTION = re.compile(r"(?<![\w.+-])\\@(?=\w)")
_WORD_JOINER = "\u2060"


def whop_text(message: Message) -> str:
    """The content of the chat message. What does not fit is cut from its paragraphs."""
    subject = _quiet(cut(escaped(clean_line(message.subject)), _SUBJECT))
    rest = [
        _quiet(details(message, line="- {}: {}", room=_DETAILS)),
        _link(message.action),
        _quiet(paragraphs(message.closing, room=_CLOSING)),
        _quiet(paragraphs(message.footer, room=_FOOTER)),
        _link(message.unsubscribe),
    ]
    room = MAX_LENGTH - units(subject) - sum(map(units, rest)) - 30  # the empty lines between the blocks
    body = _quiet(paragraphs((clean_line(message.greeting), *message.paragraphs), room=room))
    blocks = [f"**{subject}**" if subject else "", cut(body, room), *rest]
    return "\n\n".join(filter(None, blocks))


def whop_rendering(message: Message) -> Rendering:
    """As the customer reads it."""
    return Rendering(subject=clean_line(message.subject), text=as_read(whop_text(message)))


def _link(action: Action | None) -> str:
    """The label and the address below it. The address is as it is: chats make it clickable by themselves."""
    safe = safe_action(action)
    return f"{_quiet(escaped(safe.label))}:\n{safe.url}" if safe else ""


def _quiet(markdown: str) -> str:
    return _MENTION.sub(rf"\g<0>{_WORD_JOINER}", markdown)
