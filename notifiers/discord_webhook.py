"""The merchant's alerts in a Discord channel, by the channel's own webhook address.

The address is a secret: whoever knows it can write there.
"""

import re
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from .base import Capabilities, Check, Message, Notifier, Outcome, Recipient, Rendering, Retry, Sent, Unknown
from .discord_limits import DiscordLimits
from .discord_refusals import Failure, Refused, Torn, Unreached, outcome_of
from .discord_text import MAX_LENGTH, discord_text
from .http_peer import Answer, HttpPeer, NoAnswer, NotReached
from .links import is_loopback

_ADDRESS = re.compile(
    r"https://(?:(?:canary|ptb)\.)?discord(?:app)?\.com/api(?:/v\d{1,2})?/webhooks/\d{15,20}/[\w-]{20,100}",
    re.ASCII,
)
_FOR_TESTS = re.compile(r"http://([\w.-]+):\d{1,5}/api/webhooks/\d{15,20}/[\w-]{20,100}", re.ASCII)
_GONE = "discord_webhook_gone"


class DiscordWebhookSettings(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, validate_by_name=True)

    url: SecretStr
    messages_per_second: int | None = Field(2, ge=1, le=50)
    """Discord takes about 5 in 2 seconds for one webhook; None: unlimited, for tests."""
    workers: int = Field(default=1, ge=1, validation_alias="WORKER_PROCESSES")
    """That share these limits, on all machines together."""
    most_refusals: int = Field(100, ge=1, le=5000)
    """In 10 minutes. Discord bans an address at 10,000."""
    timeout: float = Field(20.0, gt=0, le=25, exclude=True)
    """Seconds for the whole call."""

    @field_validator("url")
    @classmethod
    def _of_discord(cls, value: SecretStr) -> SecretStr:
        address = value.get_secret_value()
        local = _FOR_TESTS.fullmatch(address)
        if not (_ADDRESS.fullmatch(address) or (local and is_loopback(local[1]))):
            raise ValueError("copy the webhook's address from Discord: https://discord.com/api/webhooks/…")
        return value


class DiscordWebhookNotifier(Notifier):
    """Writes each message into the one channel that the webhook belongs to."""

    name: ClassVar[str] = "discord_webhook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        markup="discord", max_length=MAX_LENGTH, needs_linking=False, audience="merchant"
    )
    settings_model: ClassVar[type[DiscordWebhookSettings]] = DiscordWebhookSettings
    variables: ClassVar[str] = "DISCORD_WEBHOOK_"

    def __init__(self, settings: DiscordWebhookSettings) -> None:
        self._peer = HttpPeer(settings.url.get_secret_value(), headers={})
        self._timeout = settings.timeout
        self._limits = DiscordLimits(
            settings.messages_per_second, settings.most_refusals, sharers=settings.workers
        )

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`."""
        # A webhook that no bot made takes link buttons only with this parameter, and else drops them.
        query = {"wait": "true", "with_components": "true"}
        try:
            answer = self._call("POST", discord_text(message).payload(), query)
        except Failure as failure:
            if isinstance(failure, Refused) and failure.status in (401, 404):
                return Retry(_GONE, whole_channel=True)
            return outcome_of(failure, posting=True, for_all=True)
        posted = answer.json().get("id")
        return Sent(posted) if isinstance(posted, str) else Unknown("discord_torn")

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return discord_text(message).rendering()

    def check(self) -> Check:
        """Asks Discord whether the webhook is still there."""
        try:
            self._call("GET", None, {})
        except Refused as refused:
            if refused.status in (401, 404):
                text = "Discord no longer knows this webhook; make a new one and set DISCORD_WEBHOOK_URL."
            else:
                text = f"Discord refuses the webhook now ({refused.status}); try again later."
            return Check(ok=False, text=text)
        except Failure:
            return Check(ok=False, text="Discord does not answer; check the network from here.")
        return Check(ok=True, text="Discord knows the webhook.")

    def close(self) -> None:
        """Closes the connections."""
        self._peer.close()

    def _call(self, method: str, body: object, query: dict[str, str]) -> Answer:
        """A successful answer. Raises the failures of `discord_refusals`."""
        with self._limits.call():
            try:
                answer = self._peer.call(method, "", seconds=self._timeout, body=body, query=query)
            except NotReached:
                raise Unreached from None
            except NoAnswer:
                raise Torn from None
            if 200 <= answer.status < 300:
                return answer
            # Every alert makes the same call, so a limit of this route is one for all.
            refused = Refused.of(answer.status, answer.headers, answer.body)
            refused.everywhere = True
            raise refused
