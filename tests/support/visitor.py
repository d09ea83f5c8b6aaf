"""A browser behind the trusted proxy: https outside, http inside, cookies kept as a browser keeps them."""

import itertools
import re
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx

HOST = "recover.example"
OUTSIDE = f"https://{HOST}"
CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
_numbers = itertools.count(1)


class Visitor:
    """One person at one address. `headers` of a call replace or, with None, remove what is usual."""

    def __init__(self, address: str, *, ip: str | None = None) -> None:
        self.ip = ip or f"203.0.{next(_numbers) // 250}.{next(_numbers) % 250 + 1}"
        self.cookies: dict[str, str] = {}
        # Kept connections end after five idle seconds, maybe just when the next request leaves.
        self._client = httpx.Client(
            base_url=address, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def ask(
        self, method: str, path: str, *, headers: dict[str, str | None] | None = None, **body: Any
    ) -> httpx.Response:
        usual: dict[str, str | None] = {
            "Host": HOST,
            "X-Forwarded-For": self.ip,
            "X-Forwarded-Proto": "https",
            "Referer": f"{OUTSIDE}/dashboard",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None,
            **(headers or {}),
        }
        sent = {name: value for name, value in usual.items() if value is not None}
        answer = self._client.request(method, path, headers=sent, **body)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def sign_in(self, *, email: str | None = None, whop: str = "biz_dev") -> "Visitor":
        told = {"email": email or f"{uuid4().hex}@example.com", "whop": whop}
        answer = self.get("/auth/dev", params=told)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")
        return self

    def token(self) -> str:
        """The CSRF token of this session."""
        found = CSRF.search(self.get("/dashboard").text)
        assert found is not None
        return found[1]
