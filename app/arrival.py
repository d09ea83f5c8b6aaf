"""Whether a request has arrived whole, asked of the kernel, which keeps it: no thread waits for a client that drips."""

import re
import time
from socket import MSG_DONTWAIT, MSG_PEEK, SO_RCVLOWAT, SOL_SOCKET, socket

from app.webhooks.routes import MAX_BODY

RECEIVE_SECONDS = 10.0
"""A whole request must have arrived within this time of its first byte."""
_LOOK = 32 * 1024
"""Bytes. A head that is longer is refused by whoever reads it."""
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)
"""The client sends the body only when it has been told to go on."""


class Arrival:
    """Of the requests of one connection, one after the other."""

    ends_at: float | None = None
    """On the clock of `time.monotonic`, once the first byte of a request is there that is not whole."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._awaited = 0

    @property
    def is_awaited(self) -> bool:
        """The last look has found that there is more to come."""
        return self._awaited > 0

    def is_whole(self) -> bool:
        """Where it is not, the connection becomes readable only when more of it is there: the whole body at once.

        True also where waiting is of no use: the client has hung up or is waiting itself, the length is not told,
        or it is too large.
        """
        wanted = self._wanted()
        # It has become readable and what was awaited is not there: it never will be, or the kernel keeps no count.
        if wanted <= self._awaited:
            wanted = 0
        self._await(wanted)
        return wanted == 0

    def take_as_it_is(self) -> None:
        """Whoever reads it now waits for the rest."""
        self._await(0)

    def _await(self, wanted: int) -> None:
        if max(wanted, self._awaited) > 1:
            self._connection.setsockopt(SOL_SOCKET, SO_RCVLOWAT, max(wanted, 1))
        self._awaited = wanted
        if wanted == 0:
            self.ends_at = None

    def _wanted(self) -> int:
        """Bytes that have to be there before the next look; 0: none."""
        try:
            there = self._connection.recv(_LOOK, MSG_PEEK | MSG_DONTWAIT)
        except BlockingIOError:
            return 1
        except OSError:  # whoever reads will meet it
            return 0
        if self.ends_at is None:
            self.ends_at = time.monotonic() + RECEIVE_SECONDS
        head_ends = there.find(b"\r\n\r\n")
        if head_ends < 0:
            return len(there) + 1 if 0 < len(there) < _LOOK else 0
        length = _LENGTH.search(there, 0, head_ends + 2)
        body = int(length[1]) if length else 0
        whole = head_ends + 4 + body
        if len(there) >= whole or body > MAX_BODY or _EXPECT.search(there, 0, head_ends):
            return 0
        return whole
