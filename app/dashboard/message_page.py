"""The pages of message texts as values for their templates: the list of all, and the editor of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template

from app.cases.experiments import latest, outlook_of
from app.cases.listing import amount_of_case
from app.cases.wordings import Slot, Version, cases_to_show, in_force, own_texts, versions
from app.dashboard import message_words
from app.dashboard.desk import Desk
from app.dashboard.message_form import AS_TEXT, Shown, fields_of, text_of
from app.dashboard.message_preview import Preview, preview, samples
from app.models import Case
from app.recovery.decline import Angle
from app.recovery.wording import OwnText, keys_for, wording
from app.recovery.wording.check import Finding, check, fitting
from app.security.tenancy import signed_in

Notice = tuple[str, str]
"""Its kind and its words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message in the list: its subject as customers get it now, and where it has an own text."""

    key: str
    step: str
    subject: str
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    description: str
    sample: str


def list_page(desk: Desk, *, language: str) -> str:
    texts = own_texts(desk.session, desk.merchant)
    groups = [
        (
            " · ".join(message_words.titles_of(angle)),
            message_words.sentence_of(angle),
            [_line(key, language, texts) for key in keys_for(Angle(angle))],
        )
        for angle in message_words.angles()
    ]
    return render_template(
        "dashboard/messages.html",
        groups=groups,
        language_shown=message_words.languages()[language],
        changed=len(texts),
        draft_names=[name for code, name in message_words.languages().items() if message_words.draft(code)],
    )


def current(texts: Mapping[Slot, OwnText], slot: Slot) -> OwnText:
    """What customers get now, in the form in which a merchant edits it."""
    return in_force(texts, slot) or OwnText.shown(wording(slot.key, slot.language))


def faults(slot: Slot, text: OwnText) -> tuple[Finding, ...]:
    default = wording(slot.key, slot.language)
    return check(text, key=slot.key, language=slot.language, default=default)


def editor_page(
    desk: Desk,
    slot: Slot,
    shown: Shown,
    *,
    given: Mapping[str, str] | None = None,
    told: bool = False,
    notice: Notice | None = None,
) -> str:
    """`given` is what somebody wrote and has not saved; `told`: its faults stand at their fields."""
    texts = own_texts(desk.session, desk.merchant)
    fields = given if given is not None else fields_of(current(texts, slot))
    cases = cases_to_show(desk.session, desk.merchant, slot.key)
    seen = _preview(desk, slot, fields, shown, cases)
    return render_template(
        "dashboard/message.html",
        slot=slot,
        title=message_words.title_of(slot.key),
        why=message_words.sentence_of(slot.key.partition(".")[0]),
        languages=message_words.languages(),
        channels=message_words.channels(),
        draft=message_words.draft,
        changed=texts,
        slot_of=Slot,
        own=slot in texts,
        own_for_all=Slot(slot.key, "", slot.language) in texts,
        given=fields,
        unsaved=given is not None,
        wrong=at_fields(seen.findings) if told else {},
        labels=message_words.FIELDS,
        notice=notice,
        places=places_of(desk, slot),
        shown=shown,
        renderings=_renderings(),
        cases=[(str(case.id), _label(desk, case)) for case in cases],
        seen=seen,
        history=_history(versions(desk.session, desk.merchant, slot)),
        compared=latest(desk.session, desk.merchant, slot, now=desk.now),
        outlook=outlook_of(desk.session, desk.merchant, slot, now=desk.now),
        address=signed_in().email,
        show=desk.show,
    )


def preview_part(desk: Desk, slot: Slot, given: Mapping[str, str], shown: Shown) -> str:
    cases = cases_to_show(desk.session, desk.merchant, slot.key)
    return render_template(
        "dashboard/message_preview.html",
        slot=slot,
        seen=_preview(desk, slot, given, shown, cases),
        channels=message_words.channels(),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    preview: Preview
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    """Each with the name of its field."""
    as_text: bool
    """The e-mail's text part, whose lines are broken already."""


def _preview(desk: Desk, slot: Slot, given: Mapping[str, str], shown: Shown, cases: Sequence[Case]) -> _Seen:
    text = text_of(given)
    found = faults(slot, text)
    return _Seen(
        preview(desk, slot, text, shown, cases),
        found,
        tuple(f"{message_words.FIELDS[one.field]}: {message_words.told(one)}" for one in found),
        as_text=shown.rendering == AS_TEXT,
    )


def at_fields(findings: Sequence[Finding]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for finding in findings:
        wrong.setdefault(finding.field.value, []).append(message_words.told(finding))
    return wrong


def _line(key: str, language: str, texts: Mapping[Slot, OwnText]) -> Line:
    languages, channels = message_words.languages(), message_words.channels()
    own = sorted(
        (slot for slot in texts if slot.key == key),
        key=lambda slot: (list(languages).index(slot.language), slot.channel),
    )
    return Line(
        key,
        message_words.step_of(key),
        current(texts, Slot(key, "", language)).subject,
        tuple(
            languages[slot.language]
            + (f" ({channels.get(slot.channel, slot.channel)})" if slot.channel else "")
            for slot in own
        ),
    )


def places_of(desk: Desk, slot: Slot) -> list[Place]:
    said = samples(slot, desk.merchant, desk.now)
    fits = fitting(slot.key)
    return [
        Place(name, str(description), said.get(name, ""))
        for name, description in message_words.DESCRIPTIONS.items()
        if name in fits
    ]


def _renderings() -> dict[str, str]:
    """What a text can be looked at as: each channel, and the text part of the e-mail."""
    shown: dict[str, str] = {}
    for name, label in message_words.channels().items():
        if name:
            shown[name] = label
        if name == "email":
            shown[AS_TEXT] = message_words.as_plain_text()
    return shown


def _label(desk: Desk, case: Case) -> str:
    who = case.customer.name or case.customer.email or message_words.nobody()
    return " · ".join((who, desk.show.money(amount_of_case(case)), desk.show.short(case.opened_at)))


def _history(found: Sequence[Version]) -> list[tuple[Version, bool]]:
    """Each version, and whether it is the one in force."""
    return [(version, number == 0) for number, version in enumerate(found)]
