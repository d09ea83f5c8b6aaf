"""What all customer pages share: which language they speak, their frame, and the answer to a broken link."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Response, make_response, render_template, request

from app.customer.targets import MEMBERSHIPS
from app.customer.words import Words
from app.customer.words_de import GERMAN
from app.customer.words_en import ENGLISH
from app.customer.words_es import SPANISH
from app.customer.words_fr import FRENCH
from app.customer.words_pt import PORTUGUESE
from app.customer.words_ru import RUSSIAN
from app.delivery.message import Links, language_for
from app.models import Customer
from app.services import services

WORDS = {words.language: words for words in (ENGLISH, RUSSIAN, SPANISH, PORTUGUESE, FRENCH, GERMAN)}


def links() -> Links:
    return Links.of(services().settings)


def asked_language() -> str | None:
    """What the reader chose on the page; it goes with them from page to page."""
    asked = request.args.get("lang")
    return asked if asked in WORDS else None


def words_for(customer: Customer | None) -> Words:
    """What the reader asked for, else the language of their messages, else their browser's."""
    asked = asked_language()
    if asked is not None:
        return WORDS[asked]
    if customer is None:
        return WORDS[request.accept_languages.best_match(WORDS) or ENGLISH.language]
    return WORDS[language_for(customer.locale, customer.merchant.locale)]


def long_date(at: datetime, zone: ZoneInfo, words: Words) -> str:
    return format_date(at.astimezone(zone), "long", locale=words.language)


def short_date(at: datetime, zone: ZoneInfo, words: Words) -> str:
    return format_date(at.astimezone(zone), "medium", locale=words.language)


def unknown(lead: str) -> Response:
    """For a link that we did not make, or not for this."""
    words = words_for(None)
    return page("customer/unknown.html", words, status=404, lead=getattr(words, lead))


def page(template: str, words: Words, *, status: int = 200, **values: object) -> Response:
    asked = asked_language()
    kept = {name: request.args[name] for name in ("done", "trouble") if name in request.args}
    answer = make_response(
        render_template(
            template,
            words=words,
            language=words.language,
            asked_language=asked,
            lang_query=f"?lang={asked}" if asked else "",
            languages=[
                (code, "?" + urlencode({**kept, "lang": code}), other.name) for code, other in WORDS.items()
            ],
            memberships_url=MEMBERSHIPS,
            **values,
        ),
        status,
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
