"""The page that a merchant hands out before anything fails: why linking helps, and the way to prove who one is."""

from collections.abc import Sequence

from babel.lists import format_list
from flask import Response

from app.customer.frame import page, words_for
from app.customer.pages import seller_name, sentence
from app.customer.preferences import channel_name
from app.models import Merchant
from app.services import services


def connect_page(merchant: Merchant, *, channels: Sequence[str], trouble: str | None) -> Response:
    """`channels` are those that this install can link an account of.

    `trouble` is the word for what went wrong at Whop; any other is ignored.
    """
    words = words_for(None)
    told, name = words.connect, seller_name(merchant, words)
    names = format_list([channel_name(one, words) for one in channels], style="or", locale=words.language)
    return page(
        "customer/connect.html",
        words,
        merchant=name,
        title=sentence(told.title.format(merchant=name)),
        lead=told.lead.format(merchant=name, channels=names) if channels else told.nothing_to_link,
        only=told.only.format(merchant=name),
        not_here=told.not_here.format(link=words.preferences.go),
        may_sign_in=services().connecting is not None,
        trouble=told.troubles.get(trouble or ""),
        safe=sentence(words.preferences.safe.format(merchant=name)),
    )
