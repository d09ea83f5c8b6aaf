"""Channels of other packages at the start: switched on by a variable, checked, masked, and named where they fail."""

from collections.abc import Callable, Mapping
from pathlib import Path
from traceback import format_exception

import pytest

from app.alerts.destinations import notifier_of
from app.delivery.channels import build_alert_channels, build_channels
from app.errors import SettingsError
from app.settings import Settings
from notifiers.base import Notifier
from tests.conftest import MakeSettings
from tests.support.plugin import GOOD, Installer

KEYED = GOOD.replace(
    'seed: str = "wheat"',
    "key: SecretStr\n    age: int = Field(3, ge=1, validation_alias='HEN_AGE')",
).replace("import BaseModel", "import BaseModel, Field, SecretStr")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return Installer(folder)


def test_one_that_is_installed_and_not_switched_on_is_no_channel(
    install: Installer, make_settings: MakeSettings
) -> None:
    install("plugin_off", KEYED)
    for given in ({}, {"ENABLE_PIGEON": "false"}, {"PIGEON_KEY": "loft-key-1"}):
        assert list(build_channels(make_settings(**given))) == ["email"]


def test_one_that_is_switched_on_gets_its_settings_and_its_secrets_are_masked(
    install: Installer, make_settings: MakeSettings
) -> None:
    install("plugin_on", KEYED)
    settings = make_settings(ENABLE_PIGEON="true", PIGEON_KEY="loft-key-1", HEN_AGE="5")
    assert list(build_channels(settings)) == ["email", "pigeon"]
    assert "loft-key-1" in settings.secret_values()
    assert "loft-key-1" not in repr(settings) + repr(settings.plugins)
    assert settings.plugins["pigeon"].age == 5  # type: ignore[attr-defined]


def test_one_for_the_merchants_alerts_gets_no_customers_message(
    install: Installer, make_settings: MakeSettings
) -> None:
    install("plugin_alerts", GOOD.replace("needs_linking=False", "needs_linking=False, audience='merchant'"))
    settings = make_settings(ENABLE_PIGEON="true")
    assert list(build_channels(settings)) == ["email"]
    assert list(build_alert_channels(settings)) == ["pigeon"]


def test_one_whose_accounts_nobody_can_link_is_refused(
    install: Installer, make_settings: MakeSettings
) -> None:
    install("plugin_linked", GOOD.replace("needs_linking=False", "needs_linking=True"))
    with pytest.raises(SettingsError, match="ENABLE_PIGEON: customers can link accounts of our own"):
        make_settings(ENABLE_PIGEON="true")


def test_every_wrong_variable_has_a_line_and_no_value(
    install: Installer, make_settings: MakeSettings
) -> None:
    install("plugin_wrong", KEYED)
    with pytest.raises(SettingsError) as caught:
        make_settings(ENABLE_PIGEON="true", HEN_AGE="zero-hens", APP_HOST="ftp://x")
    lines = caught.value.lines
    assert [line.partition(":")[0] for line in lines] == ["APP_HOST", "PIGEON_KEY", "HEN_AGE"]
    assert lines[1] == "PIGEON_KEY: it must be set"
    assert "zero-hens" not in "".join(lines)


def test_a_validator_that_repeats_the_value_is_not_repeated(
    install: Installer, make_settings: MakeSettings
) -> None:
    talkative = "from pydantic import field_validator\n" + KEYED.replace(
        "class Pigeon",
        "class Loud(Loft):\n"
        "    @field_validator('key')\n"
        "    @classmethod\n"
        "    def tell(cls, value): raise ValueError(f'bad: {value.get_secret_value()}')\n\n"
        "class Pigeon",
    ).replace("settings_model = Loft", "settings_model = Loud")
    install("plugin_loud", talkative)
    with pytest.raises(SettingsError) as caught:
        make_settings(ENABLE_PIGEON="true", PIGEON_KEY="loft-key-1")
    assert caught.value.lines == ("PIGEON_KEY: it cannot be used",)


def test_a_validator_that_breaks_ends_the_start_with_the_channels_name_and_no_value(
    install: Installer, make_settings: MakeSettings
) -> None:
    broken = "from pydantic import field_validator\n" + KEYED.replace(
        "class Pigeon",
        "class Odd(Loft):\n"
        "    @field_validator('key')\n"
        "    @classmethod\n"
        "    def tell(cls, value): raise KeyError(value.get_secret_value())\n\n"
        "class Pigeon",
    ).replace("settings_model = Loft", "settings_model = Odd")
    install("plugin_odd", broken)
    with pytest.raises(SettingsError) as caught:
        make_settings(ENABLE_PIGEON="true", PIGEON_KEY="loft-key-1")
    assert caught.value.lines == ("PIGEON_*: they cannot be read (KeyError)",)
    assert "KeyError: " not in "".join(format_exception(caught.value))


@pytest.mark.parametrize(
    ("audience", "build"), [("customers", build_channels), ("merchant", build_alert_channels)]
)
def test_one_that_cannot_be_made_ends_the_start_with_its_name_and_no_value(
    install: Installer,
    make_settings: MakeSettings,
    audience: str,
    build: Callable[[Settings], Mapping[str, Notifier]],
) -> None:
    source = GOOD.replace("needs_linking=False", f"needs_linking=False, audience='{audience}'")
    source += "    def __init__(self, settings): raise OSError(settings.seed)\n"
    install(f"plugin_unmade_{audience}", source)
    settings = make_settings(ENABLE_PIGEON="true", PIGEON_SEED="secret-seed")
    with pytest.raises(SettingsError) as caught:
        build(settings)
    assert caught.value.lines == ("ENABLE_PIGEON: the channel cannot be made (OSError)",)
    assert "secret-seed" not in "".join(format_exception(caught.value))
    assert notifier_of("pigeon", settings) is None


@pytest.mark.parametrize(
    ("source", "name", "told"),
    [
        ("import a_library_that_nobody_has", "pigeon", "notifier 'pigeon' .* does not load: No module named"),
        (
            GOOD.replace("settings_model = Loft", "settings_model = dict"),
            "pigeon",
            "'pigeon'.*a pydantic model",
        ),
        (GOOD.replace('name = "pigeon"', 'name = "email"'), "email", "two notifiers are named 'email'"),
    ],
)
def test_a_class_that_cannot_be_used_ends_the_start_even_where_it_is_off(
    install: Installer, make_settings: MakeSettings, source: str, name: str, told: str
) -> None:
    install(f"plugin_broken_{name}_{len(source)}", source, name=name)
    with pytest.raises(SettingsError, match=told) as caught:
        make_settings()
    assert len(caught.value.lines) == 1
