"""Views of the list of cases that a merchant's team keeps under names: made, renamed and deleted, each with its line.

What a view asks for has been checked before; a refusal says what to do and has changed nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.errors import NotFound
from app.models import Merchant, SavedView
from app.models.merchant import lock_merchant

MOST_VIEWS = 20
LONGEST_NAME = 40


class NotKept(StrEnum):
    TAKEN = "taken"
    ENOUGH = "enough"


def saved_views(session: Session, merchant: Merchant) -> Sequence[SavedView]:
    """In the order in which they were saved."""
    return session.scalars(
        select(SavedView).where(SavedView.merchant_id == merchant.id).order_by(SavedView.id)
    ).all()


def save_view(
    session: Session, merchant: Merchant, name: str, query: Mapping[str, str], *, actor: str, now: datetime
) -> SavedView | NotKept:
    lock_merchant(session, merchant.id)
    kept = saved_views(session, merchant)
    if _taken(kept, name):
        return NotKept.TAKEN
    if len(kept) >= MOST_VIEWS:
        return NotKept.ENOUGH
    view = SavedView(merchant_id=merchant.id, name=name, query=dict(query), actor=actor, saved_at=now)
    session.add(view)
    session.flush()
    _note(session, view, Act.VIEW_SAVED, actor=actor, now=now)
    return view


def rename_view(
    session: Session, merchant: Merchant, view_id: int, name: str, *, actor: str, now: datetime
) -> SavedView | NotKept:
    """Raises `NotFound` also where it is another merchant's."""
    lock_merchant(session, merchant.id)
    view = _view(session, merchant, view_id)
    if _taken((one for one in saved_views(session, merchant) if one is not view), name):
        return NotKept.TAKEN
    if view.name != name:
        view.name = name
        _note(session, view, Act.VIEW_RENAMED, actor=actor, now=now)
    return view


def delete_view(session: Session, merchant: Merchant, view_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound` also where it is another merchant's."""
    view = _view(session, merchant, view_id)
    _note(session, view, Act.VIEW_DELETED, actor=actor, now=now)
    session.delete(view)


def _view(session: Session, merchant: Merchant, view_id: int) -> SavedView:
    wanted = select(SavedView).where(SavedView.id == view_id, SavedView.merchant_id == merchant.id)
    view = session.scalars(wanted).one_or_none()
    if view is None:
        raise NotFound
    return view


def _taken(kept: Iterable[SavedView], name: str) -> bool:
    return any(one.name.casefold() == name.casefold() for one in kept)


def _note(session: Session, view: SavedView, act: Act, *, actor: str, now: datetime) -> None:
    detail = {"view": view.id}
    note(session, act, merchant_id=view.merchant_id, actor=actor, at=now, detail=detail)
