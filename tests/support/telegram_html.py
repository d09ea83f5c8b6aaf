"""Reads messages as strictly as Telegram does: its few tags, its entities, its limits, its buttons."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

TAGS = ("b", "strong", "i", "em", "u", "s", "code", "pre", "a")
_TOKEN = re.compile(
    r'<(/?)([a-z]+)(?: href="([^"<>]*)")?>|&(lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|([<&])|([^<&]+)'
)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}")
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}")


class Bad(Exception):
    """What Telegram would answer with 400."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as its reader sees it."""

    text: str
    links: tuple[tuple[str, str], ...] = ()
    """Label and address."""
    bold: tuple[str, ...] = ()
    live: tuple[str, ...] = field(default=())
    """Mentions and commands that Telegram makes of plain text."""


def read(text: str, *, html: bool) -> Seen:
    """Raises `Bad` where Telegram would refuse the text."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise Bad("strings must be encoded in UTF-8")
    seen = _parsed(text) if html else Seen(text)
    shown = seen.text.strip()
    if not shown:
        raise Bad("message text is empty")
    if len(seen.text.encode("utf-16-le")) // 2 > 4096:
        raise Bad("message is too long")
    live = (*_MENTION.findall(seen.text), *_COMMAND.findall(seen.text))
    return Seen(seen.text, seen.links, seen.bold, live)


def check_button(url: str) -> None:
    host = urlsplit(url).hostname or ""
    try:
        fine = ip_address(host).is_global
    except ValueError:
        fine = "." in host
    if not fine or not url.startswith(("http://", "https://")):
        raise Bad("inline keyboard button URL is invalid: Wrong HTTP URL")


def _parsed(text: str) -> Seen:
    shown, links, bold = "", [], []
    open_tags: list[tuple[str, int, str]] = []
    for close, tag, href, entity, stray, plain in _TOKEN.findall(text):
        if stray or (tag and tag not in TAGS):
            raise Bad("can't parse entities: unsupported start tag")
        if plain:
            shown += plain
        elif entity:
            shown += _NAMED.get(entity) or chr(int(entity[2:], 16) if entity[1] == "x" else int(entity[1:]))
        elif not close:
            open_tags.append((tag, len(shown), href))
        else:
            if not open_tags or open_tags[-1][0] != tag:
                raise Bad("can't parse entities: unexpected end tag")
            _, began, target = open_tags.pop()
            if tag == "a":
                links.append((shown[began:], _unescaped(target)))
            elif tag == "b":
                bold.append(shown[began:])
    if open_tags:
        raise Bad("can't parse entities: can't find end tag")
    return Seen(shown, tuple(links), tuple(bold))


def _unescaped(address: str) -> str:
    return address.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
