"""The API's documentation as a page: what the OpenAPI document says, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One of them, ready for the template."""

    id: str
    method: str
    path: str
    summary: str
    words: list[str]
    inputs: list[Field]
    outputs: list[Field]
    statuses: list[str]


def list_operations(schema: dict[str, Any]) -> list[Operation]:
    return [
        _read_operation(schema, path, method, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]


def _read_operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    parameters = [Field(each["name"], _name_kind(schema, each["schema"]), each.get("description", ""))
                  for each in operation["parameters"] if each["in"] != "path"]  # fmt: skip
    good = [each for status, each in sorted(operation["responses"].items()) if int(status) < 300]
    answer = good[0].get("content", {}).get("application/json", {}).get("schema", {}) if good else {}
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=operation.get("description", "").split("\n\n"),
        inputs=[*parameters, *_list_fields(schema, body)],
        outputs=_list_fields(schema, answer),
        statuses=[str(status) for status in sorted(operation["responses"])],
    )


def _list_fields(schema: dict[str, Any], shape: dict[str, Any]) -> list[Field]:
    found = _resolve(schema, shape)
    return [
        Field(name, _name_kind(schema, each), each.get("description", ""))
        for name, each in found.get("properties", {}).items()
    ]


def _resolve(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    name = shape.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"][name] if name else shape
    return found


def _name_kind(schema: dict[str, Any], shape: dict[str, Any]) -> str:
    """`string or null`, `cpu or gpu`, `list of RunSummary`."""
    found = _resolve(schema, shape)
    if "enum" in found:
        return " or ".join(found["enum"])
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(_name_kind(schema, each) for each in shape["anyOf"]))
    if shape.get("type") == "array":
        return f"list of {_name_kind(schema, shape['items'])}"
    return str(shape.get("format") or shape.get("type", "anything"))
