"""What no template of ours may have; each rule reads a template as the browser would and yields what is wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

LOADS = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
    "object": "data",
    "embed": "src",
}
"""Which attribute of an element makes the browser fetch something by itself."""
ELSEWHERE = re.compile(r"\s*(https?:)?//|\s*(javascript|data):", re.IGNORECASE)
RAW = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list["Element"] = field(default_factory=list)

    def __str__(self) -> str:
        return f"<{self.tag} {' '.join(f'{name}={value}' for name, value in self.attributes.items())}>"


class Page(HTMLParser):
    """Every element of a template. What Jinja does is cut out; what it prints stands as its own text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[Element] = []
        self._open: list[Element] = []
        without_blocks = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.DOTALL)
        self.feed(re.sub(r"\{\{(.*?)\}\}", _printed, without_blocks, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        for around in self._open:
            around.inside.append(element)
        if tag in ("form", "script", "style"):
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for around in self._open:
            around.text += data.strip()


def _printed(found: re.Match[str]) -> str:
    return "{" + re.sub(r"""["'<>]""", "", found[1].strip()) + "}"


def prints_raw(page: Page) -> Iterator[str]:
    return (found[0] for found in RAW.finditer(page.source))


def has_code_inside(page: Page) -> Iterator[str]:
    """Inline scripts, handlers and styles: the browser refuses them by our policy, so they would not work."""
    for element in page.elements:
        inline = element.tag == "style" or (element.tag == "script" and "src" not in element.attributes)
        handlers = [one for one in element.attributes if one.startswith(("on", "hx-on")) or one == "style"]
        scripts = [
            one
            for one, value in element.attributes.items()
            if value.lower().lstrip().startswith(("javascript:", "js:"))
        ]
        if inline or handlers or scripts:
            yield str(element)


def posts_without_token(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.tag == "form" and element.attributes.get("method", "").lower() == "post":
            names = [one.attributes.get("name") for one in element.inside]
            if "csrf_token" not in names:
                yield str(element)


def opens_with_a_way_back(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.attributes.get("target") == "_blank" and "noopener" not in element.attributes.get(
            "rel", ""
        ):
            yield str(element)


def fetches_elsewhere(page: Page) -> Iterator[str]:
    for element in page.elements:
        if ELSEWHERE.match(element.attributes.get(LOADS.get(element.tag, ""), "")):
            yield str(element)


def changes_the_ground(page: Page) -> Iterator[str]:
    """A base address or a refresh by the page itself would lead every link and form astray."""
    for element in page.elements:
        refresh = element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh"
        if element.tag == "base" or refresh:
            yield str(element)


def frames_freely(page: Page) -> Iterator[str]:
    return (
        str(element)
        for element in page.elements
        if element.tag == "iframe" and "sandbox" not in element.attributes
    )
