"""Reads variables from the process and from `.env`, and makes up what development needs and nobody has set."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

ALIASES: Mapping[str, tuple[str, ...]] = {
    "APP_ENV": ("APP_ENV", "NODE_ENV"),
    "SMTP_HOST": ("EMAIL_HOST", "SMTP_HOST"),
    "SMTP_PORT": ("EMAIL_PORT", "SMTP_PORT"),
    "SMTP_USER": ("EMAIL_USER", "SMTP_USER"),
    "SMTP_PASS": ("EMAIL_PASS", "SMTP_PASS"),
    "SMTP_FROM": ("EMAIL_FROM", "SMTP_FROM"),
    "SMTP_SECURITY": ("EMAIL_SECURITY", "SMTP_SECURITY"),
}
"""Other names of a variable, the winner first."""


def everything(environ: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    """All variables, environment over file; an empty string counts as unset."""
    environ = os.environ if environ is None else environ
    merged: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        merged |= {name: value for name, value in dotenv_values(env_file).items() if value and value.strip()}
    merged |= {name: value for name, value in environ.items() if value.strip()}
    return {name: value.strip() for name, value in merged.items()}


def given(known: Iterable[str], variables: Mapping[str, str]) -> dict[str, str]:
    """Of these variables the known ones, aliases resolved."""
    wanted = set(known)
    found = {name: value for name, value in variables.items() if name in wanted}
    for name, names in ALIASES.items():
        for alias in names:
            if variables.get(alias):
                found[name] = variables[alias]
                break
    return found


def add_development_secrets(found: dict[str, str]) -> None:
    """Made up once and kept in the instance folder, so that web, worker and old links agree."""
    folder = Path(found["INSTANCE_DIR"])
    if "SESSION_SECRET" not in found:
        found["SESSION_SECRET"] = _kept_secret(folder / "session-secret", "")
    if "WHOP_WEBHOOK_SECRET" not in found:
        found["WHOP_WEBHOOK_SECRET"] = _kept_secret(folder / "webhook-secret", "ws_")


def _kept_secret(path: Path, prefix: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(prefix + secrets.token_hex(32), encoding="ascii")
    fresh.chmod(0o600)
    try:
        os.link(fresh, path)  # fails where another process was first: then theirs counts
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
