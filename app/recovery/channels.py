"""Which of the ways to a customer a message takes, and why: a choice among channels that are known to lead there.

A campaign may say which channels it uses, and in which order; the customer's own preference comes before that
order, but no campaign is made to use what it leaves out. Knows no addresses and asks nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .reasons import Reason, Why

EMAIL = "email"
WHOP_CHAT = "whop_chat"
"""Reaches every customer whose Whop user id is known."""
OWN = ("telegram", "discord", EMAIL, WHOP_CHAT)
"""Channels whose addresses we know how to find, in the usual order; those of other packages write to e-mail
addresses, after our own mail."""


def usual(others: Iterable[str]) -> tuple[str, ...]:
    """Our own channels and these of other packages, in the order in which they are usually asked."""
    foreign = sorted(set(others) - set(OWN))
    return (*OWN[:-1], *foreign, OWN[-1])


def ways(linked: Iterable[str], *, email: bool, user_id: bool, here: frozenset[str]) -> list[str]:
    """The channels that lead to a customer, in the usual order; of this install's (`here`), but for accounts.

    `linked` are those of accounts that they linked, the newest first; `email` and `user_id`: theirs is known.
    """
    by_mail = (EMAIL, *sorted(here - set(OWN))) if email else ()
    by_whop = (WHOP_CHAT,) if user_id and WHOP_CHAT in here else ()
    return [*linked, *by_mail, *by_whop]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of the channels of one case."""

    campaign: tuple[str, ...] | None = None
    """The channels that its campaign uses, best first; None: all of them, in the usual order."""
    preferred: str | None = None
    """As the customer chose it; None leaves it to us."""
    tried: str | None = None
    """The one that is being tried for this case; it says nothing where the customer has chosen."""

    def leaves_out(self, channel: str) -> bool:
        return self.campaign is not None and channel not in self.campaign

    def order(self, channels: Iterable[str]) -> list[str]:
        """These channels, which come in the usual order, best first; what the campaign leaves out comes last."""
        return sorted(channels, key=lambda channel: (channel != self._first, self._place(channel)))

    def why(self, channel: str, able: Sequence[str]) -> Reason:
        """Why it goes by this one of all channels that could carry it, which come in the usual order.

        The reason names those that would have come before it, had the campaign not left them out.
        """
        by_itself = replace(self, campaign=None).order(able)
        before = by_itself[: by_itself.index(channel)]
        left_out = [one for one in before if self.leaves_out(one)]
        detail = {"channel": channel, "left_out": left_out} if left_out else {"channel": channel}
        return Reason(self._code(channel), detail)

    def choose(self, able: Sequence[str]) -> Reason:
        """Why a message would go by the best of these, or why by none."""
        best = next((one for one in self.order(able) if not self.leaves_out(one)), None)
        return why_none((), able) if best is None else self.why(best, able)

    @property
    def _first(self) -> str | None:
        return self.preferred or self.tried

    def _place(self, channel: str) -> int:
        if self.campaign is None:
            return 0
        return self.campaign.index(channel) if channel in self.campaign else len(self.campaign)

    def _code(self, channel: str) -> Why:
        if channel == self.preferred:
            return Why.CHANNEL_PREFERRED
        if channel == self._first:
            return Why.CHANNEL_TRIED
        in_order = self.campaign is not None and channel in self.campaign
        return Why.CHANNEL_OF_CAMPAIGN if in_order else Why.CHANNEL_USUAL


def why_none(closed: Sequence[Reason], left_out: Sequence[str]) -> Reason:
    """Why no channel carries a message: what closed each, and those that only the campaign keeps from it.

    Somebody asked for silence says more than what the campaign leaves out, and that more than what is switched off.
    """
    silence = next((reason for reason in closed if reason.code is Why.SUPPRESSED), None)
    if left_out:
        told = silence or Reason(Why.CHANNELS_LEFT_OUT)
        return Reason(told.code, {**told.detail, "left_out": list(left_out)})
    return silence or next(iter(closed), Reason(Why.NO_ADDRESS, {"channel": EMAIL}))
