"""Makes anybody's text safe to show: the one cleaning that all channels share.

It removes what can hide, reorder or break text and keeps every ordinary letter and emoji.
It escapes nothing: markup is the business of the channel that writes it.
"""

import re

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029\x0b\x0c]")
_BLANK_RUNS = re.compile(r"\s+")
_MANY_LINES = re.compile(r"\n{3,}")

# Controls (Unicode category Cc) but the newline; bidirectional marks that turn text around;
# characters of no width. U+200C and U+200D stay: Persian and many emoji are wrong without them.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_text(text: str, *, limit: int = 4000) -> str:
    """Text of one or more lines, at most `limit` characters, the last one `…` where it was cut."""
    # Work on hostile lengths stays bounded: what lies far behind the cut is never looked at.
    shown = text[: limit * 4]
    if not shown.isprintable():  # whatever is removed is not, and asking is far cheaper
        shown = _LINE_ENDS.sub("\n", shown.replace("\t", " "))
        shown = _LONE_SURROGATES.sub("\ufffd", _UNSEEN.sub("", shown))
        shown = _MANY_LINES.sub("\n\n", shown)
    shown = shown.strip()
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def clean_line(text: str, *, limit: int = 200) -> str:
    """As `clean_text`, on one line: a header, a name, a label."""
    return clean_text(_BLANK_RUNS.sub(" ", clean_text(text, limit=limit * 4)), limit=limit)


def units(text: str) -> int:
    """Its length as chats count it at most: a character beyond U+FFFF, such as an emoji, is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
