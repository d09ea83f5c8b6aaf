"""Encrypts what must lie in the database but may be read by this install alone.

The keys come from the session secrets: the first seals, all open. A secret taken out of the list closes for
good what it has sealed.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    def __init__(self, secrets: Sequence[str], *, purpose: str) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])

    def close(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes | None:
        """None where none of our secrets has sealed it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None


def _key(secret: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
