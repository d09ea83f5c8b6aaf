"""What can go wrong when Whop is asked, as one tree: whoever asks decides by the kind, never by a status.

The text of an error names the question and the status alone, so it may stand in a log. Whop's own words
are apart from it, in `said`: they may name a customer.
"""


class WhopError(Exception):
    """`code` is Whop's short word for it, `said` its sentence.

    `replayed`: Whop did not look at the matter again, but repeated its answer to an earlier call with the
    same idempotency key. It does so for a day, also with a refusal: only a new key gets a new answer.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str | None = None,
        said: str | None = None,
        replayed: bool = False,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.said = said
        self.replayed = replayed


class WhopAway(WhopError):
    """No answer, or none that says anything about the question: ask again later."""


class WhopSilent(WhopAway):
    """Whop itself is away: any other question would fare the same now."""


class WhopBusy(WhopAway):
    """Too many questions of this kind; nothing was done. Ask again after `after` seconds."""

    def __init__(self, text: str, *, after: float) -> None:
        super().__init__(text)
        self.after = after


class WhopUnclear(WhopAway):
    """A change was asked for and may have been made: its answer was lost.

    Asked again with the same idempotency key within a day it is not made twice.
    """


class WhopRefuses(WhopError):
    """The token or key is not accepted (401)."""


class WhopForbids(WhopRefuses):
    """The token or key is good, but lacks the permission for this (403)."""


class WhopNotFound(WhopError):
    """Whop knows no such thing, or shows it to nobody with this key (404)."""


class WhopConflict(WhopError):
    """Not now, as things stand at Whop (409); a payment, say, that cannot be retried any more."""


class WhopBadRequest(WhopError):
    """The question itself is refused (any other 4xx): asked again it would be refused again."""
