"""Asks Whop which business accounts a person may see, with that person's token or with the install's key.

Reads only; decides nothing beyond which rights count. Every failure is `WhopAway` or `WhopRefuses`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from app.whop.answers import page_of, rows_of
from app.whop.asking import Asking, Question
from app.whop.errors import (
    WhopAway,
    WhopBadRequest,
    WhopConflict,
    WhopForbids,
    WhopNotFound,
    WhopSilent,
)
from app.whop.fields import identifier, text
from app.whop.json_body import JsonObject

ROLES = ("owner", "admin")
"""Whop's `admin` *access* is wider: moderators and support staff may have it."""
INSTEAD_OF_A_ROLE = "payment:manage"
"""Whoever was granted this may move money, so may see what became of it."""
MOST_ACCOUNTS = 25
"""Asked about at a sign-in; a person with more opens the others by their address, and is asked for then."""
SIGN_IN_S = 20.0
"""For all questions of one sign-in."""


@dataclass(frozen=True, slots=True)
class Account:
    biz_id: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Right:
    """What lets a person see an account: a role's name, or the permission that stands in for one."""

    account: Account
    name: str


class Accounts:
    def __init__(self, api_url: str) -> None:
        self._asking = Asking(api_url)

    def rights(self, token: str, user_id: str) -> list[Right]:
        """The accounts that the person with this token may see, of the first `MOST_ACCOUNTS` that Whop names."""
        deadline = time.monotonic() + SIGN_IN_S
        found: list[Right] = []
        for account in self._accounts(token)[:MOST_ACCOUNTS]:
            name = self.right(token, user_id, account.biz_id)
            if name is not None:
                found.append(Right(account, name))
            if time.monotonic() > deadline:
                raise WhopSilent("it takes too long to answer for each account")
        return found

    def right(self, token: str, user_id: str, biz_id: str) -> str | None:
        """The right of the person whose own token this is."""
        role = self.role(token, user_id, biz_id)
        return role or (INSTEAD_OF_A_ROLE if self._granted(token, biz_id) else None)

    def role(self, credential: str, user_id: str, biz_id: str) -> str | None:
        """The person's role where it is one that counts; also for the install's own key."""
        asked = {"account_id": biz_id, "user_id": user_id, "status": "joined"}
        answer = self._get("/team_members", credential, asked)
        names = [row.get("role") for row in rows_of(answer) if _is_of(row, user_id)]
        return next((role for role in ROLES if role in names), None)

    def close(self) -> None:
        self._asking.close()

    def _granted(self, token: str, biz_id: str) -> bool:
        answer = self._get("/permissions", token, {"resource_id": biz_id, "actions": INSTEAD_OF_A_ROLE})
        return any(
            row.get("action") == INSTEAD_OF_A_ROLE and row.get("granted") is True for row in rows_of(answer)
        )

    def _accounts(self, token: str) -> list[Account]:
        found: dict[str, Account] = {}
        after: dict[str, str] = {}
        while len(found) < MOST_ACCOUNTS:
            answer = self._get("/accounts", token, after)
            for row in rows_of(answer):
                biz_id = identifier(row.get("id"))
                if biz_id and biz_id.startswith("biz_"):
                    found[biz_id] = Account(biz_id, text(row.get("title")))
            cursor = page_of(answer, after=after.get("after")).next
            if cursor is None:
                break
            after = {"after": cursor}
        return list(found.values())

    def _get(self, path: str, credential: str, query: Mapping[str, str]) -> JsonObject:
        """The answer's object; an empty one where the credential may not ask this question."""
        try:
            return self._asking.ask(Question(path[1:], path, query=query), credential=credential)
        except (WhopForbids, WhopNotFound):
            return {}
        except (WhopBadRequest, WhopConflict) as error:
            raise WhopAway(str(error)) from error


def _is_of(row: JsonObject, user_id: str) -> bool:
    """A filter that Whop did not know would list the whole team: look who it really is."""
    user = row.get("user")
    return user_id == (user.get("id") if isinstance(user, dict) else row.get("user_id"))
