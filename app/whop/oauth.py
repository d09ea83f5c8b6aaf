"""Sign-in with Whop by OpenID Connect: the only file that knows Authlib.

Confidential client with PKCE (S256), state and nonce; what comes back is trusted only after the id_token's
signature and claims were checked. Keeps nothing: the caller stores tokens and begins the session.
"""

import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from flask import request, session
from requests import RequestException, Response
from werkzeug.wrappers import Response as AnyResponse

from app import outgoing
from app.log import bound_request_id, get_logger
from app.whop.errors import WhopAway, WhopRefuses
from app.whop.fields import email, identifier, text
from app.whop.measured import measured

SCOPE = "openid profile email company:basic:read"
"""Who it is, and their role in their accounts; the data comes by the account's own key and webhook."""
ASYMMETRIC = ("ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256")
WHO_ONLY = "openid profile"
"""For customers: who it is, and nothing that could be asked in their name."""
LIFE_S = 3600
"""Of an access token whose answer does not say it: Whop's is an hour."""
ADDRESSES = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
"""What the provider must say of itself before anybody is sent there."""
KNOWN_FOR_S = 12 * 3600
"""Its addresses and keys are asked again after this: a key that Whop withdrew must not count for ever."""
_CODE = re.compile(r"[a-z_]{1,50}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")

log = get_logger(__name__)


class Trouble(StrEnum):
    """Why a sign-in came to nothing."""

    DENIED = "denied"
    STATE = "state"
    CODE = "code"
    AWAY = "away"
    UNTRUSTED = "untrusted"


class SignInFailed(Exception):
    def __init__(self, trouble: Trouble, cause: str) -> None:
        super().__init__(f"{trouble}: {cause}")
        self.trouble = trouble
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom Whop vouches for. `user_id` is Whop's `user_…`."""

    user_id: str
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    access: str
    refresh: str | None
    expires_in: int
    """Seconds from now."""


class _Session(OAuth2Session):  # type: ignore[misc]  # the library has no types
    """Each call has a time limit, follows nothing, and carries the name of the request it belongs to."""

    def request(self, method: str, url: str, **options: Any) -> Response:
        headers = {"User-Agent": outgoing.USER_AGENT, **(options.pop("headers", None) or {})}
        if name := bound_request_id():
            headers[outgoing.REQUEST_ID] = name
        options.update(timeout=outgoing.TIMEOUT_S, allow_redirects=False, headers=headers)
        operation = f"oauth_{urlsplit(url).path.rpartition('/')[2]}"
        send = super().request
        answer: Response = measured(operation, lambda: send(method, url, **options))
        if answer.is_redirect:
            raise RequestException(f"the peer sent us elsewhere ({answer.status_code})")
        return answer


class _Client(FlaskOAuth2App):  # type: ignore[misc]  # the library has no types
    client_cls = _Session


