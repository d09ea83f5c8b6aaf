"""The ways in which one secret may be written in a line, as one pattern: quoted, escaped, encoded, cut short.

It knows nothing of keys or of personal data; see `app.masking` for these.
"""

import base64
import html
import re
from collections.abc import Iterable
from functools import cache

SHORTEST_VALUE = 6
"""Shorter secrets would mask ordinary words; the settings refuse them where it matters."""
_CUT_AFTER = 12
"""`reprlib`, and asyncio with it, shows the first twelve characters of a long text and its end."""
_LONG = 20
_CONTROLS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def pattern_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """Finds each of these secrets in any of its forms, the longest first; None where there are none."""
    secrets = sorted({value for value in values if len(value) >= SHORTEST_VALUE}, key=lambda v: (-len(v), v))
    if not secrets:
        return None
    whole = [anyhow(secret) for secret in secrets]
    encoded = [form for secret in secrets for form in _in_base64(secret)]
    cut = [_cut_short(secret) for secret in secrets if len(secret) >= _LONG and "://" not in secret]
    return re.compile("|".join(dict.fromkeys(whole + encoded + cut)))


def anyhow(text: str) -> str:
    """Each character for itself, because libraries differ in which of them they encode."""
    return "".join(map(_character, text))


@cache
def _character(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character == "\\":
        return r"(?:\\{1,128}|%(?i:25){0,2}5[cC]|&#92;)"
    code, octets = ord(character), character.encode("utf-8", "replace")
    ways = [
        r"\\{0,64}" + re.escape(character),
        _percent(octets),
        "".join(rf"\\{{1,64}}x{octet:02x}" for octet in octets),
        rf"\\{{1,64}}u{code:04x}" if code < 0x10000 else _surrogates(character),
        rf"&#(?:{code}|x0?{code:x});",
        *map(re.escape, {html.escape(character)} - {character}),
    ]
    if code < 0x100:
        ways += [rf"\\{{1,64}}x{code:02x}", _percent(bytes([code]))]
    if character == " ":
        ways.append(r"\+")
    if character in _CONTROLS:
        ways.append(r"\\{1,64}" + _CONTROLS[character])
    return f"(?i:{'|'.join(dict.fromkeys(ways))})"


def _percent(octets: bytes) -> str:
    """Also where an address inside an address was encoded twice or three times."""
    return "".join(f"%(?:25){{0,2}}{octet:02x}" for octet in octets)


def _surrogates(character: str) -> str:
    pair = character.encode("utf-16-be").hex()
    wide = rf"\\{{1,64}}U{ord(character):08x}"
    return rf"(?:\\{{1,64}}u{pair[:4]}\\{{1,64}}u{pair[4:]}|{wide})"


def _in_base64(secret: str) -> Iterable[str]:
    """In either alphabet, at any place of a longer text: "user:secret" in basic sign-in."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode("utf-8", "replace")).decode("ascii")
        # Without the letters that also hold bits of the neighbours.
        whole = encoded.rstrip("=")[:-1] if encoded.endswith("=") else encoded
        inner = whole[(0, 2, 3)[before] :]
        yield "".join(_BASE64_MARKS.get(letter, letter) for letter in inner)


_BASE64_MARKS = {"+": r"(?:\+|-|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}


def _cut_short(secret: str) -> str:
    return anyhow(secret[:_CUT_AFTER]) + r"""[^\s"',;)\]}>]{0,200}"""
