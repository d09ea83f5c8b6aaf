"""The description of the API as a page for people, made from `openapi.json` alone: no script, nothing from elsewhere."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.ops.openapi import FILE
from app.security.access import API_RATE, Who, access
from app.services import services

METHODS = ("get", "post")
USUAL = {
    "400": "Refused",
    "401": "NotSignedIn",
    "403": "NoRight",
    "429": "TooMany",
    "500": "Failed",
    "503": "Unavailable",
}
_INDENTED = re.compile(r"\n\s+(?=<)")
"""Between elements; within an example no line begins with one."""
_PARTS = re.compile(r"(\*\*[^*]+\*\*|`[^`]+`)")

blueprint = Blueprint("api_docs", __name__)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a part of a body or an answer. `depth` is how deep it lies."""

    name: str
    kind: str
    text: str
    needed: bool
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    text: str
    scope: str | None
    """None: no token is taken, or none is needed."""
    signed_in: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    shape: str | None
    """The name of what it answers; where an operation before answers the same, that one tells its fields."""
    example: str | None
    """A whole answer, as JSON."""
    sent: str | None
    """An example of the body."""
    statuses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


@blueprint.get("/api/docs")
@access(who=Who.ANYONE, csrf=False, rate=API_RATE)
def show() -> ResponseReturnValue:
    description = _description()
    page = render_template(
        "api_docs.html",
        info=description["info"],
        paragraphs=description["info"]["description"].split("\n\n"),
        groups=groups(),
        first_of=first_of(),
        usual=usual_statuses(),
        base=services().settings.app_host,
        parts=parts,
    )
    return _INDENTED.sub("\n", page)


@cache
def _description() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


@cache
def groups() -> tuple[Group, ...]:
    """In the order of the tags; what programs receive stands with its tag."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in _description()["tags"]}
    for room in ("paths", "webhooks"):
        for path, item in _description()[room].items():
            for method in METHODS:
                if method in item:
                    shown = "" if room == "webhooks" else path
                    found[item[method]["tags"][0]].append(_operation(method, shown, item[method]))
    return tuple(Group(name, tuple(operations)) for name, operations in found.items() if operations)


@cache
def first_of() -> Mapping[str, Operation]:
    """By the name of what is answered, the operation on the page that tells its fields."""
    found: dict[str, Operation] = {}
    for group in groups():
        for one in group.operations:
            if one.shape is not None:
                found.setdefault(one.shape, one)
    return found


@cache
def usual_statuses() -> Mapping[str, str]:
    """What nearly every operation may answer, told once for all."""
    common: Mapping[str, Any] = _description()["components"]["responses"]
    return {code: common[name]["description"] for code, name in USUAL.items()}


def parts(text: str) -> Iterator[tuple[str, str]]:
    """What of a text is plain, `code` or **strong**: (kind, text)."""
    for part in _PARTS.split(text):
        if part.startswith("**"):
            yield "strong", part.strip("*")
        elif part.startswith("`"):
            yield "code", part.strip("`")
        elif part:
            yield "plain", part


def _operation(method: str, path: str, given: Mapping[str, Any]) -> Operation:
    body = given.get("requestBody", {}).get("content", {}).get("application/json", {})
    good = next((_resolved(one) for code, one in given["responses"].items() if code.startswith("2")), {})
    answer = good.get("content", {}).get("application/json", {})
    ways = {name: scopes for way in given.get("security", ()) for name, scopes in way.items()}
    examples = list(answer.get("examples", {}).values())
    return Operation(
        anchor=given["operationId"],
        method=method.upper(),
        path=path,
        summary=given["summary"],
        text=given.get("description", ""),
        scope=next(iter(ways.get("token", ())), None),
        signed_in="session" in ways,
        parameters=tuple(_parameter(_resolved(one)) for one in given.get("parameters", ())),
        body=tuple(_fields(body.get("schema", {}))),
        answer=tuple(_fields(answer.get("schema", {}))),
        shape=answer.get("schema", {}).get("$ref"),
        example=_written(examples[0]["value"]) if examples else None,
        sent=_written(body["example"], indent=None) if "example" in body else None,
        statuses=tuple((code, _resolved(one)["description"]) for code, one in given["responses"].items()),
    )


def _parameter(given: Mapping[str, Any]) -> Field:
    kind = f"{given['in']}, {_kind(given['schema'])}"
    return Field(given["name"], kind, given.get("description", ""), bool(given.get("required")))


def _fields(schema: Mapping[str, Any], depth: int = 0) -> Iterator[Field]:
    """The parts of an object, each before its own; no deeper than three, where examples say more."""
    found = _resolved(schema)
    if found.get("type") == "array":
        found = _resolved(found["items"])
    needed = found.get("required", ())
    for name, part in found.get("properties", {}).items():
        whole = {**_resolved(part), **{key: value for key, value in part.items() if key != "$ref"}}
        yield Field(name, _kind(whole), whole.get("description", ""), name in needed, depth)
        if depth < 2:
            yield from _fields(whole, depth + 1)


def _kind(schema: Mapping[str, Any]) -> str:
    found = _resolved(schema)
    if "enum" in found:
        return " | ".join("null" if one is None else str(one) or "“”" for one in found["enum"])
    if "oneOf" in found:
        return " or ".join(_kind(one) for one in found["oneOf"])
    kind = found.get("type", "any")
    if kind == "array":
        return f"list of {_kind(found['items'])}"
    named = found.get("format", kind)
    return " or ".join(named) if isinstance(named, list) else str(named)


def _resolved(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component behind a reference."""
    if "$ref" not in item:
        return item
    _, _, kind, name = item["$ref"].split("/")
    found: Mapping[str, Any] = _description()["components"][kind][name]
    return found


def _written(value: object, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
