"""Direct messages by a Discord bot: a line, an embed and a link button to one person.

It owns the sign-in and the book of known conversations. What a message looks like is in `discord_text`, what
failures mean in `discord_refusals`, how calls are made in `discord_rest`.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

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
from .discord_limits import DiscordLimits
from .discord_refusals import UNKNOWN_CHANNEL, Failure, Held, Refused, Torn, outcome_of
from .discord_text import MAX_LENGTH, discord_text
from .links import api_address
from .loop import Holder
from .text import clean_line

if TYPE_CHECKING:
    from .discord_rest import Rest

_SNOWFLAKE = re.compile(r"[1-9][0-9]{14,19}", re.ASCII)
_MOST_CONVERSATIONS = 10_000
_WHOLE_SEND_S = 28.0
"""Three calls of at most 8 seconds each, and some."""


class DiscordSettings(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, validate_by_name=True)

    bot_token: SecretStr
    api_url: str = "https://discord.com/api/v10"
    requests_per_second: int | None = Field(50, ge=1, le=50)
    """Discord's limit of one bot is 50; None: unlimited, for tests."""
    workers: int = Field(default=1, ge=1, validation_alias="WORKER_PROCESSES")
    """That share these limits, on all machines together."""
    most_refusals: int = Field(100, ge=1, le=5000)
    """In 10 minutes. Discord bans an address at 10,000."""
    timeout: float = Field(8.0, gt=0, le=8, exclude=True)
    """Seconds for one call."""

    @field_validator("api_url")
    @classmethod
    def _usable_address(cls, value: str) -> str:
        return api_address(value)


class DiscordNotifier(Notifier):
    """Writes to people by their Discord user id, who must share a server with the bot or have added it."""

    name: ClassVar[str] = "discord"
    capabilities: ClassVar[Capabilities] = Capabilities(
        markup="discord", max_length=MAX_LENGTH, needs_linking=True
    )
    settings_model: ClassVar[type[DiscordSettings]] = DiscordSettings
    variables: ClassVar[str] = "DISCORD_"

    def __init__(self, settings: DiscordSettings) -> None:
        self._settings = settings
        self._limits = DiscordLimits(
            settings.requests_per_second, settings.most_refusals, sharers=settings.workers
        )
        self._loop = Holder()
        self._signing_in = asyncio.Lock()
        self._rest: Rest | None = None
        self._conversations: OrderedDict[str, str] = OrderedDict()

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. A repeat with the same message id within minutes is not posted twice."""
        if not _SNOWFLAKE.fullmatch(recipient.address):
            return GiveUp("bad_address")
        attempt = _Attempt(recipient.address, _body(message))
        try:
            return self._loop.run(lambda: self._deliver(attempt), seconds=_WHOLE_SEND_S)
        except TimeoutError:
            return Unknown("discord_timeout") if attempt.posting else Retry("discord_timeout")

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        return discord_text(message).rendering()

    def check(self) -> Check:
        """Asks Discord who the bot is."""
        try:
            name = self._loop.run(self._own_name, seconds=_WHOLE_SEND_S)
        except Refused as refused:
            if refused.status == 401:
                text = "Discord refuses the bot's token; check DISCORD_BOT_TOKEN."
            else:
                text = f"Discord does not let the bot in now ({refused.status}); try again later."
            return Check(ok=False, text=text)
        except Held:
            return Check(ok=False, text="Discord has refused too many calls; try again in some minutes.")
        except (Failure, TimeoutError):
            text = "Discord does not answer; check the network from here and DISCORD_API_URL."
            return Check(ok=False, text=text)
        return Check(ok=True, text=f"Discord knows the bot as {name}.")

    def close(self) -> None:
        """Closes the connections; a later send signs in again."""
        self._loop.close(self._sign_out, seconds=5)

    async def _deliver(self, attempt: "_Attempt") -> Outcome:
        try:
            rest = await self._signed_in()
            channel = await self._conversation(rest, attempt)
        except Failure as failure:
            return outcome_of(failure, posting=False, for_all=True)
        attempt.posting = True
        try:
            answer = await rest.request(_messages_of(channel), json=attempt.body)
        except Failure as failure:
            return self._not_posted(failure, attempt)
        posted = answer.get("id") if isinstance(answer, dict) else None
        return Sent(posted) if isinstance(posted, str) else Unknown("discord_torn")

    def _not_posted(self, failure: Failure, attempt: "_Attempt") -> Outcome:
        if isinstance(failure, Refused) and failure.code == UNKNOWN_CHANNEL and attempt.known:
            self._conversations.pop(attempt.user, "")
            return Retry("discord_conversation_gone")  # the next try opens a new one
        return outcome_of(failure, posting=True, for_all=False)

    async def _conversation(self, rest: "Rest", attempt: "_Attempt") -> str:
        """The channel of direct messages with this person, opened once and remembered."""
        known = self._conversations.get(attempt.user)
        if known is not None:
            attempt.known = True
            self._conversations.move_to_end(attempt.user)
            return known
        answer = await rest.start_private_message(attempt.user)
        opened = answer.get("id") if isinstance(answer, dict) else None
        if not (isinstance(opened, str) and _SNOWFLAKE.fullmatch(opened)):
            raise Torn
        self._conversations[attempt.user] = opened
        if len(self._conversations) > _MOST_CONVERSATIONS:
            self._conversations.popitem(last=False)
        return opened

    async def _signed_in(self) -> "Rest":
        from .discord_rest import Rest

        async with self._signing_in:
            if self._rest is None:
                settings = self._settings
                rest = Rest(settings.api_url, limits=self._limits, timeout=settings.timeout)
                try:
                    await rest.static_login(settings.bot_token.get_secret_value())
                    self._rest = rest
                finally:
                    if self._rest is not rest:
                        await rest.close()
            return self._rest

    async def _sign_out(self) -> None:
        rest, self._rest = self._rest, None
        self._signing_in = asyncio.Lock()  # the next send may come in another loop
        if rest is not None:
            await rest.close()

    async def _own_name(self) -> str:
        from .discord_rest import Route

        answer = await (await self._signed_in()).request(Route("GET", "/users/@me"))
        return clean_line(str(answer.get("username", "")), limit=40) if isinstance(answer, dict) else ""


class _Attempt:
    """One send on its way, and how far it came."""

    def __init__(self, user: str, body: dict[str, object]) -> None:
        self.user = user
        self.body = body
        self.known = False
        self.posting = False


def _messages_of(channel: str) -> Any:
    from .discord_rest import Route

    return Route("POST", "/channels/{channel_id}/messages", channel_id=channel)


def _body(message: Message) -> dict[str, object]:
    # At most 25 characters; Discord answers with the first message where it has seen the nonce before.
    nonce = hashlib.sha256(message.message_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return {**discord_text(message).payload(), "nonce": nonce, "enforce_nonce": True}
