"""Channels to customers in words: by name, and as a campaign's choice with its order."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _

from app.dashboard import sentences


def title(name: str) -> str:
    """As people call it, at the beginning of a line; one of somebody else's package by its own name."""
    known = str(sentences.CHANNELS.get(name, name))
    return known[:1].upper() + known[1:]


def listed(channels: Sequence[str] | None, here: Collection[str]) -> str:
    """A choice in one line; what is not set up here says so."""
    if channels is None:
        return str(_("all that are set up, in the usual order"))
    return ", ".join(
        f"{place}. {_named(name, here=name in here)}" for place, name in enumerate(channels, start=1)
    )


def _named(name: str, *, here: bool) -> str:
    known = str(sentences.CHANNELS.get(name, name))
    return known if here else str(_("%(channel)s (not set up here)", channel=known))
