"""The address of the page that is shown, with some of its questions changed: filters, pages, language."""

from urllib.parse import urlencode

from flask import request

NOT_REPEATED = frozenset({"code", "state", "error", "error_description", "iss"})
"""What Whop's sign-in sends along stands on no page."""


def query_with(**changes: str | int | None) -> str:
    """The query of this page with these values in it; None takes one away. Always starts with `?`."""
    shown = {name: value for name, value in request.args.to_dict().items() if name not in NOT_REPEATED}
    asked: dict[str, str | int | None] = {**shown, **changes}
    return "?" + urlencode({name: value for name, value in asked.items() if value not in (None, "")})
