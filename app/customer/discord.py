"""Who somebody is at Discord, by OAuth 2 with the scope `identify` and PKCE: the address to go to, and the answer.

Knows no tables. The state is the customer's one-time code. The PKCE verifier is made of it and the session
secret, so it is kept nowhere: whoever sees the state cannot make it, and customer pages set no cookie that
could hold it. Discord's token is used for one question, then revoked and forgotten.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from app import outgoing
from app.log import get_logger
from app.settings import Settings
from app.whop.fields import text

CALLBACK = "/connect/discord/callback"
SCOPE = "identify"
MOST_LABEL = 64
_USER_ID = re.compile(r"[0-9]{1,20}")
_CODE = re.compile(r"[\x21-\x7e]{1,512}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,2048}")
_ERROR = re.compile(r"[a-z_]{1,50}")

log = get_logger(__name__)


class Trouble(StrEnum):
    """Why an account was not linked."""

    DENIED = "denied"
    EXPIRED = "expired"
    AWAY = "away"


class NotLinked(Exception):
    def __init__(self, trouble: Trouble, cause: str) -> None:
        super().__init__(f"{trouble}: {cause}")
        self.trouble = trouble
        self.cause = cause


@dataclass(frozen=True, slots=True)
class DiscordAccount:
    user_id: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Discord:
    """`api_url` is without a slash at its end."""

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Discord | None":
        """None where reminders by Discord, or its sign-in, are not set up."""
        secret = settings.discord_client_secret
        if not settings.enable_discord or settings.discord_client_id is None or secret is None:
            return None
        return cls(
            api_url=settings.discord_api_url.rstrip("/"),
            client_id=settings.discord_client_id,
            client_secret=secret.get_secret_value(),
            redirect_uri=f"{settings.app_host}{CALLBACK}",
            key=settings.session_secrets[0].encode(),
        )

    @property
    def authorize_url(self) -> str:
        """Beside the API, not under it: https://discord.com/oauth2/authorize."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}/oauth2/authorize"

    def address(self, state: str) -> str:
        """Where the person says yes or no."""
        with self._client() as client:
            url, _state = client.create_authorization_url(
                self.authorize_url, state=state, code_verifier=self._verifier(state)
            )
        return str(url)

    def who(self, state: str, answer: Mapping[str, str]) -> DiscordAccount:
        """From the callback's query: whose account it is. Raises `NotLinked`. Open no transaction around it."""
        if answer.get("error"):
            denied = answer["error"] == "access_denied"
            raise NotLinked(Trouble.DENIED if denied else Trouble.AWAY, _cause_of(answer["error"]))
        code = answer.get("code", "")
        if not _CODE.fullmatch(code):
            raise NotLinked(Trouble.EXPIRED, "no_code")
        try:
            token = outgoing.in_time(lambda: self._token(state, code))
            try:
                return outgoing.in_time(lambda: self._account(token))
            finally:
                self._revoke(token)
        except OAuthError as error:
            used = error.error == "invalid_grant"
            raise NotLinked(Trouble.EXPIRED if used else Trouble.AWAY, _cause_of(error.error)) from error
        except Exception as error:  # a provider's answer can be wrong in any way
            raise NotLinked(Trouble.AWAY, type(error).__name__) from error

    def _token(self, state: str, code: str) -> str:
        with self._client() as client:
            answer = client.fetch_token(
                f"{self.api_url}/oauth2/token",
                grant_type="authorization_code",
                code=code,
                code_verifier=self._verifier(state),
                allow_redirects=False,
            )
        token = answer.get("access_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise ValueError("no token came")
        return token

    def _account(self, token: str) -> DiscordAccount:
        bearer = {"Authorization": f"Bearer {token}"}
        with outgoing.client(self.api_url, headers=bearer) as http:
            answer = http.get("/users/@me")
        answer.raise_for_status()
        found = answer.json()
        user_id = found["id"]
        if answer.status_code != httpx.codes.OK or not _USER_ID.fullmatch(user_id):
            raise ValueError("it does not say who it is")
        name = text(found.get("username"), limit=MOST_LABEL)
        return DiscordAccount(user_id, f"@{name}" if name else None)

    def _revoke(self, token: str) -> None:
        """As well as it goes: the token ends by itself, and nobody keeps it."""

        def revoke() -> None:
            with self._client() as client:
                answer = client.revoke_token(
                    f"{self.api_url}/oauth2/token/revoke", token=token, allow_redirects=False
                )
                answer.raise_for_status()

        try:
            outgoing.in_time(revoke)
        except Exception as error:
            log.warning("customer.discord_not_revoked", error=type(error).__name__)

    def _client(self) -> OAuth2Session:
        made = OAuth2Session(
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=outgoing.TIMEOUT_S,
        )
        made.headers["User-Agent"] = outgoing.USER_AGENT
        return made

    def _verifier(self, state: str) -> str:
        made = hmac.digest(self.key, b"discord-pkce:" + state.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(made).decode("ascii").rstrip("=")


def _cause_of(error: object) -> str:
    """For the log: the provider's short code where it is one, never its free text."""
    return error if isinstance(error, str) and _ERROR.fullmatch(error) else "odd_error"
