"""What is sealed can be opened by this install alone, for one purpose, as long as its secret is kept."""

from app.security.sealing import Seal

OLD, NEW = "o" * 40, "n" * 40


def seal(*secrets: str, purpose: str = "grant") -> Seal:
    return Seal(secrets, purpose=purpose)


def test_what_was_closed_opens_again_and_cannot_be_read() -> None:
    closed = seal(OLD).close(b"a token")
    assert b"token" not in closed
    assert seal(OLD).open(closed) == b"a token"


def test_the_first_secret_closes_and_all_open() -> None:
    closed = seal(OLD).close(b"x")
    assert seal(NEW, OLD).open(closed) == b"x"
    assert seal(OLD).open(seal(NEW, OLD).close(b"x")) is None


def test_another_install_and_another_purpose_open_nothing() -> None:
    closed = seal(OLD).close(b"x")
    assert seal(NEW).open(closed) is None
    assert seal(OLD, purpose="other").open(closed) is None
    assert seal(OLD).open(b"rubbish") is None
