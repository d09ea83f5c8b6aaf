"""What is said about one mail, and what each answer means for it.

The line between "certainly not delivered" and "perhaps delivered" is the final dot: whatever
happens before it is written may be tried again, silence after it never is.

A 5xx ends the mail; whether it also ends the address depends on what it blames. An address that is
given up by mistake costs a customer every later reminder, one that is kept by mistake a few refused
sends. So an address is given up only where the answer is about the mailbox: where the enhanced status
code (RFC 3463) says so to RCPT or to the text, or, without a code that says otherwise, where the answer to
RCPT, which names nothing but the mailbox, is 550, 551 or 553. MAIL and the text are about us.
"""

import re

from .base import GiveUp, Outcome, Retry, Sent, Unknown
from .smtp_line import LineLost, SmtpLine

# RFC 4954 section 6: the server wants, or refused, a sign-in.
_SIGN_IN_REFUSED = frozenset({530, 534, 535, 538})
_NO_SUCH_RECIPIENT = frozenset({550, 551, 553})
_OUR_TEXT = frozenset[int]()
"""To DATA and the text no basic code speaks of the mailbox: a 550 there is mostly a filter's."""
# 5.1.x is about the address, but 5.1.7 and 5.1.8 blame the sender's. 5.2.1: the mailbox is disabled.
_DEAD_ADDRESS = re.compile(rb"5\.(?:1\.(?![78]\b)\d{1,3}|2\.1)\b")
# Full (5.2.2) and too long for it (5.2.3) pass; 5.3.x is their system, 5.6.x our text. 5.7.x is policy:
# a sender without SPF gets it at every address, and none of them is dead for that.
_NOT_THE_ADDRESS = re.compile(rb"5\.(?:1\.[78]|2\.[23]|[367]\.\d{1,3})\b")

_DOT = b".\r\n"
_HANG_UP_GRACE = 0.02
"""Seconds to hear a peer that hung up on the text: heard before the dot, the mail may be repeated.

Given to a connection's first mail alone: a peer that has taken one takes texts.
"""


def name_mailboxes(line: SmtpLine, *, sender: str, recipient: str) -> Outcome | None:
    """MAIL, RCPT and DATA; None where the peer is ready for the text.

    Raises `LineLost`, also for 421: the peer is about to hang up.
    """
    commands = (
        ("MAIL", f"FROM:<{sender}>", None),
        ("RCPT", f"TO:<{recipient}>", _NO_SUCH_RECIPIENT),
        ("DATA", "", _OUR_TEXT),
    )
    for command, argument, dead in commands:
        code, text = line.docmd(command, argument)
        if code == 421:
            raise LineLost("smtp_421")
        if 400 <= code < 600:
            return _refusal(code, text, dead=dead)
        if code // 100 != (3 if command == "DATA" else 2):
            raise LineLost("smtp_garbage", server_at_fault=True)
    return None


def hand_over(line: SmtpLine, mail: bytes) -> Outcome:
    """The text, the final dot and the peer's verdict. `mail` ends its lines with CR LF."""
    try:
        line.send(_dot_stuffed(mail))
        if line.spoke_first(grace=0.0 if line.has_taken_mail else _HANG_UP_GRACE):
            code, text = line.getreply()
            if not 400 <= code < 600:
                raise LineLost("smtp_garbage", server_at_fault=True)
            return _refusal(code, text, dead=_OUR_TEXT)
    except LineLost as lost:
        return Retry(lost.reason, whole_channel=lost.server_at_fault)
    try:
        line.send(_DOT)
        code, text = line.reply_by(line.ends_at)
    except LineLost as lost:
        return Unknown(lost.reason)
    if 200 <= code < 300:
        line.has_taken_mail = True
        return Sent()
    if 400 <= code < 600:
        return _refusal(code, text, dead=_OUR_TEXT)
    return Unknown("smtp_garbage")


def _refusal(code: int, text: bytes, *, dead: frozenset[int] | None) -> Retry | GiveUp:
    """What a 4xx or 5xx means.

    `dead`: the codes that at this point say that no such mailbox exists; None where only our own is named.
    """
    if code in _SIGN_IN_REFUSED:
        return Retry("smtp_auth_refused", whole_channel=True)
    if code < 500:
        return Retry(f"smtp_{code}")
    if dead is None:
        return GiveUp(f"smtp_{code}")
    by_code = code in dead and not _NOT_THE_ADDRESS.match(text)
    return GiveUp(f"smtp_{code}", suppress=by_code or _DEAD_ADDRESS.match(text) is not None)


def _dot_stuffed(mail: bytes) -> bytes:
    """The mail with each leading dot doubled (RFC 5321 section 4.5.2), ended by a line end."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mail)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
