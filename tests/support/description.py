"""Holds real answers against `openapi.json`: status, headers and every field of the body."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_schema_validator import OAS31Validator, oas31_format_checker
from werkzeug.test import TestResponse

from app.ops.openapi import FILE

DESCRIPTION: Mapping[str, Any] = json.loads(FILE.read_text("utf-8"))
METHODS = ("get", "put", "post", "delete", "patch", "options", "head", "trace")


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and operation."""
    for path, item in DESCRIPTION["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def faults(answer: TestResponse, path: str, method: str = "get") -> list[str]:
    """What of this answer is not as the description has it."""
    responses = DESCRIPTION["paths"][path][method]["responses"]
    if str(answer.status_code) not in responses:
        return [f"status {answer.status_code} is not described"]
    described = resolved(responses[str(answer.status_code)])
    found = [f"no header {name}" for name in described["headers"] if name not in answer.headers]
    content = described["content"].get(answer.mimetype)
    if content is None:
        return [*found, f"content type {answer.mimetype} is not described"]
    return [*found, *misfits(answer.get_json(), content["schema"])]


def misfits(value: Any, schema: Mapping[str, Any]) -> list[str]:
    # The components stand beside the schema, where its references look for them.
    whole = {**schema, "components": DESCRIPTION["components"]}
    validator = OAS31Validator(whole, format_checker=oas31_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def resolved(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component behind a reference."""
    if "$ref" not in item:
        return item
    _, _, kind, name = item["$ref"].split("/")
    found = DESCRIPTION["components"][kind][name]
    assert isinstance(found, Mapping)
    return found
