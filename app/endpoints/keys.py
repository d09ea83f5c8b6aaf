"""The secrets that sign webhooks: made, sealed, and turned round with a time in which both hold."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.models import Endpoint
from app.security.sealing import Seal

PREFIX = "whsec_"
_BYTES = 32
BOTH_FOR = timedelta(hours=24)
"""After a new secret was made, the old one signs as well: long enough to put the new one in place."""


def fresh() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode("ascii")


def seal_of(session_secrets: Sequence[str]) -> Seal:
    return Seal(session_secrets, purpose="endpoint-secret")


def keys_of(row: Endpoint, seal: Seal, *, wall: datetime) -> tuple[bytes, ...]:
    """The newest first. Empty where this install's session secrets have sealed none of them."""
    sealed = [row.secret]
    if row.old_secret is not None and row.old_until is not None and row.old_until > wall:
        sealed.append(row.old_secret)
    return tuple(key for one in sealed if (key := _key(seal.open(one))) is not None)


def _key(text: bytes | None) -> bytes | None:
    try:
        return base64.b64decode(text.removeprefix(PREFIX.encode()), validate=True) if text else None
    except binascii.Error:
        return None
