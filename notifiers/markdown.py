"""Writes other people's text into Markdown so that it is read exactly as they typed it, and cuts it to length.

One escaping serves CommonMark, GitHub's additions and Discord's dialect: in all of them a backslash before a
sign makes it an ordinary character.
"""

import re

from .base import Message
from .text import clean_line, clean_text, units

# Emphasis, code, spoilers, quotes, headings, tables, entities, links; `<` begins every mention, time, custom
# emoji and command of Discord; `@` begins a mention elsewhere.
_SIGNS = re.compile(r"[\\`*_~|<>\[\]#@&]")
# A list, a rule or an underlined heading, each only where it begins a line.
_LINE_START = re.compile(r"(?m)^[^\S\n]*(?:([-+=])|(\d{1,9})([.)]))")
_INDENT = re.compile(r"(?m)^[^\S\n]+")
# What is made clickable without any sign around it.
_BARE_LINK = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)")
_ESCAPED = re.compile(r"\\?.", re.DOTALL)
_OURS = re.compile(r"\\(.)|\*\*", re.DOTALL)


def escaped(text: str) -> str:
    """`text`, cleaned already, as Markdown that shows it literally; no part of it can be followed or pings."""
    shown = _INDENT.sub("", text)
    shown = _SIGNS.sub(r"\\\g<0>", shown)
    shown = _LINE_START.sub(lambda start: f"\\{start[1]}" if start[1] else f"{start[2]}\\{start[3]}", shown)
    return _BARE_LINK.sub(r"\\", shown)


def as_read(markdown: str) -> str:
    """What a reader sees of the Markdown that this module's users write."""
    return _OURS.sub(lambda found: found[1] or "", markdown)


def cut(markdown: str, room: int) -> str:
    """At most `room` units of it, the last one `…` where it was cut, and no backslash without its sign."""
    if units(markdown) <= room:
        return markdown
    kept: list[str] = []
    left = room - 1
    for piece in _ESCAPED.findall(markdown):
        left -= units(piece)
        if left < 0:
            break
        kept.append(piece)
    return ("".join(kept).rstrip() + "…") if room > 0 else ""


def paragraphs(texts: tuple[str, ...], *, room: int) -> str:
    """The texts as paragraphs, escaped and cut."""
    shown = (escaped(clean_text(text)) for text in texts)
    return cut("\n\n".join(filter(None, shown)), room)


def details(message: Message, *, line: str, room: int) -> str:
    """As many of the message's details as there is room for, one a line; `line` has two places."""
    kept: list[str] = []
    for label, value in message.details:
        told = escaped(clean_line(value))
        if not told:
            continue
        shown = line.format(escaped(clean_line(label, limit=60)), told)
        room -= units(shown) + 1
        if room < 0:
            break
        kept.append(shown)
    return "\n".join(kept)
