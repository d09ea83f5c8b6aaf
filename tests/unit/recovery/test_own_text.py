"""A merchant's own text: what may be saved, each refusal at its place, and what stands in for the unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.placeholders import MAX_LENGTH, MAX_PROBLEMS, NAMES
from app.recovery.wording import KEYS, LANGUAGES, Content, OwnText, compose, wording
from app.recovery.wording.check import LONGEST, Fault, Field, Finding, check, fitting
from app.recovery.wording.own import left_out
from tests.support.messages import HOSTILE_TEXTS
from tests.unit.recovery.message_values import FULL, MINIMAL, SITUATIONS

GOOD = {"subject": "Hello", "preview": "Soon", "body": "Your payment to {merchant}.", "button": "Pay"}


def written(**changes: str) -> OwnText:
    return OwnText.written(**{**GOOD, **changes})


def found(key: str = "funds.first", language: str = "en", **changes: str) -> tuple[Finding, ...]:
    return check(written(**changes), key=key, language=language, default=wording(key, language))


def place(finding: Finding) -> tuple[Field, Fault, int | None, int | None]:
    return finding.field, finding.fault, finding.paragraph, finding.character


def composed(values: str, text: OwnText, key: str = "funds.first") -> Content:
    return compose(SITUATIONS[values], key=key, language="en", own=text)


def test_a_good_text_may_be_saved() -> None:
    assert found() == ()
    assert (
        found(body="Write to https://options-lab.example/help?a=1#b, {customer_name}.\n\nFor {merchant}.")
        == ()
    )
    assert found(body="{merchant}: open 24/7, 10% off, a/b, note: one\nline — “two”; cost 5.") == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_default_may_be_saved_as_it_is_shown(key: str, language: str) -> None:
    default = wording(key, language)
    assert check(OwnText.shown(default), key=key, language=language, default=default) == ()


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{{''.__class__}}", [(Fault.LONE_BRACE, 1), (Fault.NOT_A_NAME, 2), (Fault.LONE_BRACE, 16)]),
        ("a {% for x in y %}", [(Fault.NOT_A_NAME, 3)]),
        ("{amount.__class__}", [(Fault.NOT_A_NAME, 1)]),
        ("say {unknown}", [(Fault.UNKNOWN_NAME, 5)]),
        ("ok {", [(Fault.LONE_BRACE, 4)]),
        ("} ok", [(Fault.LONE_BRACE, 1)]),
        ("see javascript:alert(1)", [(Fault.ADDRESS, 5)]),
        ("JavaScript:alert(1)", [(Fault.ADDRESS, 1)]),
        ("data:text/html,x", [(Fault.ADDRESS, 1)]),
        ("mailto:a@example.com", [(Fault.ADDRESS, 1)]),
        ("http://options.example", [(Fault.ADDRESS, 1)]),
        ("(//evil.example)", [(Fault.ADDRESS, 2)]),
        ("https://discord.com@evil.example", [(Fault.ADDRESS, 1)]),
        ("https://127.0.0.1/x", [(Fault.ADDRESS, 1)]),
        ("https://localhost/x", [(Fault.ADDRESS, 1)]),
        ("https://{merchant}/x", [(Fault.ADDRESS, 1)]),
        ("ftp://a.example and custom+x://b", [(Fault.ADDRESS, 1), (Fault.ADDRESS, 21)]),
        ("by Nov 23", [(Fault.FIXED_DAY, 4)]),
        ("by 3 November", [(Fault.FIXED_DAY, 4)]),
        ("by 2026-11-23", [(Fault.FIXED_DAY, 4)]),
        ("<script>alert(1)</script>", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["subject", "preview", "button", "body"])
def test_a_wrong_text_is_refused_at_its_place(field: str, text: str, faults: list[tuple[Fault, int]]) -> None:
    body = f"{GOOD['body']}\n\n{text}"
    given = found(**{field: body if field == "body" else text})
    paragraph = 2 if field == "body" else None
    assert [place(one) for one in given] == [(Field(field), fault, paragraph, at) for fault, at in faults]


def test_a_name_that_is_almost_right_is_named() -> None:
    (one,) = found(subject="{ammount}")
    assert (one.found, one.near) == ("{ammount}", "amount")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "до 23 ноября"), ("es", "hasta el 23 de noviembre"), ("pt", "até 23 de novembro"),
        ("fr", "le 23 novembre"), ("de", "am 23. November"),
    ],
)  # fmt: skip
def test_a_day_is_found_in_every_language(language: str, text: str) -> None:
    assert [one.fault for one in found(language=language, subject=text)] == [Fault.FIXED_DAY]


@pytest.mark.parametrize("field", list(Field))
def test_nothing_may_be_empty_or_too_long(field: Field) -> None:
    assert [place(one) for one in found(**{field: " \n\n "})] == [(field, Fault.EMPTY, None, None)]
    most = LONGEST[field]
    assert [one.fault for one in found(**{field: "x" * most})] == []
    (one,) = found(**{field: "x" * (most + 1)})
    assert (one.fault, one.character, one.most) == (Fault.TOO_LONG, most + 1, most)
    assert [one.fault for one in found(**{field: "{" * 1_000_000})] == [Fault.TOO_LONG]


def test_paragraphs_and_problems_are_counted_out() -> None:
    assert [one.fault for one in found(body="\n\n".join("a" * 31))] == [Fault.TOO_MANY]
    assert len(found(body="{" * MAX_LENGTH, subject="{" * 100)) == MAX_PROBLEMS


def test_a_promise_that_this_message_cannot_keep_is_refused() -> None:
    for key in ("card.first", "confirm.first", "other_card.last", "card_type.second", "stopped.note"):
        (one,) = found(key, subject="On {next_attempt}")
        assert place(one) == (Field.SUBJECT, Fault.NOT_HERE, None, 4)
    assert found("funds.first", subject="On {next_attempt}") == ()
    assert [one.fault for one in found("funds.first", button="{confirm_page}")] == [Fault.NOT_HERE]
    assert found("confirm.first", button="{confirm_page}") == ()
    assert fitting("funds.last") == NAMES - {"confirm_page", "promo_code"}
    assert fitting("winback.offer") == {"merchant", "failed_on", "product", "customer_name", "promo_code"}


def test_an_offer_stands_in_no_reminder() -> None:
    for key in KEYS:
        allowed = key == "winback.offer"
        assert [one.fault for one in found(key, subject="{promo_code}")] == [Fault.NOT_HERE] * (not allowed)


def test_some_paragraph_must_be_sure_to_be_said() -> None:
    unsure = "Pay {amount}.\n\nFor {product}."
    assert [place(one) for one in found(body=unsure)] == [(Field.BODY, Fault.NOTHING_SURE, None, None)]
    assert found(body=f"{unsure}\n\nThank you.") == ()
    kept = OwnText.shown(wording("funds.first", "en")).paragraphs[0]
    assert found(body=f"{unsure}\n\n{kept}") == (), "it has a variant that is always possible"


def test_what_is_not_known_is_left_out_or_said_by_the_default() -> None:
    text = written(
        subject="{product}!",
        preview="{amount}!",
        button="Pay {amount}",
        body="To {merchant}.\n\nOf {amount}.",
    )
    full, minimal = composed("everything is known", text), composed("hardly anything is known", text)
    assert (full.subject, full.preview, full.button_label) == ("Options Lab Pro!", "$49.00!", "Pay $49.00")
    assert full.paragraphs == ("To Options Lab.", "Of $49.00.")
    assert minimal.subject == "Your payment to Options Lab did not go through"
    assert (minimal.preview, minimal.button_label) == (
        "You can use the same card or another one.", "Choose how to pay",
    )  # fmt: skip
    assert minimal.paragraphs == ("To Options Lab.",)


def test_a_paragraph_of_the_default_keeps_its_fallbacks() -> None:
    shown = OwnText.shown(wording("funds.first", "en"))
    text = written(body=f"{shown.paragraphs[0]}\n\nYours, {{merchant}}")
    assert composed("hardly anything is known", text).paragraphs == (
        "Your payment to Options Lab did not go through on Nov 20.", "Yours, Options Lab",
    )  # fmt: skip
    for values in SITUATIONS.values():
        assert compose(values, key="funds.first", language="en", own=shown) == compose(
            values, key="funds.first", language="en"
        )


def test_a_text_whose_sure_paragraph_is_gone_says_the_default() -> None:
    text = written(body="Of {amount}.")
    assert (
        composed("hardly anything is known", text).paragraphs
        == compose(MINIMAL, key="funds.first", language="en").paragraphs
    )


def test_the_merchant_cannot_take_the_end_away() -> None:
    own = composed("everything is known", written())
    default = compose(FULL, key="funds.first", language="en")
    for part in ("greeting", "details", "closing", "footer", "unsubscribe_label"):
        assert getattr(own, part) == getattr(default, part) != ()


def test_what_is_left_out_is_told() -> None:
    text = written(body="To {merchant}.\n\nOf {amount} and {product}.")
    assert left_out(wording("funds.first", "en"), text, {"merchant": "Lab", "amount": "$1"}) == (
        frozenset({"product"}),
    )


def test_it_is_stored_and_read_back() -> None:
    text = written(body=" One.\n \n\n Two\nlines. ")
    assert text.stored() == {
        "subject": "Hello", "preview": "Soon", "paragraphs": ["One.", "Two\nlines."], "button": "Pay",
    }  # fmt: skip
    assert OwnText.of(text.stored()) == text


@given(*[st.text(max_size=200) | st.sampled_from(list(HOSTILE_TEXTS.values()))] * 4)
def test_no_text_makes_the_check_or_the_message_fail(
    subject: str, preview: str, body: str, button: str
) -> None:
    text = OwnText.written(subject=subject, preview=preview, body=body, button=button)
    for finding in check(text, key="funds.first", language="en", default=wording("funds.first", "en")):
        assert finding.field in Field and len(finding.found) <= 40
    for values in SITUATIONS.values():
        assert compose(values, key="funds.first", language="en", own=text).paragraphs
