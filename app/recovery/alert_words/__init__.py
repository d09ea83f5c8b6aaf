"""The words in which a merchant is told: the texts in every language, and the figures put into them.

Plain text only, useful in its first line; no customer's name or address is ever put in. The channel adds
its markup, and the caller the link.
"""

from .content import AlertContent, AlertValues, cause_of, compose, compose_test

__all__ = ["AlertContent", "AlertValues", "cause_of", "compose", "compose_test"]
