"""Messages in Whop's own support chat between a merchant's account and a customer: nothing has to be linked.

A recipient's address is `biz_…/user_…`. The calls, permissions and the 5,000 characters are from Whop's API
reference ("Create support channel", "Create message", "Idempotent requests") at the version below. Its newest
edition names keys of apps, not of accounts, for messages: with another key the first message tells.
"""

import hashlib
import json
import re
import secrets
import threading
from collections import OrderedDict
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from .base import (
    Capabilities,
    Check,
    GiveUp,
    Message,
    Notifier,
    Outcome,
    Recipient,
    Rendering,
    Retry,
    Sent,
    Unknown,
)
from .http_peer import Answer, HttpPeer, NoAnswer, NotReached
from .limits import CallPace, wish
from .links import api_address
from .whop_chat_text import MAX_LENGTH, whop_rendering, whop_text

API_VERSION = "2026-10-15-1"
"""Sent with each call: without it the key's own pin would decide the shapes."""
PERMISSIONS = ("support_chat:create", "support_chat:message:create")
_PERSON = re.compile(r"(biz_[A-Za-z0-9]{1,60})/(user_[A-Za-z0-9]{1,60})", re.ASCII)
_CHANNEL = re.compile(r"[A-Za-z0-9_-]{1,120}", re.ASCII)
_MOST_CHANNELS = 10_000
_UNTOLD_PAUSE = timedelta(minutes=1)


class WhopChatSettings(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, validate_by_name=True)

    api_key: SecretStr
    api_url: str = "https://api.whop.com"
    requests_per_second: int | None = Field(9, ge=1, le=200)
    """Whop's limit is 600 a minute for each kind of call; None: unlimited, for tests."""
    workers: int = Field(default=1, ge=1, validation_alias="WORKER_PROCESSES")
    """That share these limits, on all machines together."""
    timeout: float = Field(9.0, gt=0, le=9, exclude=True)
    """Seconds for one call."""

    @field_validator("api_url")
    @classmethod
    def _usable_address(cls, value: str) -> str:
        return api_address(value)


