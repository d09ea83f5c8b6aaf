"""Starts a real install in production mode, lets both scanners loose on it, and fails on anything they find.

    python -m tests.scan --tools .venv-scan

`--tools` names the folder with the scanners' own environments, `api` and `pages`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import httpx

from app.db import Database
from app.models import Case
from app.security.tokens import Purpose, Tokens
from tests.support.processes import ROOT
from tests.support.production import Install, installed

CASES = 24
METRICS_TOKEN = "a-token-of-the-scan-for-the-metrics"
TELEGRAM_SECRET = "a-secret-of-the-scan-for-telegram"
DOORS = {
    "METRICS_TOKEN": METRICS_TOKEN,
    "ENABLE_TELEGRAM": "true",
    "TELEGRAM_BOT_TOKEN": "1:a-token-of-a-bot-that-nobody-answers-for",
    "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
    "TELEGRAM_API_URL": "http://127.0.0.1:9",
}
"""Switched on, so that they are scanned, too."""
EXPECTED_LEVELS = ("info", "warning")
MODULES = (
    "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "methods", "permanentxss",
    "redirect", "shellshock", "spring4shell", "sql", "timesql", "upload", "xss",
)  # fmt: skip
"""Of wapiti's: all that attack a program like this one from this machine alone; docs/security.md names the rest."""
SECONDS_A_MODULE = "120"
ACCEPTED = {
    "Secure flag is not set in the cookie : sid",
    "Secure flag is not set in the cookie : lang",
}
"""The scan speaks http on loopback, where a Secure cookie would not come back; docs/security.md has the proof."""
OF_CUSTOMERS = ("/preferences/", "/connect/")
"""Their address is the secret, and no cookie is read: there is nothing that another site's form could ride on."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--tools", type=Path, required=True)
    tools = options.parse_args().tools.absolute()
    folder = Path(tempfile.mkdtemp(prefix="autocharge-scan-"))
    with installed(folder, command="up", cases=CASES, **DOORS) as install:
        good = [scan_api(install, tools / "api"), scan_pages(install, tools / "pages")]
        cries = list(_cries(install))
    print(f"Errors in the program's log: {len(cries)}", *cries[:20], sep="\n  ")
    return 0 if all(good) and not cries else 1


def scan_api(install: Install, tools: Path) -> bool:
    """schemathesis: every operation of the description, with valid and invalid data."""
    command = [str(tools / "bin/schemathesis"), "--config-file", "tests/scan/api.toml", "run"]
    command += [f"{install.address}/api/openapi.json", "--checks", "all", "--continue-on-failure"]
    told = {
        "SCAN_ADDRESS": install.address,
        "SCAN_WEBHOOK_SECRET": install.env["WHOP_WEBHOOK_SECRET"],
        "SCAN_METRICS_TOKEN": METRICS_TOKEN,
        "SCAN_TELEGRAM_SECRET": TELEGRAM_SECRET,
    }
    return (
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **told}).returncode == 0
    )


def scan_pages(install: Install, tools: Path) -> bool:
    """wapiti: every page that a signed-in merchant or a customer can reach, attacked as well as read."""
    report = install.folder / "pages.json"
    command = [str(tools / "bin/wapiti"), "-u", f"{install.address}/", "-C", f"sid={_signed_in(install)}"]
    command += ["-m", ",".join(MODULES), "--flush-session", "--store-session", str(install.folder / "wapiti")]
    command += ["--max-attack-time", SECONDS_A_MODULE, "--max-files-per-dir", "12", "-d", "4"]
    command += ["--store-config", str(install.folder / "wapiti-config"), "--no-bugreport", "-t", "20"]
    command += ["--endpoint", install.address, "--dns-endpoint", "localhost"]  # nothing leaves this machine
    for left_out in ("/logout", "/auth/logout", "/auth/dev", "/static/"):
        command += ["-x", f"{install.address}{left_out}*"]
    for path in _customers_pages(install):
        command += ["-s", f"{install.address}{path}"]
    subprocess.run([*command, "-f", "json", "-o", str(report)], check=True)
    told = json.loads(report.read_text("utf-8"))
    every = (told[kind].values() for kind in ("vulnerabilities", "anomalies"))
    found = [one for items in chain.from_iterable(every) for one in items if not _accepted(one)]
    print(f"wapiti: {told['infos']['crawled_pages_nbr']} pages, {len(found)} findings")
    for one in found:
        print(f"  level {one['level']} {one['module']} {one['method']} {one['path']}: {one['info']}")
    return told["infos"]["crawled_pages_nbr"] > 10 and not found


def _accepted(found: Mapping[str, str]) -> bool:
    if found["info"] in ACCEPTED:
        return True
    return found["info"] == "Lack of anti CSRF token" and found["path"].startswith(OF_CUSTOMERS)


def _signed_in(install: Install) -> str:
    with httpx.Client(timeout=10) as browser:
        browser.get(f"{install.address}/auth/dev")
        return browser.cookies["sid"]


def _customers_pages(install: Install) -> Iterator[str]:
    database = Database(f"sqlite:///{install.folder / 'autochargesaver.db'}")
    tokens = Tokens((install.env["SESSION_SECRET"],))
    with database.reading() as read:
        name = read.query(Case.token).order_by(Case.closed_at.is_not(None), Case.id.desc()).first()
    database.close()
    assert name is not None
    yield f"/r/{tokens.sign(Purpose.FIX, name[0])}"
    yield f"/unsubscribe/{tokens.sign(Purpose.UNSUBSCRIBE, name[0])}"


def _cries(install: Install) -> Iterator[str]:
    """Lines that no scan may bring about: errors, and whatever is not a line of ours."""
    for line in install.log.splitlines():
        level = re.search(r'"level": "(\w+)"', line)
        if level is None or level[1] not in EXPECTED_LEVELS:
            yield line[:300]


if __name__ == "__main__":
    sys.exit(main())
