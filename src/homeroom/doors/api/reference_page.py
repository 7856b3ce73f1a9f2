"""The reference of the management API, made from its OpenAPI document: a plain page for `/docs`, and Markdown for the documentation.

No script and nothing from elsewhere: what frameworks ship for this loads itself from a foreign server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from homeroom.doors.api import problems

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c222b;background:#fff}
h1{font-size:1.6rem}h2{margin-top:2.5rem;border-bottom:1px solid #d5dae1}h3{margin-bottom:.2rem;font-size:1rem}
code{font:13px/1.4 ui-monospace,monospace}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}
th{font-weight:600}.method{font-weight:700}.asks{color:#495162}nav a{margin-right:1rem}
@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#12161c}h2{border-color:#333c48}a{color:#8bd0f8}.asks{color:#bac2ce}}
"""
Operation = Mapping[str, Any]


def page(document: Mapping[str, Any]) -> str:
    """The page for `/docs`."""
    return "".join(_page(document))


def markdown(document: Mapping[str, Any]) -> str:
    """The same for the documentation."""
    return "\n".join(_markdown(document)) + "\n"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Method, address and operation, in the document's order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _grouped(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Operation]]]:
    groups: dict[str, list[tuple[str, str, Operation]]] = {}
    for found in operations(document):
        groups.setdefault(found[2]["tags"][0], []).append(found)
    return groups


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f'<title>{escape(info["title"])}</title><link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>{escape(info["title"])}</h1>'
    yield from (f"<p>{_code(paragraph)}</p>" for paragraph in info["description"].split("\n\n"))
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p><nav aria-label="Groups">'
    groups = _grouped(document)
    yield from (f'<a href="#{_anchor(tag)}">{escape(tag)}</a> ' for tag in groups)
    yield "</nav>"
    for tag, found in groups.items():
        yield f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>'
        for method, path, operation in found:
            yield from _operation(document, method, path, operation)
    yield "<h2>Problems</h2><table><tr><th>code</th><th>status</th><th>meaning</th></tr>"
    for code, (status, meaning) in problems.KINDS.items():
        yield f'<tr id="problem-{escape(code)}"><td><code>{escape(code)}</code></td><td>{status}</td><td>{_code(meaning)}</td></tr>'
    yield "</table></main></body></html>"


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Operation) -> Iterator[str]:
    yield f'<h3 id="{escape(operation["operationId"])}"><code><span class="method">{method}</span> {escape(path)}</code></h3>'
    yield from (f"<p>{_code(paragraph)}</p>" for paragraph in operation["description"].split("\n\n"))
    yield f'<p class="asks">Asks for {escape(operation["x-homeroom-asks"])}.</p>'
    rows = list(inputs(document, operation))
    if rows:
        yield "<table><tr><th>name</th><th>where</th><th>type</th><th>meaning</th></tr>"
        for row in rows:
            yield "<tr>" + "".join(f"<td>{_code(cell)}</td>" for cell in row) + "</tr>"
        yield "</table>"


def _markdown(document: Mapping[str, Any]) -> Iterator[str]:
    yield "# Management API"
    yield ""
    yield "<!-- Made by `make docs` from the OpenAPI document. Do not edit by hand. -->"
    yield ""
    yield document["info"]["description"]
    yield ""
    yield "A running server has the same as a page under `/docs` and for programs under `/openapi.json`. How to begin: [Use the management API](../howto/use-the-management-api.md)."
    for tag, found in _grouped(document).items():
        yield f"\n## {tag}\n"
        for method, path, operation in found:
            yield f"### `{method} {path}`\n"
            yield operation["description"].rstrip()
            yield f"\nAsks for {operation['x-homeroom-asks']}.\n"
            rows = list(inputs(document, operation))
            if rows:
                yield "| name | where | type | meaning |\n| --- | --- | --- | --- |"
                yield from ("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows)
                yield ""
    yield "\n## Problems\n\n| code | status | meaning |\n| --- | --- | --- |"
    yield from (f"| `{code}` | {status} | {meaning} |" for code, (status, meaning) in problems.KINDS.items())


def inputs(document: Mapping[str, Any], operation: Operation) -> Iterator[tuple[str, str, str, str]]:
    """Name, place, type and meaning of everything that an operation takes."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        yield (
            f"`{parameter['name']}`",
            parameter["in"],
            kind(document, schema),
            parameter.get("description") or schema.get("description", ""),
        )
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(document, content["schema"])
        needed = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            told = _resolved(document, member)
            star = ", required" if name in needed else ""
            where = "body" if media == "application/json" else "form"
            yield f"`{name}`", where + star, kind(document, member), member.get("description") or told.get("description", "")


def kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The type of a value, in a word or two."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind(document, each) for each in schema["anyOf"]))
    schema = _resolved(document, schema)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    match schema.get("type"):
        case "array":
            return f"list of {kind(document, schema['items'])}"
        case "string" if schema.get("format") == "binary":
            return "file"
        case "string" if schema.get("format"):
            return str(schema["format"])
        case "string":
            return "text"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "true or false"
        case "null":
            return "null"
    return "object"


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _anchor(tag: str) -> str:
    return tag.lower().replace(" ", "-")


def _code(text: str) -> str:
    """Text with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
