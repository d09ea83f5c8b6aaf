"""Who looks at our pages inside Whop's frame: read from the token that Whop adds to each request there.

The token proves who it is and nothing more; what the person may see is asked elsewhere, at each request.
"""

import threading
from datetime import datetime, timedelta

import httpx
from flask import Request
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app import outgoing
from app.clock import Clock
from app.log import get_logger
from app.whop.fields import identifier
from app.whop.measured import measured

HEADER = "x-whop-user-token"
ISSUER = "urn:whopcom:exp-proxy"
KEYS_GOOD_FOR = timedelta(hours=12)
KEYS_AGAIN_AFTER = timedelta(seconds=30)
"""A token signed by a key that we do not know makes us look again, at most this often."""
LEEWAY_S = 10
LONGEST = 4096

log = get_logger(__name__)


class EmbeddedUsers:
    def __init__(self, *, api_url: str, app_id: str, clock: Clock) -> None:
        self._http = outgoing.client(api_url)
        self._app_id = app_id
        self._clock = clock
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()

    def of(self, request: Request) -> str | None:
        """Whop's `user_…` behind this request; None without a token, and with one that does not hold."""
        token = request.headers.get(HEADER)
        if token is None:
            return None
        try:
            return self._subject(token)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            log.warning("embedded.token_refused", error=type(error).__name__)
            return None

    def _subject(self, token: str) -> str:
        if len(token) > LONGEST:
            raise ValueError("too long")
        keys = self._known_keys()
        try:
            read = jwt.decode(token, keys, algorithms=["ES256"])
        except (InvalidKeyIdError, JoseError):
            fresh = self._known_keys(again=True)
            if fresh is keys:
                raise
            read = jwt.decode(token, fresh, algorithms=["ES256"])
        jwt.JWTClaimsRegistry(
            now=int(self._clock.wall().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._app_id},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(read.claims)
        subject = identifier(read.claims["sub"])
        if subject is None or not subject.startswith("user_") or len(subject) > 64:
            raise ValueError("no user")
        return subject

    def _known_keys(self, *, again: bool = False) -> KeySet:
        """Whop's public keys; those from before where it cannot be asked."""
        if self._keys is not None and self._lock.locked():
            return self._keys  # somebody asks for newer ones: nobody waits for a slow peer who need not
        with self._lock:
            age = self._clock.wall() - self._asked_at if self._asked_at else None
            due = age is None or age > (KEYS_AGAIN_AFTER if again or self._keys is None else KEYS_GOOD_FOR)
            if due:
                self._asked_at = self._clock.wall()
                self._keys = self._ask() or self._keys
            if self._keys is None:
                raise ValueError("Whop's keys are not known")
            return self._keys

    def _ask(self) -> KeySet | None:
        try:
            answer = measured("embedded_keys", lambda: self._http.get("/.well-known/jwks.json"))
            answer.raise_for_status()
            return KeySet.import_key_set(answer.json())
        except (
            httpx.HTTPError,
            TimeoutError,
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            RecursionError,
        ) as error:
            log.warning("embedded.keys_not_read", error=type(error).__name__)
            return None
