"""What operators set for watching an install: a wrong value stops the start by its name, never with its value."""

import pytest

from tests.conftest import MakeSettings
from tests.unit.test_settings_refused import refused

CANARY = "canary8341"


@pytest.mark.parametrize(
    "dsn",
    [
        CANARY, f"https://{CANARY}", f"https://{CANARY}@host", f"https://{CANARY}@host/", f"https://host/{CANARY}",
        f"https://{CANARY}@host/project", f"ftp://{CANARY}@host/1", f"https://@{CANARY}/1", f"{CANARY}@host/1",
        f"https://{CANARY}@host/1?x=1", f"https://{CANARY}@host/1 ,https://{CANARY}@host/2",
    ],
)  # fmt: skip
def test_a_dsn_that_cannot_be_read_is_refused(dsn: str, make_settings: MakeSettings) -> None:
    assert refused(make_settings, SENTRY_DSN=dsn) == (
        "SENTRY_DSN: it cannot be read; copy it whole, such as https://key@host/1",
    )


@pytest.mark.parametrize(
    "dsn",
    [
        "https://0123456789abcdef0123456789abcdef@o4504.ingest.us.sentry.io/4504123",
        "https://key:secret@sentry.example.com/prefix/42",
        "http://key@127.0.0.1:9000/1",
        "http://key@[::1]:9000/1",
    ],
)
def test_every_form_of_a_dsn_is_taken(dsn: str, make_settings: MakeSettings) -> None:
    from sentry_sdk.utils import Dsn

    found = make_settings(SENTRY_DSN=dsn).sentry_dsn
    assert found is not None and found.get_secret_value() == dsn
    assert str(Dsn(dsn).project_id) == dsn.rpartition("/")[2]


@pytest.mark.parametrize("port", ["0", "65536", CANARY])
def test_a_port_for_metrics_is_a_port(port: str, make_settings: MakeSettings) -> None:
    (line,) = refused(make_settings, METRICS_PORT=port)
    assert line.startswith("METRICS_PORT: input should be ") and CANARY not in line


def test_no_port_for_metrics_is_opened_by_itself(make_settings: MakeSettings) -> None:
    assert make_settings().metrics_port is None
