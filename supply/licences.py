"""Writes docs/licences.md: what each package of a production install declares as its licence.

`python -m supply.licences` after `make lock`. A licence that nobody has looked at stops it, with the package's name.
"""

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement

from supply.vendored import ROOT, SHIPPED, listed

PAGE = ROOT / "docs/licences.md"
LOCK = ROOT / "requirements.lock"
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 AND MIT",
    "Apache-2.0 OR BSD-2-Clause",
    "Apache-2.0 OR BSD-3-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL with exceptions",  # psycopg2: used as a library, unchanged
    "LGPL-3.0-only",  # python-telegram-bot: the same
    "MIT",
    "MIT OR Apache-2.0",
    "MIT-0",
    "MPL-2.0",  # certifi: a file of certificates, unchanged
    "PSF-2.0",
}
SPDX = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",  # so do the texts say that these packages carry
    "MIT License": "MIT",
}
ELSEWHERE = {"async-timeout": "Apache-2.0", "audioop-lts": "PSF-2.0", "tzdata": "Apache-2.0"}
"""What other platforms and Pythons install, as their files declare it."""
HEAD = """# Licences

What a production install is made of besides this program (MIT), as each package declares it, in the names of
[SPDX](https://spdx.org/licenses). Written by `python -m supply.licences`; `tests/house/test_supply.py` keeps it true and lets no
licence in that nobody has looked at.
All allow use, change and sale. Those of the LGPL and the MPL bind changes of these packages themselves: they are installed
as they are, and whoever has the program can put others in their place.
"""


def declared(name: str) -> str:
    """By https://packaging.python.org/specifications/core-metadata: the expression, else the field, else the classifier."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE.get(name, "not installed")
    field = about.get("License", "")
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    said = about.get("License-Expression") or (field if field and "\n" not in field else "")
    found = said or " AND ".join(classified) or "none"
    return SPDX.get(found, found)


def of_packages(lock: Path = LOCK) -> dict[str, str]:
    """By the names that the lock gives."""
    names = [
        Requirement(line.rstrip("\\")).name
        for line in lock.read_text("utf-8").splitlines()
        if line[:1].isalnum()
    ]
    return {name: declared(name) for name in names if name != "setuptools"}  # builds it and is not in it


def unknown(licences: Mapping[str, str]) -> list[str]:
    return [f"{name}: {licence}" for name, licence in licences.items() if licence not in ALLOWED]


def page() -> str:
    packages = of_packages()
    files = {one.package: one.licence for one in listed(SHIPPED)}
    return HEAD + _table("Python packages", packages) + _table("Files of the pages", files)


def _table(title: str, licences: Mapping[str, str]) -> str:
    rows = "".join(f"| `{name}` | {licence} |\n" for name, licence in licences.items())
    return f"\n## {title}\n\n| package | licence |\n|---|---|\n{rows}"


if __name__ == "__main__":
    if strange := unknown(of_packages()):
        sys.exit("Look at these licences before they are allowed:\n" + "\n".join(strange))
    PAGE.write_text(page(), "utf-8")