class WhopOAuth:
    """One way in. What was begun by one `flow` cannot be finished by another."""

    def __init__(
        self,
        *,
        api_url: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        flow: str = "whop",
        scope: str = SCOPE,
    ) -> None:
        self._api_url = api_url
        self._redirect_uri = redirect_uri
        self._known_since = time.monotonic()
        self._client = _Client(
            FlaskIntegration(flow),
            name=flow,
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{api_url}/.well-known/openid-configuration",
            client_kwargs={"scope": scope, "code_challenge_method": "S256"},
        )

    def check(self) -> str | None:
        """What keeps people from signing in, as far as it can be seen from here; None: nothing."""
        try:
            self._discover()
        except Exception as error:
            return f"{self._api_url} does not say how to sign in ({type(error).__name__}); check WHOP_API_URL"
        return None

    def begin(self, *, state: str | None = None) -> AnyResponse:
        """The redirect to Whop; what must come back unchanged is kept in the session. Raises `SignInFailed`.

        `state` is random where it is not given; whoever gives one makes most of it random.
        """
        try:
            self._discover()
            answer: AnyResponse = self._client.authorize_redirect(self._redirect_uri, state=state)
        except Exception as error:  # whatever the provider's answer broke
            raise SignInFailed(_trouble(error), type(error).__name__) from error
        return answer

    def finish(self) -> tuple[Identity, Tokens]:
        """From the callback's request: who it is, and what we may ask in their name. Raises `SignInFailed`.

        The state is used up, whatever comes of it.
        """
        try:
            if request.args.get("error"):
                raise OAuthError(error=request.args["error"])
            metadata = self._discover()
            claims = {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self._client.client_id},
            }
            token = self._client.authorize_access_token(claims_options=claims)
            return self._identity(token), _tokens(token)
        except SignInFailed:
            self._forget()
            raise
        except Exception as error:  # a provider's answer can be wrong in any way
            if _trouble(error) is Trouble.UNTRUSTED:
                self._forget()
            raise SignInFailed(_trouble(error), _cause(error)) from error
        finally:
            self._client.framework.clear_state_data(session, request.args.get("state"))

    def renew(self, refresh_token: str) -> Tokens:
        """New tokens; the old refresh token is used up. Raises `WhopAway` or `WhopRefuses`."""
        try:
            metadata = self._discover()
            with self._session(metadata) as client:
                return _tokens(
                    client.refresh_token(metadata["token_endpoint"], refresh_token=refresh_token) or {}
                )
        except Exception as error:
            if isinstance(error, OAuthError) and error.error == "invalid_grant":
                raise WhopRefuses("invalid_grant") from error
            raise WhopAway(_cause(error)) from error  # our secret is wrong, say: that ends nobody's grant

    def revoke(self, refresh_token: str | None) -> None:
        """End the grant at Whop where there is one, as well as it goes: a failure is logged and no more."""
        if refresh_token is None:
            return
        try:
            metadata = self._discover()
            address = metadata.get("revocation_endpoint") or f"{self._api_url}/oauth/revoke"
            with self._session(metadata) as client:
                client.revoke_token(address, token=refresh_token).raise_for_status()
        except Exception as error:
            log.warning("auth.not_revoked", error=type(error).__name__)

    def _discover(self) -> dict[str, Any]:
        """Whop's addresses and keys; how it wants the secret, and by whom it signs."""
        if time.monotonic() - self._known_since > KNOWN_FOR_S:
            self._forget()
        metadata: dict[str, Any] = self._client.load_server_metadata()
        if not all(isinstance(metadata.get(name), str) for name in ADDRESSES):
            self._forget()
            raise ValueError("the provider does not say where to sign in")
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_post"]
        post = "client_secret_post" in offered
        self._client.client_kwargs["token_endpoint_auth_method"] = (
            "client_secret_post" if post else "client_secret_basic"
        )
        signed_by = [
            name for name in metadata.get("id_token_signing_alg_values_supported") or () if name in ASYMMETRIC
        ]
        metadata["id_token_signing_alg_values_supported"] = signed_by or ["ES256"]
        return metadata

    def _forget(self) -> None:
        """An answer that was wrong once must not be believed until the process ends."""
        self._known_since = time.monotonic()
        self._client.server_metadata = {}

    def _session(self, metadata: dict[str, Any]) -> _Session:
        method = self._client.client_kwargs["token_endpoint_auth_method"]
        return _Session(
            client_id=self._client.client_id,
            client_secret=self._client.client_secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            token_endpoint=metadata["token_endpoint"],
        )

    def _identity(self, token: dict[str, Any]) -> Identity:
        """By the id_token, which was checked; the user info adds name and address where it is the same person."""
        if "id_token" not in token:  # the answer's own "userinfo" is signed by nobody
            raise SignInFailed(Trouble.UNTRUSTED, "no id_token")
        claims = dict(token["userinfo"])
        user_id = identifier(claims["sub"])
        if user_id is None or len(user_id) > 64:
            raise SignInFailed(Trouble.UNTRUSTED, "sub")
        more: dict[str, Any] = {}
        try:
            more = dict(self._client.userinfo(token=token))
        except Exception as error:  # nice to have, no more
            log.warning("auth.no_user_info", error=type(error).__name__)
        known = claims | more if more.get("sub") == user_id else claims
        name = known.get("name") or known.get("preferred_username")
        return Identity(user_id, text(name), email(known.get("email")))


def _tokens(token: dict[str, Any]) -> Tokens:
    access, refresh, life = token["access_token"], token.get("refresh_token"), token.get("expires_in")
    if not isinstance(access, str) or not _TOKEN.fullmatch(access):
        raise SignInFailed(Trouble.UNTRUSTED, "access_token")
    usable = isinstance(life, int) and 0 < life <= 30 * 24 * 3600
    refresh = refresh if isinstance(refresh, str) and _TOKEN.fullmatch(refresh) else None
    return Tokens(access, refresh, life if usable and life else LIFE_S)


def _trouble(error: Exception) -> Trouble:
    match error:
        case MismatchingStateError():
            return Trouble.STATE
        case OAuthError(error="access_denied"):
            return Trouble.DENIED
        case OAuthError(error="server_error" | "temporarily_unavailable" | "rate_limit_exceeded"):
            return Trouble.AWAY
        case OAuthError():
            return Trouble.CODE
        case RequestException() | TimeoutError():
            return Trouble.AWAY
    return Trouble.UNTRUSTED


def _cause(error: Exception) -> str:
    """For the log: the provider's short code where it is one, never its free text."""
    code = error.error if isinstance(error, OAuthError) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else type(error).__name__
