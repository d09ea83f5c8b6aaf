"""Two runs side by side: what differs, in words, and which promise a disordered run has broken. Pure.

Where every event was first heard in its own spell, everything must be the same: each message with its moment,
its words and its receiver, each charge and each alert. Where events came late or never, a message that is out
cannot be unsent: then cases, money and people must end the same, and neither message nor charge may have started
once the success was heard.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from app.ops.replay.disorder import Arrival
from app.ops.replay.effects import OUTCOME, Charge, Effects, Line, SentMessage
from app.recovery.campaign import LIMITS
from app.recovery.facts import PaymentSucceeded
from app.whop.events import parse


def differences(clean: Effects, other: Effects, *, same_time: bool) -> Iterator[str]:
    for kind, lines in clean.items():
        if not same_time and kind not in OUTCOME:
            continue
        ours, theirs = Counter(lines), Counter(other[kind])
        yield from (f"{kind}: only in the clean order: {_told(line)}" for line in sorted(ours - theirs))
        yield from (f"{kind}: only in this order:      {_told(line)}" for line in sorted(theirs - ours))


def broken_promises(
    arrivals: Sequence[Arrival], sent: Sequence[SentMessage], charged: Sequence[Charge] = ()
) -> Iterator[str]:
    """What no order of events excuses."""
    paid: dict[tuple[str, str], datetime] = {}
    for arrival in arrivals:
        fact = parse(arrival.heard.body, received_at=arrival.at)
        if isinstance(fact, PaymentSucceeded):
            paid.setdefault((fact.merchant.biz_id, fact.payment.payment_id), arrival.at)
    for message in sent:
        heard = paid.get(message.payment)
        if heard is not None and message.at >= heard:
            yield f"promise: sent after the success was heard at {heard:%Y-%m-%d %H:%M:%S}: {_named(message)}"
    for charge in charged:
        heard = paid.get(charge.payment)
        if heard is not None and charge.at >= heard:
            yield f"promise: charged after the success was heard at {heard:%Y-%m-%d %H:%M:%S}: {' '.join(charge.payment)}"
    for (payment, key), copies in Counter((one.payment, one.wording_key) for one in sent).items():
        if copies > 1:
            yield f"promise: sent {copies} times: {' '.join(payment)} {key}"
    for payment, messages in Counter(one.payment for one in sent).items():
        if messages > LIMITS.messages:
            yield f"promise: {messages} messages for one payment: {' '.join(payment)}"


def _named(message: SentMessage) -> str:
    return f"{' '.join(message.payment)} {message.wording_key} at {message.at:%Y-%m-%d %H:%M:%S}"


def _told(line: Line) -> str:
    return " ".join(line)
