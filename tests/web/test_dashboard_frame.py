"""The frame of every page: nothing inline, nothing from elsewhere, every file there with its licence."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import app as package
from app import create_app
from app.db import Database
from app.services import EXTENSION
from tests.conftest import MakeSettings
from tests.web.test_sign_in import PRODUCTION

ROOT = Path(package.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
VENDOR = ROOT / "static/vendor"
ASSET = re.compile(r"asset\('([^']+)'\)")
INLINE = re.compile(r"""<[^>]*\s(style|on\w+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:""", re.IGNORECASE)
ELSEWHERE = re.compile(r"""<(script|link|img|iframe)[^>]*\s(src|href)=["']?(https?:)?//""", re.IGNORECASE)
LABELLED = re.compile(r'<(?:input|select)(?![^>]*type="hidden")[^>]*>')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_code_and_loads_nothing_from_elsewhere(template: Path) -> None:
    text = template.read_text("utf-8")
    assert INLINE.search(text) is None
    assert ELSEWHERE.search(text) is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_field_of_a_form_has_a_label(template: Path) -> None:
    text = template.read_text("utf-8")
    for field in LABELLED.findall(text):
        named = re.search(r'\sid="([^"]+)"', field)
        wrapped = re.search(rf"<label[^>]*>\s*{re.escape(field)}", text)
        assert "aria-label=" in field or wrapped or (named and f'for="{named[1]}"' in text), field


def test_every_file_that_a_page_loads_is_there() -> None:
    names = {name for template in TEMPLATES for name in ASSET.findall(template.read_text("utf-8"))}
    assert names
    for name in names:
        assert (ROOT / "static" / name).is_file()


def test_every_vendored_file_is_listed_with_its_licence() -> None:
    table = (VENDOR / "README.md").read_text("utf-8")
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").is_file()
            assert all(f"{folder.name}/{file.name}" in table for file in folder.glob("*.min.*"))


def test_the_menu_says_which_page_it_is(signed_in_client: FlaskClient) -> None:
    for address in ("/dashboard", "/dashboard/cases", "/dashboard/events"):
        text = signed_in_client.get(address).get_data(as_text=True)
        assert f'href="{address}" aria-current="page"' in text
        assert text.count("<h1") == 1


def test_the_frame_shows_no_development_tools_in_production(
    signed_in_client: FlaskClient, database: Database, make_settings: MakeSettings
) -> None:
    assert "Dev tools" in signed_in_client.get("/dashboard").get_data(as_text=True)
    dsn = database.engine.url.render_as_string(hide_password=False)
    made = create_app(make_settings(**PRODUCTION, MOCK_LOGIN="true", DATABASE_URL=dsn))
    client, base = made.test_client(), PRODUCTION["APP_HOST"]
    client.get("/auth/dev?email=owner@example.com&whop=biz_A", base_url=base)
    for address in ("/dashboard", "/dashboard/cases", "/dashboard/events"):
        answer = client.get(address, base_url=base)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "Dev tools" not in text and '"/dev' not in text
    made.extensions[EXTENSION].database.close()
