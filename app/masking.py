"""Takes secrets and personal data out of text: by key, by value and by pattern, at the last moment.

The masker works on what a line is made of, so it does not matter which library wrote it. Every pattern
is linear: it is bounded, or it never gives back what it has taken.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.masking_forms import pattern_of

MASK = "***"

# Bounded: a long word must not be searched again from each of its letters.
_HIDDEN = (
    r"[\w-]{0,40}(?:secret|passw(?:or)?d|token|api[_-]?key|credential)[\w-]{0,40}|[\w-]{0,40}pass"
    r"|(?:proxy-)?authorization|(?:set-)?cookie|sid|nonce|code_verifier"
)
_PERSONAL = (
    r"[\w-]{0,40}e-?mail(?:_?address)?|[\w-]{0,40}phone(?:_?number)?|[\w-]{0,40}last_?4|ip_?address|remote_addr"
    r"|(?:first|last|full|display|customer|card_?holder|member)_?name|username"
)
_KEY = f"{_HIDDEN}|{_PERSONAL}"
_SECRET_KEY = re.compile(rf"(?:{_KEY})", re.IGNORECASE)
_NESTED_KEY = re.compile(rf"(?:{_KEY}|name)", re.IGNORECASE)
"""`name` alone is a person's inside an object, and anything's at the top of an event."""

# The end of a quoted text may be missing: what is cut short is no less secret.
_QUOTED = r"""(?P<open>\\{0,64}["'])(?:(?!(?P=open))(?:\\.|[^\\\n]))*+(?:(?P=open))?"""
_IN_QUERY = r"code|state|key|sig|signature|hash|q"
_IS = r"(?:=|%3D)"
# Also after a line's end that is written as \n, and inside an encoded query.
_START = r"(?:(?<![\w-])|(?<=\\[nrt])|(?<=%26)|(?<=%3F))"
_WORD = r"(?:(?!%26)[^\s&\"',;)\]}])++"
_PG_END = r"\n\[SQL|\n\n|\n[A-Z]{3,12}:"


class _Rule(NamedTuple):
    needles: tuple[str, ...]
    """In small letters; a text without any of them is not searched: that is most of them."""
    pattern: re.Pattern[str]
    shown: str


_KEY_NEEDLES = (
    "secret", "pass", "token", "key", "credential", "authorization", "cookie", "sid", "nonce", "verifier",
    "mail", "phone", "last4", "last_4", "ip_addr", "ipaddr", "remote_addr", "name",
)  # fmt: skip
_RULES = (
    # "key": "value" and 'key': 'value', as JSON, repr() and tracebacks have them
    _Rule(
        _KEY_NEEDLES,
        re.compile(
            rf"""((?P<q>\\{{0,64}}["'])(?:{_KEY}|name)(?P=q)\s{{0,3}}[:=]\s{{0,3}}[\[(]?b?)"""
            rf"""(?:{_QUOTED}|-?\d[\d.]{{0,40}})""",
            re.I,
        ),
        rf"\1\g<open>{MASK}\g<open>",
    ),
    # ("key", "value"), as lists of headers and forms show themselves
    _Rule(
        ("(",),
        re.compile(
            rf"""(\(b?(?P<q>\\{{0,64}}["'])(?:{_KEY}|{_IN_QUERY})(?P=q),\s{{0,3}}b?){_QUOTED}""", re.I
        ),
        rf"\1\g<open>{MASK}\g<open>",
    ),
    # key='value', as dataclasses and settings show themselves
    _Rule(
        _KEY_NEEDLES,
        re.compile(rf"{_START}((?:{_KEY})\s?=\s?b?){_QUOTED}", re.I),
        rf"\1\g<open>{MASK}\g<open>",
    ),
    # key=value in addresses, forms and our own development lines
    _Rule(
        _KEY_NEEDLES,
        re.compile(rf"{_START}((?:{_KEY})\s?{_IS}\s?)(?![\"']){_WORD}", re.I),
        rf"\1{MASK}",
    ),
    # ?code=…&state=…: ordinary words elsewhere
    _Rule(("=", "%3d"), re.compile(rf"((?:[?&]|%26|%3F)(?:{_IN_QUERY}){_IS}){_WORD}", re.I), rf"\1{MASK}"),
    _Rule(("&",), re.compile(r"(?<![\w-])((?:code|state)=)[^\s&\"']++(?=&)", re.I), rf"\1{MASK}"),
    # header: value
    _Rule(
        ("authorization", "cookie", "-"),
        re.compile(
            rf"{_START}((?:(?:proxy-)?authorization|(?:set-)?cookie"
            r"|[\w-]{1,40}-(?:token|secret|password|key|signature))\s?:\s?)(?![\"'])"
            r"""(?:="[^"\r\n]{0,4000}"|[^\r\n"'\\]|\\(?![rn]))++""",
            re.I,
        ),
        rf"\1{MASK}",
    ),
    _Rule(
        ("bearer", "basic"),
        re.compile(r"\b((?i:bearer)|(?i:basic)(?=\s+[a-z]{0,400}[^\sa-z]))\s+[\w.~+/=-]{6,}+"),
        rf"\1 {MASK}",
    ),
    _Rule(("eyj",), re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+)?"), MASK),
    # Our personal tokens, and keys of webhooks as Standard Webhooks writes them
    _Rule(("acs_pat_", "whsec_"), re.compile(r"(?:acs_pat_|whsec_)[\w+/=-]{6,}+"), MASK),
    # A Telegram bot's token and a Discord webhook's
    _Rule((":", "%3a"), re.compile(r"(?<!\d)\d{6,12}(?::|%3A)[\w-]{30,}+"), MASK),
    _Rule(("/webhooks/",), re.compile(r"(/webhooks/\d{5,25}/)[\w-]{10,}+"), rf"\1{MASK}"),
    _Rule(("://",), re.compile(r"(://)[^\s/\"'<>?#]{1,400}@"), rf"\1{MASK}@"),
    # The tokens in customers' links
    _Rule(
        ("/", "%2f"),
        re.compile(
            r"((?:/|%2F)(?:r|unsubscribe|preferences|connect)(?:/|%2F))[^\s\"'<>?#&]{8,}+",
            re.I,
        ),
        rf"\1{MASK}",
    ),
    # What PostgreSQL quotes of a row, SQLAlchemy of the parameters and Python of a value
    _Rule(
        (")=(",),
        re.compile(rf"(\)=\()(?:(?!\) (?:already|is not|is still|conflicts)|{_PG_END})[\s\S])++"),
        rf"\1{MASK}",
    ),
    _Rule(
        ("failing row",),
        re.compile(rf"(Failing row contains \()(?:(?!{_PG_END})[\s\S])++"),
        rf"\1{MASK}).",
    ),
    _Rule(("line ",), re.compile(r"((?<![A-Z])LINE \d{1,6}: )[^\n]++"), rf"\1{MASK}"),
    _Rule(
        ("invalid input",),
        re.compile(rf"(invalid input (?:syntax|value) for [^:\n]{{1,80}}: )(?:(?!\nLINE|{_PG_END})[\s\S])++"),
        rf"\1{MASK}",
    ),
    _Rule(("[parameters",), re.compile(r"(\[parameters: )[^\n]++"), rf"\1{MASK}]"),
    _Rule(
        ("invalid literal", "could not convert", "invalid isoformat"),
        re.compile(
            rf"((?:invalid literal for [^:\n]{{1,40}}"
            rf"|could not convert string to \w{{1,20}}|Invalid isoformat string):? ){_QUOTED}"
        ),
        rf"\1\g<open>{MASK}\g<open>",
    ),
    _Rule(("input_value",), re.compile(r"(input_value=)(?:(?!, input_type=)[^\n])++"), rf"\1{MASK}"),
    # Phone numbers and e-mail addresses
    _Rule(
        ("+",),
        re.compile(r"(?<![\w.+(])\+\d{1,3}[ (.-]{0,2}(?:\d[ ().-]{0,2}){6,13}\d(?![\w:])"),
        MASK,
    ),
    _Rule(
        ("@", "%40"),
        re.compile(
            r"""(?:(?<![\w.+%\\-])[\w.+%\\-]{1,320}|"[^"\s]{1,64}")(?:@|%40)"""
            r"[\w\\-]{1,63}(?:\.[\w\\-]{1,63}){0,7}\.(?!\d)[\w\\-]{2,63}"
        ),
        MASK,
    ),
)


_SEGMENT = re.compile(r"[^/]*+", re.ASCII)
_PLAIN_SEGMENT = re.compile(r"[\w.~-]*+", re.ASCII)


def mask_path(path: str) -> str:
    """An address's path without what only a person would have typed into it: names, addresses, rubbish."""
    return _SEGMENT.sub(lambda part: part[0] if _PLAIN_SEGMENT.fullmatch(part[0]) else MASK, path)


class Masker:
    def __init__(self, secret_values: Iterable[str] = ()) -> None:
        self._values = pattern_of(secret_values)

    def mask_text(self, text: str) -> str:
        if self._values is not None:
            text = self._values.sub(MASK, text)
        lowered = text.lower()
        for needles, pattern, shown in _RULES:
            if any(needle in lowered for needle in needles):
                text = pattern.sub(shown, text)
        return text

    def mask_event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The same mapping with the values of secret keys masked, at any depth."""
        return self._mask_mapping(event, _SECRET_KEY)

    def _mask_mapping(self, given: Mapping[Any, Any], secret: re.Pattern[str]) -> dict[str, Any]:
        return {
            self.mask_text(str(key)): MASK
            if value is not None and secret.fullmatch(str(key))
            else self._mask_value(value)
            for key, value in given.items()
        }

    def _mask_value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return self._mask_mapping(value, _NESTED_KEY)
        if isinstance(value, list | tuple | set | frozenset):
            return [self._mask_value(item) for item in value]
        # Before JSON escapes the quotes by which keys inside a text are found.
        return self.mask_text(value if isinstance(value, str) else repr(value))
