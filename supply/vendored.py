"""The tables of vendored files: package, version, file, licence and SHA-256. They are the one list of them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "app/static/vendor", ROOT / "tests/browser/vendor")
SHIPPED = FOLDERS[0]


@dataclass(frozen=True, slots=True)
class Vendored:
    package: str
    """Of the npm registry."""
    version: str
    file: Path | None
    """None: only parts of its files, as drawn into a template."""
    licence: str
    sha256: str
    """Of the file, else of the licence's text."""

    @property
    def purl(self) -> str:
        """https://github.com/package-url/purl-spec, type npm."""
        return f"pkg:npm/{self.package.replace('@', '%40')}@{self.version}"


def listed(folder: Path) -> list[Vendored]:
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    return [
        Vendored(
            package,
            version,
            folder / file if (folder / file).is_file() else None,
            licence.split(",")[0],
            sha256,
        )
        for package, version, file, licence, sha256 in rows[2:]
    ]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
