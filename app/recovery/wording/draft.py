"""Lays the lines of a draft translation out as messages, in the same order as the English ones.

A draft is one value with every line of a language, so that none can be forgotten.
"""

from dataclasses import dataclass

from .texts import Line, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    pay: Line
    update: Line
    add: Line
    confirm_button: Line
    open_membership: Line

    closing: tuple[Line, ...]
    why: Line
    can_stop: Line

    subject: Line
    reminder: Line
    last_reminder: Line
    last_preview: Line
    a_minute: Line
    not_through: Line
    not_yet: Line
    next_try: Line
    wait_or_pay: Line
    ending: Line
    no_more: Line
    also_open: Line
    approve: Line
    card_problem: Line
    confirm: Line
    could_not_charge: Line
    cannot_pay: Line
    other_kind: Line

    funds_preview: Line
    funds_last: Line
    issuer_subject: Line
    issuer_first_preview: Line
    issuer_second_preview: Line
    issuer_first: Line
    issuer_second: Line
    technical_first_preview: Line
    technical_second_preview: Line
    technical_first: Line
    technical_second: Line
    technical_last: Line
    card_subject: Line
    card_reminder: Line
    card_first: Line
    card_second: Line
    card_last: Line
    confirm_subject: Line
    confirm_reminder: Line
    confirm_preview: Line
    confirm_first: Line
    confirm_second: Line
    other_card_subject: Line
    other_card_reminder: Line
    card_type_subject: Line
    card_type_reminder: Line
    card_type_preview: Line
    stopped_subject: Line
    stopped_preview: Line
    stopped_first: Line
    stopped_meant: Line
    stopped_not_meant: Line
    stopped_no_more: Line

    winback_subject: Line
    winback_preview: Line
    winback_ended: Line
    winback_again: Line
    winback_code: Line
    winback_only: Line
    winback_button: Line
    winback_why: Line


def laid_out(say: Lines) -> dict[str, Wording]:
    return {
        **_without_the_customer(say),
        **_by_the_customer(say),
        "stopped.note": _stopped(say),
        "winback.offer": _offer(say),
    }


def _without_the_customer(say: Lines) -> dict[str, Wording]:
    """Messages about charges that may yet go through by themselves."""
    return {
        "funds.first": _one(
            say, say.subject, say.funds_preview, say.not_through, say.wait_or_pay, button=say.pay
        ),
        "funds.second": _one(
            say, say.reminder, say.funds_preview, say.not_yet, say.wait_or_pay, button=say.pay
        ),
        "funds.last": _last(say, say.funds_last, button=say.pay),
        "issuer.first": _one(
            say,
            say.issuer_subject,
            say.issuer_first_preview,
            say.not_through,
            say.issuer_first,
            say.approve,
            say.next_try,
            button=say.pay,
        ),
        "issuer.second": _one(
            say,
            say.reminder,
            say.issuer_second_preview,
            say.not_yet,
            say.issuer_second,
            say.approve,
            say.next_try,
            button=say.pay,
        ),
        "issuer.last": _last(say, say.approve, button=say.pay),
        "technical.first": _one(
            say,
            say.subject,
            say.technical_first_preview,
            say.not_through,
            say.technical_first,
            say.wait_or_pay,
            button=say.pay,
        ),
        "technical.second": _one(
            say,
            say.reminder,
            say.technical_second_preview,
            say.not_yet,
            say.technical_second,
            say.next_try,
            button=say.pay,
        ),
        "technical.last": _last(say, say.technical_last, button=say.pay),
    }


def _by_the_customer(say: Lines) -> dict[str, Wording]:
    """Messages about what only the customer can put right."""
    begun, yet = say.not_through, say.not_yet
    return {
        "card.first": _one(
            say, say.card_subject, say.a_minute, begun, say.card_problem, say.card_first, button=say.update
        ),
        "card.second": _one(
            say, say.card_reminder, say.a_minute, yet, say.card_problem, say.card_second, button=say.update
        ),
        "card.last": _last(say, say.card_problem, say.card_last, button=say.update),
        "confirm.first": _one(
            say,
            say.confirm_subject,
            say.confirm_preview,
            begun,
            say.confirm_first,
            say.confirm,
            button=say.confirm_button,
        ),
        "confirm.second": _one(
            say,
            say.confirm_reminder,
            say.confirm_preview,
            yet,
            say.confirm_second,
            say.confirm,
            button=say.confirm_button,
        ),
        "confirm.last": _last(say, say.confirm_second, say.confirm, button=say.confirm_button),
        "other_card.first": _one(
            say, say.other_card_subject, say.a_minute, begun, say.could_not_charge, button=say.add
        ),
        "other_card.second": _one(
            say, say.other_card_reminder, say.a_minute, yet, say.could_not_charge, button=say.add
        ),
        "other_card.last": _last(say, say.could_not_charge, button=say.add),
        "card_type.first": _one(
            say,
            say.card_type_subject,
            say.card_type_preview,
            begun,
            say.cannot_pay,
            say.other_kind,
            button=say.pay,
        ),
        "card_type.second": _one(
            say,
            say.card_type_reminder,
            say.card_type_preview,
            yet,
            say.cannot_pay,
            say.other_kind,
            button=say.pay,
        ),
        "card_type.last": _last(say, say.cannot_pay, say.other_kind, button=say.pay),
    }


def _stopped(say: Lines) -> Wording:
    return Wording(
        subject=say.stopped_subject,
        preview=say.stopped_preview,
        paragraphs=(
            say.stopped_first,
            say.stopped_meant,
            say.stopped_not_meant,
            say.stopped_no_more,
            say.also_open,
        ),
        button=say.open_membership,
        closing=say.closing,
        footer=(say.why,),
    )


def _offer(say: Lines) -> Wording:
    return Wording(
        subject=say.winback_subject,
        preview=say.winback_preview,
        paragraphs=(say.winback_ended, say.winback_again, say.winback_code, say.winback_only),
        button=say.winback_button,
        closing=say.closing,
        footer=(say.winback_why,),
        details=(),
    )


def _one(say: Lines, subject: Line, preview: Line, *paragraphs: Line, button: Line) -> Wording:
    footer = (say.why, say.can_stop)
    return Wording(subject, preview, (*paragraphs, say.also_open), button, say.closing, footer)


def _last(say: Lines, *advice: Line, button: Line) -> Wording:
    paragraphs = (say.not_yet, *advice, say.ending, say.no_more)
    return _one(say, say.last_reminder, say.last_preview, *paragraphs, button=button)
