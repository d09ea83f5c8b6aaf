"""Which language a page speaks: what the reader chose, else what their browser asks for, else English."""

from flask import Flask, Response, request
from flask_babel import Babel

from app.security.sessions import WITHOUT

LANGUAGES = ("en", "ru")
COOKIE = "lang"
YEAR_S = 31_536_000


def install(app: Flask) -> None:
    Babel(app, locale_selector=language)
    app.after_request(_remember)


def language() -> str:
    """Of the request in hand."""
    for chosen in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _remember(response: Response) -> Response:
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and not request.path.startswith(WITHOUT):
        response.set_cookie(
            COOKIE, str(chosen), max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
