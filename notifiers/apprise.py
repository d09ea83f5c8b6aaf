"""The merchant's alerts through any of the hundred services that the library Apprise knows.

An optional extra: without it the channel is known, and says what to install once it is switched on.
"""

import threading
from concurrent.futures import Future
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from .base import Capabilities, Check, Message, Notifier, Outcome, Recipient, Rendering, Sent, Unknown
from .links import safe_action
from .text import clean_line, clean_text

_WHOLE_SEND_S = 25.0


class AppriseSettings(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    urls: SecretStr
    """Apprise's addresses, comma separated; each names a service and holds its keys."""

    @field_validator("urls")
    @classmethod
    def _known_services(cls, value: SecretStr) -> SecretStr:
        if find_spec("apprise") is None:
            raise ValueError("it needs the extra `apprise`: pip install 'autochargesaver[apprise]'")
        if not _services(value):
            raise ValueError(
                "give addresses that Apprise knows, such as ntfys://topic, with commas between them"
            )
        return value


class AppriseNotifier(Notifier):
    """Writes each message to all the services at once."""

    name: ClassVar[str] = "apprise"
    capabilities: ClassVar[Capabilities] = Capabilities(
        markup="plain", max_length=None, needs_linking=False, audience="merchant"
    )
    settings_model: ClassVar[type[AppriseSettings]] = AppriseSettings
    variables: ClassVar[str] = "APPRISE_"

    def __init__(self, settings: AppriseSettings) -> None:
        self._settings = settings

    def send(self, message: Message, recipient: Recipient) -> Outcome:
        """See `Notifier.send`. Apprise says only whether all went well, so a failure may have arrived in part."""
        rendering = self.render(message)
        told: Future[bool] = Future()

        def notify() -> None:
            try:
                services = _services(self._settings.urls)
                told.set_result(bool(services and services.notify(rendering.text, title=rendering.subject)))
            except Exception:
                told.set_result(False)

        # Some services wait between messages or for ever, and none of them takes a deadline for the whole.
        threading.Thread(target=notify, name="apprise", daemon=True).start()
        try:
            return Sent() if told.result(_WHOLE_SEND_S) else Unknown("apprise_failed")
        except TimeoutError:
            return Unknown("apprise_timeout")

    @classmethod
    def render(cls, message: Message) -> Rendering:
        """See `Notifier.render`."""
        blocks = [clean_line(message.greeting), *map(clean_text, message.paragraphs)]
        blocks.append("\n".join(f"{clean_line(a)}: {clean_line(b)}" for a, b in message.details))
        action = safe_action(message.action)
        blocks.append(f"{action.label}:\n{action.url}" if action else "")
        blocks += map(clean_text, (*message.closing, *message.footer))
        return Rendering(subject=clean_line(message.subject), text="\n\n".join(filter(None, blocks)))

    def check(self) -> Check:
        """Reads the addresses; whether the services take messages only a message tells."""
        count = len(_services(self._settings.urls) or ())
        text = f"Apprise knows the services of all {count} addresses." if count else "See APPRISE_URLS."
        return Check(ok=count > 0, text=text)


def _services(urls: SecretStr) -> Any:
    """Apprise with all of these addresses; None where it does not know one of them."""
    import apprise

    # Nothing on disk, no threads of its own, no address in the log, no redirect followed.
    asset = apprise.AppriseAsset(
        async_mode=False, storage_mode="memory", secure_logging=True, http_redirects=False
    )
    found = apprise.Apprise(asset=asset)
    parts = [part.strip() for part in urls.get_secret_value().split(",") if part.strip()]
    return found if parts and all(map(found.add, parts)) else None
