"""The address of the page that is shown, with some of its questions changed: filters, pages, language."""

from urllib.parse import urlencode

from flask import request


def query_with(**changes: str | int | None) -> str:
    """The query of this page with these values in it; None takes one away. Always starts with `?`."""
    asked: dict[str, str | int | None] = {**request.args.to_dict(), **changes}
    return "?" + urlencode({name: value for name, value in asked.items() if value not in (None, "")})
