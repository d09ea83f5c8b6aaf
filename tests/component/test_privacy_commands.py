"""The commands about customers' data: what they do, and one sentence and a status where they cannot."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.cli import cli
from app.db import Database
from app.models import Audit, Case, Customer, InboxRow
from app.past_commands import Desk
from app.services import Services
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support.clock import FixedClock

DAY = timedelta(days=1)


class Commands:
    """As `app.cli` gives them their settings and services, on the test's database."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, *arguments: str, answer: str = "") -> Result:
        desk = Desk(lambda: self._services.settings, lambda _, work: work(self._services))
        return CliRunner().invoke(cli, arguments, obj=desk, input=answer)


@pytest.fixture
def run(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Commands:
    return Commands(Services.make(make_settings(), clock, database=database))


@pytest.fixture
def ada(database: Database, clock: FixedClock) -> Case:
    with database.transaction() as session:
        owner = seeded.merchant(session, "biz_A", now=clock.now())
        case = seeded.case(session, owner, at=clock.now(), name="Ada Lovelace", email="ada@example.com")
        seeded.case(session, owner, at=clock.now(), name="Twin", email="twin@example.com")
        seeded.case(session, owner, at=clock.now(), name="Twin", email="twin@example.com")
        return case


def test_an_export_is_json_on_the_screen_or_in_a_file_for_oneself(
    run: Commands, ada: Case, tmp_path: Path
) -> None:
    shown = run("export", "biz_A", "Ada@Example.com")
    assert shown.exit_code == 0
    told = json.loads(shown.stdout)
    assert told["stored"]["customer"][0]["name"] == "Ada Lovelace"
    file = tmp_path / "ada.json"
    assert run("export", "biz_A", str(ada.customer_id), "--output", str(file)).exit_code == 0
    assert json.loads(file.read_text("utf-8"))["stored"]["case"][0]["id"] == ada.id
    assert file.stat().st_mode & 0o077 == 0


def test_erasing_asks_and_then_erases(run: Commands, ada: Case, database: Database) -> None:
    assert run("erase", "biz_A", "ada@example.com", answer="n\n").exit_code == 1
    with database.reading() as read:
        assert read.get_one(Customer, ada.customer_id).name == "Ada Lovelace"
    done = run("erase", "biz_A", "ada@example.com", answer="y\n")
    assert done.exit_code == 0 and "is erased" in done.stderr
    with database.reading() as read:
        assert read.get_one(Customer, ada.customer_id).name is None
        (line,) = read.scalars(select(Audit).where(Audit.action == "customer_erased"))
    assert line.actor == "command"


@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize(
    ("account", "who", "why"),
    [
        ("biz_Z", "ada@example.com", "The account biz_Z is not known here."),
        ("biz_A", "nobody@example.com", "No such customer is stored for this account."),
        ("biz_A", "999999999999999999999", "No such customer is stored for this account."),
        ("biz_A", "twin@example.com", "Several customers have this address. Name one by Whop's user_… id."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Commands, ada: Case, command: str, account: str, who: str, why: str
) -> None:
    refused = run(command, account, who)
    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", f"Error: {why}\n")


def test_a_file_that_cannot_be_written_is_named(run: Commands, ada: Case, tmp_path: Path) -> None:
    refused = run("export", "biz_A", "ada@example.com", "--output", str(tmp_path / "no" / "ada.json"))
    assert refused.exit_code == 1 and "cannot be written (No such file or directory)." in refused.stderr


def test_pruning_says_what_it_did_and_does_nothing_twice(
    run: Commands, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        seeded.event(session, owner=None, at=clock.now() - 31 * DAY, done_at=clock.now())
    done = run("prune")
    assert done.exit_code == 0 and "Emptied 1 raw events and 0 messages; 0 closed cases" in done.output
    with database.reading() as read:
        assert read.scalars(select(InboxRow.body)).all() == [b""]
    assert "Emptied 0 raw events" in run("prune").output


@pytest.mark.parametrize("command", ["export", "erase", "prune"])
def test_each_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(cli, [command, "--help"])
    assert shown.exit_code == 0 and "Usage:" in shown.output
