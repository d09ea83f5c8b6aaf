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
    OWN_CAMPAIGN = "own_campaign"
    SENT_BY_HAND = "sent_by_hand"
    OFFER_TO_RETURN = "offer_to_return"
    # why a message goes by its channel
    CHANNEL_PREFERRED = "channel_preferred"
    CHANNEL_TRIED = "channel_tried"
    CHANNEL_OF_CAMPAIGN = "channel_of_campaign"
    CHANNEL_USUAL = "channel_usual"
    CHANNEL_WAKES_NOBODY = "channel_wakes_nobody"
    # details that may stand beside one of those
    SHIFTED_NEXT_DAY = "shifted_next_day"
    SHIFTED_GAP = "shifted_gap"
    HEARD_LATE = "heard_late"
    # why nothing is planned
    CONTROL_GROUP = "control_group"
    BACKFILLED = "backfilled"
    CLASS_IS_SENSITIVE = "class_is_sensitive"
    NOT_IN_CAMPAIGN = "not_in_campaign"
    JOINED_CONVERSATION = "joined_conversation"
    CONTACT_STOPPED = "contact_stopped"
    ENOUGH_MESSAGES = "enough_messages"
    PAST_CUTOFF = "past_cutoff"
    SAID_LAST_WORD = "said_last_word"
    OFFERS_OFF = "offers_off"
    CLASS_GETS_NO_OFFER = "class_gets_no_offer"
    NO_CONSENT = "no_consent"
    CAME_BACK = "came_back"
    OFFERED_LATELY = "offered_lately"
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
    RESTORED = "restored"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    NO_CHANNEL = "no_channel"
    CHANNELS_LEFT_OUT = "channels_left_out"
    TOO_SOON_AFTER_LAST = "too_soon_after_last"
    CHANNEL_DOWN = "channel_down"
    QUIET_HOURS = "quiet_hours"
    OTHER_CHANNEL = "other_channel"
    FLOOD = "flood"
    EARLIER_COMES_FIRST = "earlier_comes_first"
    WHOP_UNREADABLE = "whop_unreadable"
    # why our one retry has its time
    RETRY_PAYDAY = "retry_payday"
    RETRY_DAY_FOUR = "retry_day_four"
    RETRY_OTHER_HOUR = "retry_other_hour"
    RETRY_DAY_TWO = "retry_day_two"
    RETRY_SOON = "retry_soon"
    RETRY_LAST_CHANCE = "retry_last_chance"
    RETRY_BY_MERCHANT = "retry_by_merchant"
    # details that may stand beside one of those
    RETRY_EARLIER_DAY = "retry_earlier_day"
    RETRY_AWAY_FROM_WHOP = "retry_away_from_whop"
    RETRY_NOT_NOW = "retry_not_now"
    # why it is kept
    RETRY_NEVER = "retry_never"
    RETRY_NOT_POSSIBLE = "retry_not_possible"
    RETRY_SPENT = "retry_spent"
    RETRY_REFUSED_OFTEN = "retry_refused_often"
    RETRY_TOO_MANY = "retry_too_many"
    RETRY_NO_TIME = "retry_no_time"
    RETRY_NO_KEY = "retry_no_key"
    RETRY_SWITCHED_OFF = "retry_switched_off"
    # what became of it
    RETRY_TAKEN = "retry_taken"
    RETRY_REFUSED = "retry_refused"
    RETRY_UNCLEAR = "retry_unclear"
    RETRY_WORKER_LOST = "retry_worker_lost"
    RETRY_AFTER_SWITCH = "retry_after_switch"
    # when another saved card is charged, why not, and what became of it
    SWITCH_AGREED = "switch_agreed"
    SWITCH_NEVER = "switch_never"
    SWITCH_OFF = "switch_off"
    SWITCH_NO_CONSENT = "switch_no_consent"
    SWITCH_UNTOLD = "switch_untold"
    SWITCH_SPENT = "switch_spent"
    SWITCH_NO_OTHER_CARD = "switch_no_other_card"
    SWITCH_CARD_UNKNOWN = "switch_card_unknown"
    SWITCH_NO_TIME = "switch_no_time"
    SWITCH_TAKEN = "switch_taken"
    SWITCH_SEEN = "switch_seen"
    SWITCH_REFUSED = "switch_refused"
    SWITCH_UNCLEAR = "switch_unclear"
    SWITCH_WORKER_LOST = "switch_worker_lost"
    SWITCH_CHARGED = "switch_charged"
    SWITCH_DECLINED = "switch_declined"
    # whether the former card is put back
    UNDO_WISHED = "undo_wished"
    UNDO_NOTHING = "undo_nothing"
    UNDO_ASKED = "undo_asked"
    UNDO_ENDED = "undo_ended"
    UNDO_WOULD_CHARGE = "undo_would_charge"
    UNDO_CARD_UNKNOWN = "undo_card_unknown"
    UNDO_CARD_EXPIRED = "undo_card_expired"
    UNDO_TAKEN = "undo_taken"


@dataclass(frozen=True, slots=True)
class Reason:
    code: Why
    detail: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"code": self.code.value, **self.detail}
