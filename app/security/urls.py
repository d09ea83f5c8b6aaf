"""Where a redirect may lead: only to a page of our own."""

from urllib.parse import urlsplit

HOME = "/dashboard"


def own_page(wanted: str | None) -> str:
    """The wanted path where it is one of ours, else the overview.

    Browsers read a backslash as a slash and drop tabs and line ends, so none of these may be in it.
    """
    if not wanted or not wanted.startswith("/") or len(wanted) > 2000:
        return HOME
    if (
        "\\" in wanted
        or wanted.startswith("//")
        or any(ord(sign) <= 32 or ord(sign) == 127 for sign in wanted)
    ):
        return HOME
    parts = urlsplit(wanted)
    return HOME if parts.scheme or parts.netloc else wanted
