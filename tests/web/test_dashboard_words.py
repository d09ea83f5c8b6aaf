"""Every code that can reach a merchant has its sentence, in both languages."""

from collections.abc import Iterable, Mapping

import pytest
from flask import Flask
from flask_babel import force_locale

from app.cases.audit import Act
from app.cases.commands import Refusal
from app.cases.policies import CONTENT
from app.dashboard import deeds, event_words, journal_words, measure_words, policy_words, sentences, why_words
from app.models.case import Arm
from app.recovery import incremental, measure
from app.recovery.attribution import Attribution
from app.recovery.campaign import Position
from app.recovery.campaign_json import Fault as CampaignFault
from app.recovery.decline import ABOUT, DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.reasons import Why
from app.recovery.segments import Condition
from app.recovery.segments import Fault as SegmentFault

NOT_OF_A_CASE = {
    Act.API_ACCESS_GIVEN, Act.API_ACCESS_ENDED, Act.CUSTOMER_EXPORTED, Act.CUSTOMER_ERASED, Act.DATA_PRUNED,
    Act.ENDPOINT_ADDED, Act.ENDPOINT_CHANGED, Act.ENDPOINT_SWITCHED, Act.ENDPOINT_ROTATED, Act.ENDPOINT_REMOVED,
    Act.ENDPOINT_TESTED, Act.ENDPOINT_RESENT,
}  # fmt: skip
"""The log alone tells of them."""
TABLES: list[tuple[Mapping[object, object], object]] = [
    (sentences.STATES, CaseState),
    (sentences.REASONS, CaseReason),
    (sentences.CLASS_TITLES, DeclineClass),
    (sentences.CLASS_SENTENCES, DeclineClass),
    (
        {**journal_words.DEEDS, **sentences.ACTS},
        Act,
    ),  # of a person in the log, of a case in its story, or both
    (why_words.WHYS, Why),
    (sentences.ATTRIBUTIONS, Attribution),
    (sentences.POSITIONS, Position),
    (measure_words.ARMS, Arm),
    (policy_words.CONDITIONS, Condition),
    (policy_words.FAULTS, CampaignFault),
    (policy_words.SEGMENT_FAULTS, SegmentFault),
    (policy_words.CHANGES, CONTENT),
    (deeds.DEEDS, deeds.Deed),
    (deeds.REFUSALS, set(Refusal) - {Refusal.NOT_NOW, Refusal.ALREADY}),  # for these the deed has its own
]


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_every_code_has_its_sentence(table: Mapping[object, object], codes: Iterable[object]) -> None:
    assert set(table) == set(codes)


def test_the_log_has_words_for_what_no_case_tells() -> None:
    assert set(journal_words.DEEDS) >= NOT_OF_A_CASE


def test_the_pages_explain_classes_and_the_rate_in_the_words_of_the_rules(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        for decline_class, about in ABOUT.items():
            assert str(sentences.CLASS_TITLES[decline_class]) == about.title
            assert str(sentences.CLASS_SENTENCES[decline_class]) == about.sentence
        assert str(sentences.DEFINITION) == measure.DEFINITION
        assert str(measure_words.TOUCHED_DEFINITION) == measure.TOUCHED_DEFINITION
        assert str(measure_words.INCREMENTAL_DEFINITION) == incremental.DEFINITION


def test_every_code_reads_differently_in_russian(app: Flask) -> None:
    tables = [table for table, _codes in TABLES if table is not deeds.DEEDS] + [
        event_words.EVENT_STATES,
        event_words.EVENT_REASONS,
    ]
    texts = [text for table in tables for text in table.values()]
    with app.test_request_context():
        for text in texts:
            with force_locale("en"):
                english = str(text)
            with force_locale("ru"):
                assert str(text) != english


def test_an_event_reason_that_nobody_foresaw_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert event_words.event_reason("brand_new", state="ignored") == "brand_new"
