"""Every address of the application, generated from its URL map, and the marked headers and queries to ask it with."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, PathConverter, Rule

from tests.support import canaries

OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
IN_QUERY = (
    "code", "state", "access_token", "id_token", "refresh_token", "nonce", "client_secret", "code_verifier",
    "token", "password", "sid", "key", "signature",
)  # fmt: skip
MOST_WORDS = 3
"""Of those that a place in an address may hold."""
COMING = ("/auth/whop/callback", "/api/whop/callback", "/metrics", "/debug/session", "/webhooks/telegram")
"""Asked for whether they are there or not."""


def addresses(app: Flask, *, tokens: Sequence[str]) -> list[str]:
    """Each path with good, foreign and broken ids, and paths that lead nowhere."""
    found = list(dict.fromkeys(path for rule in app.url_map.iter_rules() for path in _filled(rule, tokens)))
    marked = canaries.secret("path")
    places = ("r", "unsubscribe", "preferences", "connect")
    nowhere = [f"/{place}/{quote(marked, safe='')}" for place in places]
    return [*found, *nowhere, *(f"/{place}/{tokens[0]}/{quote(marked)}" for place in places), *COMING]


def _filled(rule: Rule, tokens: Sequence[str]) -> Iterator[str]:
    names = sorted(rule.arguments, key=lambda name: rule.rule.index(f"{name}>"))
    for values in product(*(_values(rule, name, tokens) for name in names)):
        path = rule.rule
        for name, value in zip(names, values, strict=True):
            before, _, rest = path.partition("<")
            inside, _, after = rest.partition(">")
            while not inside.endswith(name):  # a converter's arguments may hold a bracket
                more, _, after = after.partition(">")
                inside = f"{inside}>{more}"
            path = f"{before}{value}{after}"
        yield path


def _values(rule: Rule, name: str, tokens: Sequence[str]) -> Sequence[str]:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return ("1", "999999", quote(canaries.NAME))
    if isinstance(converter, AnyConverter):
        return tuple(sorted(converter.items)[:MOST_WORDS])
    if isinstance(converter, PathConverter):
        return ("app.css", "none")
    if name == "name":
        return ("email", "none")
    return (*tokens, canaries.secret("token", hard=""))


def methods(number: int) -> tuple[str, ...]:
    """For the address of this number: the two that matter, and another one each time."""
    return ("GET", "POST", OTHER_METHODS[number % len(OTHER_METHODS)])


def query() -> dict[str, str]:
    """All that must never stand in a line, as a browser or a peer may bring it."""
    wanted = {name: canaries.secret(name) for name in IN_QUERY}
    inner = f"/r/{canaries.secret('inner', hard='')}?code={quote(canaries.secret('nested'))}&state=1"
    people = {"email": canaries.EMAIL, "q": canaries.NAME, "next": inner, "error": "access_denied"}
    return {**wanted, **people}


def headers() -> dict[str, str]:
    basic = canaries.base64.b64encode(f"user:{canaries.secret('basic')}".encode()).decode()
    return {
        "Authorization": f"Basic {basic}",
        "X-Api-Key": canaries.secret("apikey", hard=""),
        "X-Whop-User-Token": f"eyJhbGciOiJFUzI1NiJ9.{canaries.secret('jwt', hard='')}.c2ln",
        "X-CSRFToken": canaries.secret("csrf", hard=""),
        "X-Telegram-Bot-Api-Secret-Token": canaries.secret("telegram", hard=""),
        "Referer": f"http://127.0.0.1/auth/whop/callback?code={quote(canaries.secret('referer'))}",
        "X-Forwarded-For": canaries.IP_ADDRESS,
        "User-Agent": f"mail {canaries.EMAIL}",
    }


def bodies() -> Iterator[Mapping[str, object]]:
    """What a request may carry: forms with passwords and addresses, JSON of people, too much, and rubbish."""
    form = {"password": canaries.secret("password"), "email": canaries.EMAIL, "sender_name": canaries.NAME}
    yield {"data": form}
    yield {"json": {**form, "user": {"name": canaries.NAME, "phone": canaries.PHONE}}}
    yield {"content": canaries.NAME.encode() * 20_000}
    yield {"content": b"{" + canaries.EMAIL.encode(), "headers": {"Content-Type": "application/json"}}
