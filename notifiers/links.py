"""Says which addresses a channel may make clickable, and which it may hand its keys to.

Clickable is plain http and https, nothing that a program would run.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from .base import Action
from .text import clean_line

LONGEST = 900
_WEB_ADDRESS = re.compile(r"https?://[!#-&(-;=?-\[\]-~]+", re.IGNORECASE)


def safe_action(action: Action | None, *, longest: int = LONGEST) -> Action | None:
    """The action where its address is plain http or https; None where no program should open it.

    Nor one with a name before its host, which looks like another place than it leads to.
    """
    if action is None or len(action.url) > longest or not _WEB_ADDRESS.fullmatch(action.url):
        return None
    try:
        parts = urlsplit(action.url)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return None
    return Action(label=clean_line(action.label, limit=80) or parts.hostname[:80], url=action.url)


def api_address(value: str) -> str:
    """An API's address without a slash at its end. Raises `ValueError`: keys go there, so never in clear."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        usable = bool(host) and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ("http", "https"):
        raise ValueError("give an address such as https://api.example.com")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("use https://; http:// is for a server on this machine only")
    return value.rstrip("/")


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
