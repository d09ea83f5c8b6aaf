"""Other people's text in Markdown: read as it was typed, whatever it holds, and cut where it must be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.base import Action
from notifiers.discord_text import MAX_LENGTH, discord_text
from notifiers.markdown import as_read, cut, escaped
from notifiers.text import clean_text, units
from notifiers.whop_chat_text import whop_rendering, whop_text
from tests.support.messages import HOSTILE_TEXTS, hostile_reminder, reminder

SIGNS = [*"\\`*_~|<>[]()#@&!-+=.:/0123 aбw\n", "👩", "http", "www", "everyone"]
NASTY = st.lists(st.sampled_from(SIGNS), max_size=60).map("".join)
PAIR = re.compile(r"\\.", re.DOTALL)
ALIVE = re.compile(r"[\\`*_~|<>\[\]#@&]|(?m:^[^\S\n]*(?:[-+=]|\d{1,9}[.)]))|:(?=//)|(?i:\bwww\.)")


@given(NASTY)
def test_it_is_read_as_it_was_typed_and_nothing_in_it_works(text: str) -> None:
    clean = clean_text(text)
    markdown = escaped(clean)
    assert as_read(markdown) == re.sub(r"(?m)^[^\S\n]+", "", clean)
    assert not ALIVE.search(PAIR.sub("·", markdown))


@given(NASTY, st.integers(0, 40))
def test_a_cut_keeps_within_its_room_and_leaves_no_backslash_alone(text: str, room: int) -> None:
    short = cut(escaped(clean_text(text)), room)
    assert units(short) <= room
    assert not PAIR.sub("", short).endswith("\\")


@pytest.mark.parametrize(
    "text",
    [
        "<t:1618953630:R>", "<@&1>", "<@80351110224678912>", "<#103735883630395392>", "</pay:816437322781949972>",
        "<a:dance:392938283556143104>", "<id:customize>", "@everyone", "@here", "[Pay](http://evil.example)",
        "# Paid", "-# Paid", "> Paid", "||Paid||", "```Paid```", "https://evil.example", "www.evil.example",
        "<https://evil.example>", "1. Paid", "- Paid", "Paid\n===",
    ],
)  # fmt: skip
def test_what_means_something_to_discord_or_a_browser_stays_text(text: str) -> None:
    for message in (reminder(greeting=text), reminder(subject=text), reminder(details=(("Product", text),))):
        body = discord_text(message)
        shown = PAIR.sub("·", f"{body.content}\n{body.description}").replace("**", "")
        assert not ALIVE.search(shown)
        assert text.split("\n")[0] in body.rendering().text
        assert text.split("\n")[0] in whop_rendering(message).text.replace("\u2060", "")


def test_whops_chat_finds_no_name_behind_a_sign_but_keeps_addresses_whole() -> None:
    text = whop_text(reminder(closing=("Ask @everyone or help@example.com.",)))
    assert "@\u2060everyone" in text and "help\\@example.com" in text


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_keep_within_the_limits_of_both_chats(text: str) -> None:
    message = hostile_reminder(text * 50)
    body = discord_text(message)
    embed = units(body.author + body.description + body.footer)
    assert units(body.content) + embed <= MAX_LENGTH
    assert units(whop_text(message)) <= 5000


def test_a_long_text_costs_neither_the_button_nor_how_to_reach_the_place_without_it() -> None:
    message = reminder(paragraphs=("word " * 5000,), footer=("small print " * 500,))
    assert len(discord_text(message).buttons) == 2
    for told in (discord_text(message).rendering().text, whop_text(message)):
        assert "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7" in told
        assert "Or open whop.com yourself." in told
        assert "…" in told


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example",
        "http://a b.example",
        "data:,x",
        "",
        "https://whop.com@evil.example",
        "https://:x@evil.example",
        "https://[",
        "https://",
    ],
)
def test_no_other_address_becomes_a_link(address: str) -> None:
    message = reminder(action=Action("Pay", address), unsubscribe=None)
    assert discord_text(message).buttons == ()
    assert "Pay:" not in whop_text(message)
