"""The words that customers read: the default texts in every language, and the state put into them.

Plain text only: a channel adds its markup, its links and its limits. Nothing here decides when, whether
or by which way a message goes out.
"""

from .catalogue import DRAFTS, KEYS, LANGUAGES, VERSION, keys_for, wording
from .content import Content, compose
from .own import OwnText
from .texts import Wording
from .values import MessageValues

__all__ = [
    "DRAFTS",
    "KEYS",
    "LANGUAGES",
    "VERSION",
    "Content",
    "MessageValues",
    "OwnText",
    "Wording",
    "compose",
    "keys_for",
    "wording",
]
