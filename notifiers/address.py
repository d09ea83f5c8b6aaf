"""Says whether a text is the address of exactly one mailbox, and spells it for the wire.

It never repairs: an address that needs guessing is refused, because a guess reaches a stranger.
"""

import re

import idna

_LONGEST = 320
# RFC 5321 dot-string. Quoted local parts are refused: almost nobody has one, and mail
# software disagrees about what they mean.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def one_mailbox(address: str) -> str | None:
    """The address with its domain in ASCII (IDNA), or None where it is not exactly one mailbox.

    A local part beyond ASCII needs SMTPUTF8, which few servers take end to end: None as well.
    """
    if len(address) > _LONGEST:
        return None
    local, at, domain = address.partition("@")
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return None
    ascii_domain = _in_ascii(domain)
    return f"{local}@{ascii_domain}" if ascii_domain else None


def _in_ascii(domain: str) -> str | None:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    fits = len(domain) <= 253 and all(map(_LABEL.fullmatch, domain.split(".")))
    return domain if fits else None
