"""`/dashboard/biz_…/…` is any merchant's page of that one account: Whop opens our pages so, inside its frame.

The prefix goes where WSGI keeps the mount point, so that every link made for such a page carries it: two
tabs with two accounts never mix. Grants nothing: whether the person may see the account is asked as always.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

ACCOUNT = "autocharge.account"
_PREFIX = re.compile(r"(/dashboard/(biz_[A-Za-z0-9_-]{1,64}))(/.*)?")
_PAGES = re.compile(r"/|/(?:dashboard|api|auth)/.*|/dashboard|/logout")
"""What exists for a merchant; webhooks, customers' links and the rest have one address only."""

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class AccountPath:
    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        found = _PREFIX.fullmatch(environ.get("PATH_INFO", ""))
        inner = (found[3] or "/") if found else ""
        if found and _PAGES.fullmatch(inner):
            environ[ACCOUNT] = found[2]
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found[1]
            environ["PATH_INFO"] = inner
        return self._application(environ, start_response)