class WhopChatNotifier(Notifier):
    name: ClassVar[str] = "whop_chat"
    capabilities: ClassVar[Capabilities] = Capabilities(
        markup="markdown", max_length=MAX_LENGTH, needs_linking=False
    )
    settings_model: ClassVar[type[WhopChatSettings]] = WhopChatSettings
    variables: ClassVar[str] = "WHOP_"

    def __init__(self, settings: WhopChatSettings) -> None:
        key = settings.api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}", "Api-Version-Date": API_VERSION}
        self._peer = HttpPeer(f"{settings.api_url}/api/v1", headers=headers)
        self._timeout = settings.timeout
        self._pace = CallPace(settings.requests_per_second, sharers=settings.workers)
        self._channels: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. A repeat of the same text with the same message id is not posted twice."""
        person = _PERSON.fullmatch(recipient.address)
        if person is None:
            return GiveUp("bad_address")
        channel = self._known(recipient.address) or self._opened(recipient.address, person[1], person[2])
        return self._posted(message, recipient.address, channel) if isinstance(channel, str) else channel

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return whop_rendering(message)

    def check(self) -> Check:
        """Asks Whop whose key it is and what the key may do there."""
        try:
            mine = self._peer.call("GET", "/accounts/me", seconds=self._timeout)
            account = mine.json().get("id") if mine.status == 200 else None
            if mine.status == 401:
                return Check(ok=False, text="Whop refuses the key; check WHOP_API_KEY.")
            if not isinstance(account, str):
                return _untold(mine.status)
            asked = {"resource_id": account, "actions": ",".join(PERMISSIONS)}
            answer = self._peer.call("GET", "/permissions", seconds=self._timeout, query=asked)
        except (NotReached, NoAnswer):
            return Check(ok=False, text="Whop does not answer; check the network from here and WHOP_API_URL.")
        if answer.status != 200:
            return _untold(answer.status)
        missing = [name for name in PERMISSIONS if name not in _granted(answer)]
        if missing:
            text = f"The key in WHOP_API_KEY lacks {' and '.join(missing)}; add it to the key at Whop."
            return Check(ok=False, text=text)
        return Check(ok=True, text="Whop lets the key write to customers in support chat.")

    def close(self) -> None:
        """Closes the connections."""
        self._peer.close()

    def _known(self, address: str) -> str | None:
        with self._lock:
            return self._channels.get(address)

    def _opened(self, address: str, account: str, user: str) -> str | Outcome:
        """The support channel with this customer: Whop answers with the one there is, or makes it."""
        # No Idempotency-Key: the call makes nothing twice, and a stored refusal would outlive its cause.
        answer = self._call("/support_channels", {"account_id": account, "user_id": user}, {}, posting=False)
        if not isinstance(answer, Answer):
            return answer
        channel = answer.json().get("id")
        if not (isinstance(channel, str) and _CHANNEL.fullmatch(channel)):
            return Retry("whop_torn")
        with self._lock:
            self._channels[address] = channel
            if len(self._channels) > _MOST_CHANNELS:
                self._channels.popitem(last=False)
        return channel

    def _posted(self, message: Message, address: str, channel: str) -> Outcome:
        body = {"channel_id": channel, "content": whop_text(message)}
        answer = self._call("/messages", body, {"Idempotency-Key": _key(message, body)}, posting=True)
        if isinstance(answer, GiveUp):
            with self._lock:
                self._channels.pop(address, None)  # perhaps it is the channel that is gone
        if not isinstance(answer, Answer):
            return answer
        posted = answer.json().get("id")
        return Sent(posted) if isinstance(posted, str) else Unknown("whop_torn")

    def _call(
        self, path: str, body: dict[str, str], headers: dict[str, str], *, posting: bool
    ) -> Answer | Outcome:
        """A successful answer, or what its failure means. `posting`: it is the message itself."""
        if seconds := self._pace.begin():
            return Retry("whop_pace", after=timedelta(seconds=seconds), whole_channel=True, busy=True)
        try:
            answer = self._peer.call("POST", path, seconds=self._timeout, body=body, headers=headers)
            if posting and 400 <= answer.status < 500 and answer.headers.get("Idempotent-Replayed") == "true":
                # Whop repeats the refusal of an earlier try for a day, whatever was mended since then.
                fresh = {"Idempotency-Key": secrets.token_hex(16)}
                answer = self._peer.call("POST", path, seconds=self._timeout, body=body, headers=fresh)
        except NotReached:
            return Retry("whop_unreachable", whole_channel=True)
        except NoAnswer:
            return Unknown("whop_torn") if posting else Retry("whop_torn")
        finally:
            self._pace.end()
        if 200 <= answer.status < 300:
            return answer
        if answer.status == 429:
            self._pace.hold((_wait(answer) or _UNTOLD_PAUSE).total_seconds())
        return _refusal(answer, posting=posting)


def _refusal(answer: Answer, *, posting: bool) -> Outcome:
    status, reason = answer.status, f"whop_{answer.status}"
    match status:
        case 401:
            return Retry("whop_auth_refused", whole_channel=True)
        case 403:
            return Retry("whop_no_permission", whole_channel=True)
        case 429:
            return Retry(reason, after=_wait(answer) or _UNTOLD_PAUSE, whole_channel=True, busy=True)
        case 409 | 502 | 504 if posting:
            # An earlier try is still running, or a gateway lost what came of this one.
            return Unknown(reason)
        case 408 | 409:
            return Retry(reason)
        case _ if status >= 500:
            return Retry(reason, after=_wait(answer))
        case _ if status < 400:
            return Retry(reason, whole_channel=True)
    return GiveUp(reason)


def _wait(answer: Answer) -> timedelta | None:
    milliseconds = wish(answer.headers.get("Retry-After-Ms"))
    return milliseconds / 1000 if milliseconds else wish(answer.headers.get("Retry-After"))


def _key(message: Message, body: dict[str, str]) -> str:
    """Names the message and its text: Whop refuses a known key with another body."""
    told = json.dumps([message.message_id, body], sort_keys=True)
    return hashlib.sha256(told.encode("ascii")).hexdigest()


def _granted(answer: Answer) -> set[str]:
    rows = answer.json().get("data")
    found = (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return {str(row.get("action")) for row in found if row.get("granted") is True}


def _untold(status: int) -> Check:
    if status < 500 and status != 429:
        text = "Whop takes the key but does not say what it may do; the first message will tell."
        return Check(ok=True, text=text)
    return Check(ok=False, text=f"Whop cannot be asked now ({status}); try again later.")
