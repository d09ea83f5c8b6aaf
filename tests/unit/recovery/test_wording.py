"""What customers read: complete in every language, exactly as in the snapshots, and in a decent tone."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app.recovery import card_notice, winback
from app.recovery.campaign import DEFAULT_CAMPAIGN
from app.recovery.decline import POLICIES, Angle
from app.recovery.keys import wording_key
from app.recovery.placeholders import NAMES, PLACEHOLDERS, fill, lint, names_in
from app.recovery.wording import DRAFTS, KEYS, LANGUAGES, VERSION, Content, Wording, compose, keys_for
from app.recovery.wording import wording as text_of
from app.recovery.wording.catalogue import phrases
from app.recovery.wording.texts import Line
from tests.unit.recovery.message_values import FULL, MINIMAL, ORDINARY, SAMPLES, SITUATIONS

SNAPSHOTS = Path(__file__).parents[2] / "snapshots" / "wording"
EVERY_TEXT = [(key, language) for key in KEYS for language in LANGUAGES]
PROOFREAD = [(key, language) for key, language in EVERY_TEXT if language not in DRAFTS]

FORBIDDEN = {
    "en": r"insufficient|not enough|lack of|balance|fraud|stolen|\blost\b|suspicious|suspended|blocked"
    r"|immediately|urgent|last chance|act now|hurry|right away|asap|warning|overdue|delinquent|\bdebt|\bowe"
    r"|collection|penalt|unfortunately|you failed|final notice|hours left|before it is too late",
    "ru": r"недостат|не хватает (денег|средств)|нехватк|баланс|мошен|украд|утер|утрат|потер|подозр|заблок"
    r"|приостанов|немедленн|срочн|последний шанс|поспеш|скорее|внимание|предупрежд|просроч|задолж"
    r"|\bдолг(и|а|у|ом)?\b|должн|взыск|штраф|к сожалению|осталось \d",
    "es": r"insuficien|saldo|fondos|fraude|robad|perdid|sospech|suspend|bloquead|inmediat|urgen"
    r"|última oportunidad|cuanto antes|advertencia|vencid|moros|deuda|debes|multa|por desgracia|lamentabl",
    "pt": r"insuficien|saldo|fundos|fraude|roubad|perdid|suspeit|suspens|bloquead|imediat|urgen"
    r"|última chance|o quanto antes|aviso|atras|inadimpl|dívida|deve\b|multa|infelizmente",
    "fr": r"insuffisan|solde|provision|fraud|volé|perdue?\b|suspect|suspend|bloqu|immédiat|urgen"
    r"|dernière chance|au plus vite|avertissement|retard|impayé|dette|devez|pénalit|malheureusement",
    "de": r"nicht gedeckt|guthaben|kontostand|betrug|gestohlen|verloren|verdächtig|gesperrt|sofort|dringend"
    r"|letzte chance|umgehend|warnung|überfällig|rückstand|mahn|schuld|strafe|leider",
}
MONEY_IN_SIGHT = {
    "en": r"fund|money|limit|balance",
    "ru": r"средств|деньг|денег|лимит|баланс",
    "es": r"fondos|dinero|límite|saldo",
    "pt": r"fundos|dinheiro|limite|saldo",
    "fr": r"fonds|argent|plafond|limite|solde",
    "de": r"guthaben|geld|limit|deckung|kontostand",
}


def variants(line: Line) -> tuple[str, ...]:
    return (line,) if isinstance(line, str) else line


def lines_of(text: Wording) -> Iterator[Line]:
    yield from (text.subject, text.preview, *text.paragraphs, text.button, *text.closing, *text.footer)


def words_of(content: Content) -> str:
    once = (
        content.subject,
        content.preview,
        content.greeting,
        content.button_label,
        content.unsubscribe_label,
    )
    rows = (f"{label}: {value}" for label, value in content.details)
    return "\n".join((*once, *content.paragraphs, *rows, *content.closing, *content.footer))


def shown(situation: str, content: Content) -> str:
    """A message as a page of plain text, for people who review a change."""
    rows = "\n".join(f"  {label}: {value}" for label, value in content.details)
    parts = [
        f"=== {situation}",
        f"Subject: {content.subject}\nPreview: {content.preview}",
        content.greeting,
        *content.paragraphs,
        *([rows] if rows else []),
        f"[ {content.button_label} ]",
        *content.closing,
        "--\n" + "\n".join((*content.footer, f"[ {content.unsubscribe_label} ]")),
    ]
    return "\n\n".join(parts) + "\n"


@pytest.mark.parametrize(("key", "language"), PROOFREAD)
def test_every_message_reads_as_in_its_snapshot(key: str, language: str) -> None:
    page = "\n".join(
        shown(name, compose(values, key=key, language=language)) for name, values in SITUATIONS.items()
    )
    assert_snapshot(f"{key}.{language}.txt", page)


@pytest.mark.parametrize("language", sorted(DRAFTS))
def test_a_draft_reads_as_in_its_one_snapshot(language: str) -> None:
    pages = [shown("greeting and end", compose(ORDINARY, key="funds.first", language=language))]
    for key in KEYS:
        for name, values in (("everything is known", FULL), ("hardly anything is known", MINIMAL)):
            content = compose(values, key=key, language=language)
            lines = (content.subject, content.preview, *content.paragraphs, f"[ {content.button_label} ]")
            pages.append("\n".join((f"=== {key}, {name}", *lines)) + "\n")
    assert_snapshot(f"draft.{language}.txt", "\n".join(pages))


def assert_snapshot(name: str, page: str) -> None:
    page = page.replace("\xa0", "~")
    snapshot = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        snapshot.write_text(page, encoding="utf-8")
    assert page == snapshot.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over() -> None:
    proofread = [f"{key}.{language}.txt" for key, language in PROOFREAD]
    expected = sorted((*proofread, *(f"draft.{language}.txt" for language in DRAFTS)))
    assert sorted(path.name for path in SNAPSHOTS.iterdir()) == expected


def test_every_language_has_the_same_texts() -> None:
    assert VERSION == 1
    assert set(LANGUAGES) == {"en", "ru", *DRAFTS} and {"es", "pt", "fr", "de"} == DRAFTS
    for language in LANGUAGES:
        texts = {key: text_of(key, language) for key in KEYS}
        assert [text.details for text in texts.values()] == [text_of(key, "en").details for key in KEYS]
        assert set(phrases(language).labels) == {name for text in texts.values() for name in text.details}


def test_every_message_of_the_campaign_has_a_text() -> None:
    planned = {
        wording_key(POLICIES[name].angle.value, offset.position.value)
        for name, offsets in DEFAULT_CAMPAIGN.offsets.items()
        for offset in offsets
    }
    notices = {card_notice.key_of(what) for what in (card_notice.CHARGED, card_notice.DECLINED)}
    assert planned | notices | {winback.KEY} == set(KEYS)


def test_an_angle_has_its_keys_in_the_order_of_the_conversation() -> None:
    assert keys_for(Angle.CARD) == ("card.first", "card.second", "card.last")
    assert keys_for(Angle.STOPPED) == ("stopped.note",)
    assert keys_for(Angle.NONE) == ()
    assert sorted(key for angle in Angle for key in keys_for(angle)) == sorted(KEYS)


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_every_text_is_clean(key: str, language: str) -> None:
    for line in lines_of(text_of(key, language)):
        for variant in variants(line):
            assert lint(variant) == (), variant
            assert "\n" not in variant and "  " not in variant and variant == variant.strip()
            assert "'" not in variant and '"' not in variant, "typographic quotes only"


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_what_must_be_there_can_always_be_said(key: str, language: str) -> None:
    always = {placeholder.name for placeholder in PLACEHOLDERS if not placeholder.optional}
    text = text_of(key, language)
    for line in (text.subject, text.preview, text.button, phrases(language).greeting, text.paragraphs[0]):
        assert names_in(variants(line)[-1]) <= always


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_no_variant_is_out_of_reach(key: str, language: str) -> None:
    """A variant that needs all that an earlier one needs can never be chosen."""
    for line in lines_of(text_of(key, language)):
        needs = [names_in(variant) for variant in variants(line)]
        assert not any(earlier <= later for n, later in enumerate(needs) for earlier in needs[:n]), line


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_no_message_has_an_unfilled_place_or_an_empty_line(key: str, language: str, situation: str) -> None:
    content = compose(SITUATIONS[situation], key=key, language=language)
    assert not re.search(r"[{}]|None|\(\s*\)|\s[,.]|«»", words_of(content))
    assert content.subject and content.preview and content.button_label and content.greeting
    closing = 3 if key.startswith("switched.") else 2  # how it is taken back stands in the closing
    assert len(content.paragraphs) >= 2 and len(content.closing) == closing and content.footer


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_a_subject_fits_where_mailboxes_cut_it(key: str, language: str) -> None:
    for variant in variants(text_of(key, language).subject):
        assert len(fill(variant, SAMPLES)) <= 78


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_no_text_frightens_shames_or_hurries(key: str, language: str) -> None:
    everything = "\n".join(variant for line in lines_of(text_of(key, language)) for variant in variants(line))
    found = re.search(FORBIDDEN[language], everything, re.IGNORECASE)
    assert found is None, found
    assert "!" not in everything


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lack_of_money_is_never_spoken_of(language: str) -> None:
    for key in keys_for(Angle.FUNDS):
        for values in SITUATIONS.values():
            words = words_of(compose(values, key=key, language=language))
            assert not re.search(MONEY_IN_SIGHT[language], words, re.IGNORECASE)


@pytest.mark.parametrize(("key", "language"), EVERY_TEXT)
def test_only_the_last_notice_names_the_end(key: str, language: str) -> None:
    names = {
        name for line in lines_of(text_of(key, language)) for v in variants(line) for name in names_in(v)
    }
    assert ("cutoff" in names) is key.endswith(".last")


@pytest.mark.parametrize(
    "angle", [Angle.CARD, Angle.CONFIRM, Angle.OTHER_CARD, Angle.CARD_TYPE, Angle.STOPPED]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_retry_is_announced_where_it_cannot_help(angle: Angle, language: str) -> None:
    for key in keys_for(angle):
        for line in lines_of(text_of(key, language)):
            assert not any("next_attempt" in names_in(variant) for variant in variants(line))


def test_every_placeholder_is_used_by_some_text() -> None:
    used = {"customer_name"}
    for key, language in EVERY_TEXT:
        used |= {
            name for line in lines_of(text_of(key, language)) for v in variants(line) for name in names_in(v)
        }
    assert NAMES - used == {"last4"}, "for merchants' own texts"


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_have_only_places_that_are_filled(language: str) -> None:
    shared = phrases(language)
    allowed = {
        shared.card_ending: {"last4"},
        shared.branded_card_ending: {"brand", "last4"},
        shared.moment: {"day", "hour", "zone"},
        shared.city_zone: {"city"},
        **{text: {"count"} for text in shared.other_payments.values()},
    }
    for text, names in allowed.items():
        assert {name for _, name, _, _ in Formatter().parse(text) if name} == names
