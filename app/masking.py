"""Takes secrets and personal data out of text: by key, by value and by pattern, at the last moment.

The masker works on the finished log line, so it does not matter which library wrote it.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST_VALUE = 6
"""Shorter secrets would mask ordinary words; the settings refuse them where it matters."""

# Bounded: a long word must not be searched again from each of its letters.
_KEY = (
    r"[\w-]{0,40}(?:secret|password|token|api_key|api-key|apikey)[\w-]{0,40}|[\w-]{0,40}pass"
    r"|authorization|cookie|set-cookie|email"
)
_SECRET_KEY = re.compile(rf"(?:{_KEY})", re.IGNORECASE)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # "key": "value" and 'key': 'value', as JSON, repr() and tracebacks have them
    (
        re.compile(
            rf"""((?P<q>["'])(?:{_KEY})(?P=q)\s{{0,3}}[:=,]\s{{0,3}}b?)"""
            r"""(["'])(?:\\.|(?!\3)[^\\\n]){0,4000}\3""",
            re.I,
        ),
        rf"\1\3{MASK}\3",
    ),
    # key='value', as dataclasses and settings show themselves
    (
        re.compile(rf"""(?<![\w-])((?:{_KEY})\s?=\s?)(["'])(?:\\.|(?!\2)[^\\\n]){{0,4000}}\2""", re.I),
        rf"\1\2{MASK}\2",
    ),
    # key=value in addresses, forms and our own development lines; key: value in headers
    (re.compile(rf"(?<![\w-])((?:{_KEY})\s?=\s?)(?![\"'])[^\s&\"',;)\]}}]{{1,4000}}", re.I), rf"\1{MASK}"),
    (
        re.compile(
            r"(?<![\w-])((?:authorization|cookie|set-cookie)\s?:\s?)(?![\"'])[^\r\n\"']{1,4000}", re.I
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}", re.I), rf"\1 {MASK}"),
    (re.compile(r"(://)[^\s/@:\"']{0,200}:[^\s/@\"']{1,200}@"), rf"\1{MASK}@"),
    (re.compile(r"(/(?:r|unsubscribe|preferences|connect)/)[\w.~%-]{8,400}"), rf"\1{MASK}"),
    (re.compile(r"(?<![\w.+%-])[\w.+%-]{1,320}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), MASK),
)


class Masker:
    def __init__(self, secret_values: Iterable[str] = ()) -> None:
        forms = {form for value in secret_values if len(value) >= SHORTEST_VALUE for form in _forms(value)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask_text(self, text: str) -> str:
        if self._values is not None:
            text = self._values.sub(MASK, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def mask_event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The same mapping with the values of secret keys masked, at any depth."""
        return {
            str(key): MASK if _is_secret_key(key) and value is not None else self._mask_value(value)
            for key, value in event.items()
        }

    def _mask_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.mask_event(value)
        if isinstance(value, list | tuple | set | frozenset):
            return [self._mask_value(item) for item in value]
        # Before JSON escapes the quotes by which keys inside a text are found.
        return self.mask_text(value) if isinstance(value, str) else value


def _is_secret_key(key: object) -> bool:
    return isinstance(key, str) and _SECRET_KEY.fullmatch(key) is not None


def _forms(value: str) -> Iterable[str]:
    """A secret as it may stand in a line: plain, quoted, in JSON, in an address, in base64 at any place."""
    yield from (
        value,
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
    )
    yield from (quote(value, safe=""), quote(value), quote_plus(value))
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value.encode("utf-8", "replace")).decode("ascii")
        # Without the letters that also hold bits of the neighbours ("user:" in basic sign-in).
        whole = encoded.rstrip("=")[:-1] if encoded.endswith("=") else encoded
        yield whole[(0, 2, 3)[before] :]
