"""Which addresses a merchant may have us call: never one inside our own network, whatever a name resolves to.

The text is checked when it is written down. What counts is the second check: each call looks the name up
itself, refuses unless all that it finds are public addresses, and connects to just those. A name that
changes between the check and the call changes nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

import httpcore

LONGEST = 1000
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_CARRY_V4 = tuple(map(ipaddress.ip_network, ("2002::/16", "2001::/32")))
"""6to4 and Teredo: they hold an IPv4 address that somebody else connects to."""

Resolve = Callable[[str, int], list[str]]


class Forbidden(Exception):
    """The name leads to an address that is not public. Nothing was sent."""


class Unresolved(Exception):
    """The name leads nowhere. Nothing was sent."""


def trouble(url: str, *, production: bool) -> str | None:
    """Why the text is no address to call, as a word; None: it may be one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "unreadable"
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or not host or parts.scheme not in ("https", "http") or len(url) > LONGEST:
        return "unreadable"
    if _has_extras(parts) or port == 0:
        return "extras"
    if not production:
        return None
    if parts.scheme != "https":
        return "not_https"
    return "not_public" if _names_inside(host) else None


def _has_extras(parts: SplitResult) -> bool:
    return parts.username is not None or parts.password is not None or bool(parts.fragment)


def _names_inside(host: str) -> bool:
    """A name or a number that cannot be on the internet."""
    try:
        return not is_public(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")
        return (
            not last[1]
            or last[2] in ("localhost", "local", "internal", "lan", "home", "arpa")
            or last[2].isdigit()
        )


def is_public(address: str) -> bool:
    """Raises `ValueError` for what is no address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        carried = any(ip in network for network in _CARRY_V4)
        return ip in _PUBLIC_6 and ip.is_global and not carried
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name. Raises `OSError` where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only; `private_too` is for development, where the peer is the same machine."""

    def __init__(self, *, private_too: bool, resolve: Resolve = look_up) -> None:
        self._private_too = private_too
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """TLS, where there is any, still checks the certificate against the name."""
        failed: Exception = Unresolved(host)
        for address in self._addresses(host, port)[:3]:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unresolved(host) from error
        # One inside is enough to refuse them all: a name that has both is made to slip through.
        if not self._private_too and not all(is_public(address.partition("%")[0]) for address in found):
            raise Forbidden(host)
        return found
