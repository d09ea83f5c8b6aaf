"""The errors that people and programs are told about, each with a status and a sentence safe to show.

No Flask here: `app.error_pages` turns them into answers, the command line into one line on stderr.
"""

from collections.abc import Mapping, Sequence


class AppError(Exception):
    """Something to say to whoever asked. `type` is the short word in the JSON answer."""

    status: int = 500
    type: str = "error"
    message: str = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class InvalidInput(AppError):
    """`fields` names what is wrong: the field and what to do about it."""

    status = 400
    type = "invalid_input"
    message = "Some of what was sent cannot be used."

    def __init__(self, fields: Mapping[str, str], message: str | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields)


class NotSignedIn(AppError):
    status = 401
    type = "not_signed_in"
    message = "Sign in first."


class InvalidToken(NotSignedIn):
    """A program showed a token that opens nothing. The message says what to do about it."""

    type = "invalid_token"
    message = "This token is not valid. Make a new one in Settings, API tokens."


class MissingScope(AppError):
    """The token is good, but may not do this."""

    status = 403
    type = "missing_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This token may not do this: it lacks the scope {scope}. Make one that has it.")


class NoRight(AppError):
    """We know who it is, and that they may not see this account."""

    status = 403
    type = "no_right"
    message = "You have no right to see this account."


class NotFound(AppError):
    status = 404
    type = "not_found"
    message = "There is nothing here."


class Conflict(AppError):
    status = 409
    type = "conflict"
    message = "This cannot be done as things stand now."


class TooMany(AppError):
    """`retry_after` in whole seconds."""

    status = 429
    type = "too_many_requests"
    message = "Too many requests. Wait a moment and try again."

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AppError):
    """`retry_after` in whole seconds."""

    status = 503
    type = "unavailable"
    message = "The service cannot answer right now. Try again in a moment."

    def __init__(self, retry_after: int = 5, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class WhopUnavailable(Unavailable):
    """Whop cannot be asked, and without it the question has no answer."""

    type = "whop_unavailable"
    message = "Whop does not say right now whether you may see this account. Try again in a moment."


class SettingsError(Exception):
    """The settings cannot be used. One line a variable: its name and the mend, never its value."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)
