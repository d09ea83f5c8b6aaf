"""The contract that every channel's tests inherit; it ships with the channels."""

from notifiers.testing import NotifierContract

__all__ = ["NotifierContract"]
