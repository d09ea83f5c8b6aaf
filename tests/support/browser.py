"""A real Chromium, and a list of whatever a page complained about."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A page of a made-up public site may frame a server on this machine.
    "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessChecks",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where no Chromium is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def complaints(page: Page) -> list[str]:
    """Filled as they come: console errors, uncaught exceptions, and what the security policy refused."""
    heard: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            heard.append(f"{message.type}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(f"exception: {error}"))
    return heard
