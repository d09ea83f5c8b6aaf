"""What is said about one mail, and what each answer means for it.

The line between "certainly not delivered" and "perhaps delivered" is the final dot: whatever
happens before it is written may be tried again, silence after it never is.
"""

import re

from .base import GiveUp, Outcome, Retry, Sent, Unknown
from .smtp_line import LineLost, SmtpLine

# RFC 4954 section 6: the server wants, or refused, a sign-in.
_SIGN_IN_REFUSED = frozenset({530, 534, 535, 538})
_NO_SUCH_MAILBOX = frozenset({550})
_NO_SUCH_RECIPIENT = frozenset({550, 551, 553})
# RFC 3463: 5.1.x is about the address, but 5.1.7 and 5.1.8 blame the sender's. 5.7.x is policy:
# a sender without SPF gets it at every address, and none of them is dead for that.
_DEAD_ADDRESS = re.compile(rb"5\.1\.(?![78]\b)\d{1,3}\b")
_SENDER_OR_POLICY = re.compile(rb"5\.(?:1\.[78]|7\.\d{1,3})\b")

_DOT = b".\r\n"
_HANG_UP_GRACE = 0.02
"""Seconds to hear a peer that hung up on the text: heard before the dot, the mail may be repeated."""


def name_mailboxes(line: SmtpLine, *, sender: str, recipient: str) -> Outcome | None:
    """MAIL, RCPT and DATA; None where the peer is ready for the text.

    Raises `LineLost`, also for 421: the peer is about to hang up.
    """
    commands = (
        ("MAIL", f"FROM:<{sender}>", frozenset[int]()),  # names the sender only
        ("RCPT", f"TO:<{recipient}>", _NO_SUCH_RECIPIENT),
        ("DATA", "", _NO_SUCH_MAILBOX),
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
        if line.spoke_first(grace=_HANG_UP_GRACE):
            code, text = line.getreply()
            if not 400 <= code < 600:
                raise LineLost("smtp_garbage", server_at_fault=True)
            return _refusal(code, text, dead=_NO_SUCH_MAILBOX)
    except LineLost as lost:
        return Retry(lost.reason, whole_channel=lost.server_at_fault)
    try:
        line.send(_DOT)
        code, text = line.reply_by(line.ends_at)
    except LineLost as lost:
        return Unknown(lost.reason)
    if 200 <= code < 300:
        return Sent()
    if 400 <= code < 600:
        return _refusal(code, text, dead=_NO_SUCH_MAILBOX)
    return Unknown("smtp_garbage")


def _refusal(code: int, text: bytes, *, dead: frozenset[int]) -> Retry | GiveUp:
    """What a 4xx or 5xx means. `dead`: the codes that at this point say that no such mailbox exists."""
    if code in _SIGN_IN_REFUSED:
        return Retry("smtp_auth_refused", whole_channel=True)
    if code < 500:
        return Retry(f"smtp_{code}")
    about_recipient = code in dead or (dead is _NO_SUCH_RECIPIENT and bool(_DEAD_ADDRESS.match(text)))
    return GiveUp(f"smtp_{code}", suppress=about_recipient and not _SENDER_OR_POLICY.match(text))


def _dot_stuffed(mail: bytes) -> bytes:
    """The mail with each leading dot doubled (RFC 5321 section 4.5.2), ended by a line end."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mail)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
