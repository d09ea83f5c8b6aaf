"""What a person wants a new token to be, as the form says it, checked. Every fault names its field."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.errors import InvalidInput
from app.security.api_tokens import Wanted
from app.security.scopes import Scope
from notifiers.text import clean_line

LONGEST_NAME = 60
LIVES: Mapping[str, timedelta | None] = {
    "30": timedelta(days=30),
    "90": timedelta(days=90),
    "365": timedelta(days=365),
    "never": None,
}
"""By the word that the form sends."""
USUAL_LIFE = "90"

LIFE_TEXTS: Mapping[str, LazyString] = {
    "30": lazy_gettext("In 30 days"),
    "90": lazy_gettext("In 90 days"),
    "365": lazy_gettext("In a year"),
    "never": lazy_gettext("Never"),
}
SCOPE_TEXTS: Mapping[Scope, LazyString] = {
    Scope.READ: lazy_gettext(
        "Read: figures, cases with customers’ names and addresses, webhooks, the team and the log"
    ),
    Scope.WRITE_CASES: lazy_gettext(
        "Change cases: pause, resume, close, send now, charge again, write notes"
    ),
    Scope.WRITE_SETTINGS: lazy_gettext("Change webhooks: where they go and what they are told"),
}


def wanted_token(form: MultiDict[str, str], *, wall: datetime) -> Wanted:
    """Raises `InvalidInput` naming every field that cannot be used."""
    name, life = form.get("name", "").strip(), form.get("life", "")
    given = set(form.getlist("scope"))
    scopes = frozenset(scope for scope in Scope if scope in given)
    wrong: dict[str, str] = {}
    if not name or clean_line(name, limit=LONGEST_NAME) != name:
        wrong["name"] = _("Write from 1 to %(most)s plain characters on one line.", most=LONGEST_NAME)
    if not scopes or len(scopes) != len(given):
        wrong["scope"] = _("Choose at least one.")
    if life not in LIVES:
        wrong["life"] = _("Choose a time from the list.")
    if wrong:
        raise InvalidInput(wrong)
    ends_after = LIVES[life]
    return Wanted(name=name, scopes=scopes, expires_at=wall + ends_after if ends_after else None)
