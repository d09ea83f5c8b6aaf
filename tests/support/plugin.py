"""Another package's channel, and its metadata where Python finds it."""

from pathlib import Path

from notifiers import GROUP

GOOD = """
from notifiers.base import Capabilities, Check, Notifier, Rendering, Sent
from pydantic import BaseModel

class Loft(BaseModel):
    seed: str = "wheat"

class Pigeon(Notifier):
    name = "pigeon"
    settings_model = Loft
    variables = "PIGEON_"
    capabilities = Capabilities(markup="plain", max_length=40, needs_linking=False)
    def send(self, message, recipient): return Sent()
    def render(self, message): return Rendering("", "")
    def check(self): return Check(True, "Fed.")
"""


class Installer:
    """Puts a package with one entry point where Python finds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, module: str, source: str, *, name: str = "pigeon") -> None:
        self._folder.joinpath(f"{module}.py").write_text(source)
        metadata = self._folder / f"{module}-1.0.dist-info"
        metadata.mkdir()
        metadata.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        metadata.joinpath("entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:Pigeon\n")
