"""Why: the fixed words in which every decision is stored and shown.

A reason is a code and a few details. Its sentence, in the reader's language, is made where it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    # why a step has its time
    NEEDS_CUSTOMER = "needs_customer"
    QUIET_DAY_OVER = "quiet_day_over"
    SECOND_REMINDER = "second_reminder"
    LAST_NOTICE = "last_notice"
    PLAIN_NOTE = "plain_note"
    # details that may stand beside one of those
    SHIFTED_NEXT_DAY = "shifted_next_day"
    SHIFTED_GAP = "shifted_gap"
    HEARD_LATE = "heard_late"
    # why nothing is planned
    CLASS_IS_SENSITIVE = "class_is_sensitive"
    JOINED_CONVERSATION = "joined_conversation"
    CONTACT_STOPPED = "contact_stopped"
    ENOUGH_MESSAGES = "enough_messages"
    PAST_CUTOFF = "past_cutoff"
    SAID_LAST_WORD = "said_last_word"
    # why a step ended
    PEER_TOOK_IT = "peer_took_it"
    PEER_REFUSED = "peer_refused"
    PEER_UNCLEAR = "peer_unclear"
    WORKER_LOST = "worker_lost"
    PUT_OFF = "put_off"
    OUT_OF_TRIES = "out_of_tries"
    CASE_CLOSED = "case_closed"
    CASE_WAITS = "case_waits"
    NEW_PLAN = "new_plan"
    TOO_LATE = "too_late"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    NO_CHANNEL = "no_channel"
    TOO_SOON_AFTER_LAST = "too_soon_after_last"
    CHANNEL_DOWN = "channel_down"
    EARLIER_COMES_FIRST = "earlier_comes_first"


@dataclass(frozen=True, slots=True)
class Reason:
    code: Why
    detail: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"code": self.code.value, **self.detail}
