"""Turns a message into one of Discord: a line, an embed and link buttons, all within 2,000 characters.

The line stands outside the embed because that is what a phone shows, and what is left where a reader has
embeds switched off.
"""

from dataclasses import dataclass

from .base import Action, Message, Rendering
from .links import safe_action
from .markdown import as_read, cut, details, escaped, paragraphs
from .text import clean_line, clean_text, units

MAX_LENGTH = 2000
"""Of all that is read and of the buttons' addresses; Discord's own limits of each part lie above."""
_LONGEST_ADDRESS = 512
"""Of a button, says Discord."""
_DETAILS, _CLOSING, _FOOTER = 420, 300, 300
_COLOUR = 0x1F4E79
_LINK_BUTTON = {"type": 2, "style": 5}
_ROW = 1


@dataclass(frozen=True, slots=True)
class DiscordText:
    """`content` and `description` are Markdown; the rest Discord shows as it stands."""

    content: str
    author: str
    description: str
    footer: str
    buttons: tuple[Action, ...]

    def payload(self) -> dict[str, object]:
        """The body of a message, which mentions nobody whatever its texts say."""
        embed: dict[str, object] = {"type": "rich", "description": self.description, "color": _COLOUR}
        if self.author:
            embed["author"] = {"name": self.author}
        if self.footer:
            embed["footer"] = {"text": self.footer}
        body: dict[str, object] = {
            "content": self.content,
            "embeds": [embed] if self.description or self.author or self.footer else [],
            "allowed_mentions": {"parse": [], "replied_user": False},
        }
        if self.buttons:
            row = [{**_LINK_BUTTON, "label": button.label, "url": button.url} for button in self.buttons]
            body["components"] = [{"type": _ROW, "components": row}]
        return body

    def rendering(self) -> Rendering:
        """As its reader sees it; a button is its label and where it leads."""
        shown = [as_read(self.content), self.author, as_read(self.description), self.footer]
        shown += [f"[{button.label}] {button.url}" for button in self.buttons]
        return Rendering(subject=as_read(self.content), text="\n\n".join(filter(None, shown)))


def discord_text(message: Message) -> DiscordText:
    """The message in Discord's form. What does not fit is cut from its paragraphs."""
    found = (safe_action(one, longest=_LONGEST_ADDRESS) for one in (message.action, message.unsubscribe))
    buttons = tuple(Action(cut(one.label, 80), one.url) for one in found if one is not None)
    content = cut(escaped(clean_line(message.subject)), 300)
    author = cut(clean_line(message.sender_name, limit=80), 80)
    footer = cut(clean_text("\n".join(map(clean_line, message.footer))), _FOOTER)
    around = units(content + author + footer) + sum(units(one.label + one.url) + 6 for one in buttons)
    room = MAX_LENGTH - around - 20  # the empty lines between the blocks
    rest = [
        details(message, line="**{}:** {}", room=_DETAILS),
        paragraphs(message.closing, room=_CLOSING),
    ]
    room -= units("".join(rest))
    body = paragraphs((clean_line(message.greeting), *message.paragraphs), room=room)
    description = "\n\n".join(filter(None, [body, *rest]))
    return DiscordText(content, author, description, footer, buttons)
