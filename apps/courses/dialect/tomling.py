"""From facts back to the TOML that says them, for whoever writes chapters by program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .expressions import Tree


def write_checks(checks: Sequence[Mapping[str, Any]]) -> str:
    """A ```checks fence's lines, of facts as `.checks` reads them."""
    return "\n".join(line for check in checks for line in _list_check(check))


def write_question(question: Mapping[str, Any]) -> str:
    """A ```predict fence's lines, of facts as `.questions` reads them."""
    answer, kind = question["answer"], question["kind"]
    fields: dict[str, object] = {"kind": kind, "ask": question["ask"]}
    fields |= {name: question[name] for name in ("metric", "unit", "steps", "values", "log") if question[name]}
    if kind != "curve":
        fields |= {"of": answer["of"]}
    if answer["of"] == "steps":
        fields["below" if answer["sign"] == "<" else "above"] = answer["bound"]
    fields |= {name: answer[name] for name in ("near", "why") if answer[name] not in (None, "")}
    return "\n".join([*_list_fields(fields), *_list_choices(question["choices"], answer)])


def write_plot(plot: Mapping[str, Any]) -> str:
    """A ```plot fence's lines, of facts as `.plots` reads them."""
    lines = [f"{name} = {{ {_inline(_axis(plot[name]))} }}" for name in ("x", "y")]
    for slider in plot["vary"]:
        lines += ["[[vary]]", *_list_fields({name: value for name, value in slider.items() if name != "digits"})]
    for mark in plot["marks"]:
        lines += [f"[[{mark['kind']}]]", *_list_mark(mark)]
    if plot["rows"]:
        lines += ["[data]", *_list_fields({name: [row[name] for row in plot["rows"]] for name in plot["rows"][0]})]
    for reading in plot["readings"]:
        fields = {"says": reading["says"], "value": write_tree(reading["value"]), "digits": reading["digits"]}
        lines += ["[[reading]]", *_list_fields(fields)]
    return "\n".join(lines)


def write_tree(tree: Tree) -> str:
    """An expression that reads as this tree."""
    if not isinstance(tree, list):
        return tree if isinstance(tree, str) else repr(tree)
    name, *arguments = (write_tree(part) for part in tree)
    return f"({arguments[0]} {name} {arguments[1]})" if name in "+-*/^" else f"{name}({', '.join(arguments)})"


def _list_check(check: Mapping[str, Any]) -> Iterator[str]:
    yield "[[check]]"
    yield from _list_fields({name: check[name] for name in ("name", "call", "relation", "within", "hint")})
    for tensor in check["inputs"]:
        yield f"inputs.{tensor['name']} = {_rows(tensor)}"
    yield f"expect = {_rows(check['expect'])}"


def _list_choices(choices: Sequence[str], answer: Mapping[str, Any]) -> Iterator[str]:
    for at, says in enumerate(choices):
        fields: dict[str, object] = {"says": says}
        if answer["right"] == at:
            fields["right"] = True
        if answer["ranges"]:
            bounds = zip(("from", "below"), answer["ranges"][at], strict=True)
            fields |= {name: bound for name, bound in bounds if bound is not None}
        yield from ["[[choice]]", *_list_fields(fields)]


def _list_mark(mark: Mapping[str, Any]) -> Iterator[str]:
    for name in ("start", "next"):
        if name in mark:
            yield f"{name} = {{ {_inline({key: write_tree(tree) for key, tree in mark[name].items()})} }}"
    yield from _list_fields({name: mark[name] for name in ("steps",) if name in mark})
    yield from _list_fields({name: write_tree(mark[name]) for name in ("x", "y", "to") if name in mark})


def _axis(axis: Mapping[str, Any]) -> dict[str, object]:
    return {"says": axis["says"], "from": axis["least"], "to": axis["most"]}


def _list_fields(fields: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]


def _inline(fields: Mapping[str, object]) -> str:
    return ", ".join(_list_fields(fields))


def _rows(tensor: Mapping[str, Any]) -> str:
    """Its numbers, nested as its shape says."""
    values: list[object] = list(tensor["values"])
    for size in reversed(tensor["shape"][1:]):
        values = [values[at : at + size] for at in range(0, len(values), size)]
    return json.dumps(values if tensor["shape"] else values[0])
