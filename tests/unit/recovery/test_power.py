"""How many cases it takes: the figures of the textbook formula, and what cannot be answered."""

import pytest

from app.recovery.power import cases_needed, months_needed


@pytest.mark.parametrize(
    ("uplift", "half", "fifth", "tenth"),
    [(0.05, 3067, 4806, 8550), (0.10, 775, 1214, 2156), (0.15, 346, 539, 955), (0.20, 194, 300, 529)],
)
def test_the_table_of_sample_sizes(uplift: float, half: int, fifth: int, tenth: int) -> None:
    assert [cases_needed(uplift=uplift, share=share) for share in (0.5, 0.2, 0.1)] == [half, fifth, tenth]


@pytest.mark.parametrize(
    "changes", [{"share": 0.0}, {"share": 1.0}, {"uplift": 0.0}, {"base": 0.0}, {"base": 0.95}]
)
def test_where_no_number_is_enough_there_is_none(changes: dict[str, float]) -> None:
    assert cases_needed(**{"uplift": 0.1, "share": 0.1, "base": 0.4, **changes}) is None


def test_months_are_whole_and_nobody_waits_for_nothing() -> None:
    assert (months_needed(cases=775, monthly=60), months_needed(cases=775, monthly=0)) == (13, None)


def test_where_nobody_or_everybody_would_pay_there_is_no_number_and_one_case_in_two_months_is_some() -> None:
    assert cases_needed(uplift=-0.25, share=0.5, base=0.25) is None
    assert cases_needed(uplift=0.25, share=0.5, base=0.75) is None
    assert cases_needed(uplift=-0.25, share=0.5, base=1.0) is None
    assert months_needed(cases=3, monthly=0.5) == 6
