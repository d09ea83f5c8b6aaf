"""Texts have places for values, not a language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.placeholders import (
    MAX_LENGTH,
    MAX_PROBLEMS,
    NAMES,
    PLACEHOLDERS,
    ProblemKind,
    fill,
    lint,
    missing,
)
from tests.unit.recovery.message_values import SAMPLES

HOSTILE = "{amount} {{7*7}} {merchant} {% raw %} \\g<0> \\1 %s ${x} {0}"


def kinds(text: str) -> list[ProblemKind]:
    return [problem.kind for problem in lint(text)]


def test_every_placeholder_describes_itself_and_has_its_own_name() -> None:
    assert len(NAMES) == len(PLACEHOLDERS)
    for placeholder in PLACEHOLDERS:
        assert placeholder.description and placeholder.sample
        assert fill(f"<{{{placeholder.name}}}>", SAMPLES) == f"<{placeholder.sample}>"


def test_known_places_are_filled() -> None:
    assert fill("{amount} for {product}", {"amount": "$49.00", "product": "Pro"}) == "$49.00 for Pro"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_value_is_never_expanded_again(name: str) -> None:
    values = {**SAMPLES, name: HOSTILE}
    assert fill(f"a {{{name}}} b {{{name}}}", values) == f"a {HOSTILE} b {HOSTILE}"


def test_a_value_that_completes_a_place_is_not_filled() -> None:
    assert fill("{merchant}ount}", {"merchant": "{am", "amount": "$49.00"}) == "{amount}"


@pytest.mark.parametrize("values", [{"merchant": "Lab"}, {"merchant": "Lab", "next_attempt": None}])
def test_a_promise_without_data_drops_its_paragraph(values: dict[str, str | None]) -> None:
    text = "Hello from {merchant}.\n\nWe try again on {next_attempt}.\n\nBye."
    assert missing(text, values) == {"next_attempt"}
    assert fill(text, values) == "Hello from Lab.\n\nBye."


def test_a_value_that_looks_like_two_paragraphs_drops_nothing() -> None:
    assert fill("{merchant} says", {"merchant": "a\n\n{cutoff}"}) == "a\n\n{cutoff} says"


def test_a_good_text_has_no_problem() -> None:
    assert lint("Hi {customer_name},\n\n<b>{amount}</b> javascript:x & 100 %") == ()


@pytest.mark.parametrize(
    ("text", "kind", "position", "says"),
    [
        ("x {unknown}", ProblemKind.UNKNOWN_NAME, 2, "no placeholder “{unknown}”"),
        ("{ammount}", ProblemKind.UNKNOWN_NAME, 0, "Did you mean {amount}?"),
        ("{Merchant}", ProblemKind.UNKNOWN_NAME, 0, "Did you mean {merchant}?"),
        ("a {amount.__class__}", ProblemKind.NOT_A_NAME, 2, "only a plain name"),
        ("{amount!r}", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("{amount:>999999999}", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("{amount[0]}", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("{ amount }", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("{% for x in y %}", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("{}", ProblemKind.NOT_A_NAME, 0, "only a plain name"),
        ("ok {", ProblemKind.LONE_BRACE, 3, "has no partner"),
        ("} ok", ProblemKind.LONE_BRACE, 0, "has no partner"),
        ("{amount\n}", ProblemKind.LONE_BRACE, 0, "has no partner"),
    ],
)
def test_a_wrong_text_is_refused_at_a_named_place(
    text: str, kind: ProblemKind, position: int, says: str
) -> None:
    problem = lint(text)[0]
    assert (problem.kind, problem.position) == (kind, position)
    assert says in problem.sentence and problem.found in text


def test_doubled_braces_are_refused_on_both_sides() -> None:
    assert kinds("{{amount}}") == [ProblemKind.LONE_BRACE] * 2
    assert len(kinds("{{''.__class__}}")) == 3


def test_a_text_of_a_megabyte_is_refused_by_its_length_alone() -> None:
    problems = lint("{" * 1_000_000)
    assert [(problem.kind, problem.position) for problem in problems] == [(ProblemKind.TOO_LONG, MAX_LENGTH)]
    assert "1000000" in problems[0].sentence


def test_problems_are_counted_out_at_a_readable_number() -> None:
    assert len(lint("{" * MAX_LENGTH)) == MAX_PROBLEMS
    assert all(len(problem.found) <= 40 for problem in lint("{" + "x y" * 30 + "}"))


pieces = st.one_of(
    st.sampled_from([*(f"{{{name}}}" for name in sorted(NAMES)), "\n\n", "{", "}", "{x}", "\\1"]), st.text()
)


@given(st.lists(pieces).map("".join), st.dictionaries(st.sampled_from(sorted(NAMES)), st.none() | st.text()))
def test_fill_never_raises_and_a_clean_text_leaves_no_place_unfilled(
    text: str, values: dict[str, str | None]
) -> None:
    filled = fill(text, values)
    if not lint(text) and not any("{" in value for value in values.values() if value):
        assert "{" not in filled
