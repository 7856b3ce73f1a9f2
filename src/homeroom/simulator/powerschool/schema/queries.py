"""PowerQueries called: rows by page or all at once, counts, arguments, and the fields that they touch."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from homeroom.simulator.powerschool import wire
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble, tree
from homeroom.simulator.powerschool.paging import page_of, placed, size_of
from homeroom.simulator.powerschool.schema import picking
from homeroom.simulator.powerschool.schema.named import Argument, Named
from homeroom.simulator.powerschool.schema.picking import Row
from homeroom.simulator.powerschool.tables import TABLES
from homeroom.simulator.powerschool.v1.resource import refuse_count
from homeroom.simulator.powerschool.world import World

PAGE_SIZE = 100
KEPT_ROWS, KEPT_RESULTS = 60_000, 3
"""A result of no more rows is kept until a row of the district changes, so that its pages need not be made anew."""
PIECE = 500
"""Records that are written at once when all are asked for."""


def query_of(world: World, call: Call) -> Named:
    """The query that a path names. Raises Trouble 404, and 403 that names every field which was not granted."""
    name = call.parts["name"]
    query = world.queries.get(name)
    if query is None:
        raise Trouble(404, f"Query {name} not found")
    lacking = [f"{table}.{field}" for table, field in query.fields if not world.plugin.may(table, field)]
    if lacking:
        errors = [{"resource": name, "field": field, "code": "No access to the field"} for field in lacking]
        raise Trouble(403, "Validation Failed", errors=errors)
    return query


def _body(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise Trouble(400, "The request body must be a JSON object")
    return body


def _bound(query: Named, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The query in SQLite's words with its arguments; a list becomes as many holes. Raises Trouble 400."""
    from homeroom.simulator.powerschool.schema import oracle  # the reader of SQL takes an eighth of a second to load

    try:
        sql = oracle.sqlite(query.sql)
    except oracle.NotOracle as wrong:
        raise Trouble(400, f"Query {query.name} is not valid: {wrong}") from None
    values: dict[str, Any] = {}
    for argument in query.arguments:
        given = _given(argument, body)
        if not argument.many:
            values[argument.name] = given[0] if given else None
            continue
        holes = ", ".join(f":{argument.name}_{n}" for n in range(len(given))) or "NULL"
        sql = re.sub(rf"IN \(:{argument.name}\)", f"IN ({holes})", sql)
        sql = re.sub(rf":{argument.name}\b", "1" if given else "NULL", sql)
        values |= {f"{argument.name}_{n}": value for n, value in enumerate(given)}
    return sql, values


def _given(argument: Argument, body: Mapping[str, Any]) -> list[Any]:
    """The values of an argument; text that is a number counts as one, and a list may come as text with commas."""
    value = body.get(argument.name, argument.default)
    if value is None or value == "" or value == []:
        if argument.required:
            raise Trouble(400, f"Missing required argument: {argument.name}")
        return []
    if not argument.many and isinstance(value, list | dict):
        raise Trouble(400, f"Invalid value for argument: {argument.name}")
    many = value if isinstance(value, list) else str(value).split(",") if argument.many else [value]
    return [int(v) if isinstance(v, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", v) else v for v in many]


def _rows(world: World, query: Named, body: Mapping[str, Any]) -> Iterable[Row]:
    """The rows as the SQL gives them: a list where it is short enough to be kept, else one by one."""
    sql, values = _bound(query, body)
    mark = (sql, repr(sorted(values.items())), world.ledger.version, world.today)
    if mark in world.kept:
        return world.kept[mark]
    try:
        cursor = world.tables.cursor()
        cursor.row_factory = None
        cursor.execute(sql, values)
        first: list[Row] = list(islice(cursor, KEPT_ROWS + 1))
    except sqlite3.Error as wrong:
        raise Trouble(400, f"Query {query.name} failed: {wrong}") from None
    if len(first) > KEPT_ROWS:
        return chain(first, cursor)
    while len(world.kept) >= KEPT_RESULTS:
        world.kept.pop(next(iter(world.kept)))
    world.kept[mark] = first
    return first


def _picked(world: World, query: Named, call: Call, body: Mapping[str, Any]) -> tuple[Iterable[Row], str | None]:
    """The rows that the body and the parameters leave, and the data version to answer where one was named."""
    rows = _rows(world, query, body)
    low = {name.lower(): value for name, value in body.items()}
    version: str | None = None
    if "$dataversion" in low:
        since = _since(world, low)
        version = str(world.ledger.version)
        rows = picking.changed(query, since, rows) if int(low["$dataversion"]) > 0 else rows
    if "$q" in low:
        rows = picking.filtered(query, str(low["$q"]), rows)
    if order := call.query.get("order"):
        rows = picking.ordered(query, order, rows)
    return rows, version


def _since(world: World, body: Mapping[str, Any]) -> dict[str, set[int]]:
    name, version = str(body.get("$dataversion_applicationname", "")), str(body["$dataversion"])
    found = world.ledger.since(name, int(version)) if version.isdecimal() else None
    if found is None:
        raise Trouble(400, f"Invalid data version or application name: {version}, {name}")
    return found


def _call(world: World, call: Call) -> Answer:
    query, body = query_of(world, call), _body(call)
    rows, version = _picked(world, query, call, body)
    columns = picking.projected(query, str(body["projection"])) if body.get("projection") else range(len(query.columns))
    head: dict[str, Any] = {"name": query.core} if query.core else {}
    if call.query.get("count", "").lower() == "true" and not world.faults.has("nocount"):
        rows = rows if isinstance(rows, list) else list(rows)
        head["count"] = len(rows)
    if version is not None:
        head["$dataversion"] = version
    size = size_of(call, PAGE_SIZE)
    if size == 0:
        return Answer(_streamed(world, query, head, rows, columns), form="stream")
    window = placed(page_of(call), size, world.faults)
    told = _teller(world, query, columns)
    found = [told(row) for row in islice(rows, max(window.offset, 0), window.offset + window.limit)]
    if not found:
        return Answer(_empty(world, head))
    return Answer(head | {"record": found, "@extensions": _extensions(query)})


def _extensions(query: Named) -> str:
    return TABLES[query.core.lower()].extensions if query.core else ""


def _empty(world: World, head: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without rows has no record key, unless the switch says that it has an empty one."""
    none: dict[str, Any] = {"record": []} if world.switches.empty_record == "list" else {}
    return {k: v for k, v in head.items() if k != "name"} | none | {"@extensions": ""}


def _streamed(
    world: World, query: Named, head: Mapping[str, Any], rows: Iterable[Row], columns: Sequence[int]
) -> Iterator[bytes]:
    """All records, some hundred at a time; the same document as a page has."""
    source, told = iter(rows), _teller(world, query, columns)
    started = False
    while some := [told(row) for row in islice(source, PIECE)]:
        text = wire.as_json(some)[1:-1]
        yield (b"," if started else wire.as_json(head)[:-1] + (b"," if head else b"") + b'"record":[') + text
        started = True
    yield b'],"@extensions":' + wire.as_json(_extensions(query)) + b"}" if started else wire.as_json(_empty(world, head))


def _teller(world: World, query: Named, columns: Sequence[int]) -> Callable[[Row], dict[str, Any]]:
    """How a row of this query becomes a record: flat, or a group for each table; a blank column is left out."""
    as_value: Callable[[Any], Any] = str if world.switches.values == "text" else lambda value: value
    places = [(n, *query.place(query.columns[n][1])) for n in columns]
    groups = dict.fromkeys(table for _, table, _ in places)

    def flat(row: Row) -> dict[str, Any]:
        key = _key(query, row)
        marks = {"_name": query.core, "_id": key} if key is not None else {}
        return marks | {name: as_value(row[n]) for n, _, name in places if row[n] is not None}

    def grouped(row: Row) -> dict[str, Any]:
        tables: dict[str, dict[str, Any]] = {table: {} for table in groups}
        for n, table, name in places:
            if row[n] is not None:
                tables[table][name] = as_value(row[n])
        return {"id": _key(query, row), "name": query.core, "tables": tables}

    return flat if query.flattened else grouped


def _key(query: Named, row: Row) -> int | None:
    """The core table's primary key where the query selects it as it is."""
    if not query.core:
        return None
    wanted = f"{query.core}.{TABLES[query.core.lower()].primary.name}".lower()
    return next((row[n] for n, (real, _) in enumerate(query.columns) if real.lower() == wanted and isinstance(row[n], int)), None)


def _count(world: World, call: Call) -> Answer:
    query, body = query_of(world, call), _body(call)
    refuse_count(world)
    rows, _ = _picked(world, query, call, body)
    return Answer({"count": len(rows) if isinstance(rows, list) else sum(1 for _ in rows)})


def _swagger(world: World, call: Call) -> Answer:
    """A small description of all queries; what a real server writes here is only partly known."""
    definitions: dict[str, Any] = {}
    for name, query in sorted(world.queries.items()):
        arguments = {a.name: {"type": "array" if a.many else "string"} for a in query.arguments}
        columns = {query.place(alias)[1]: {"type": "string"} for _, alias in query.columns}
        definitions[f"powerquery.param.{name}"] = {"type": "object", "properties": arguments}
        definitions[f"powerquery.resp.{name}"] = {"type": "object", "properties": columns}
    paths = {f"/ws/schema/query/{n}": {"post": {"responses": {"200": {"description": "rows"}}}} for n in sorted(world.queries)}
    return Answer(
        {"swagger": "2.0", "info": {"title": "PowerQueries", "version": "1"}, "paths": paths, "definitions": definitions}
    )


def _access_list(world: World, call: Call) -> Answer:
    """The fields that one query or all touch, as access requests; the shape is a guess."""
    name = call.parts.get("name")
    if name is not None and name not in world.queries:
        raise Trouble(404, f"Query {name} not found")
    queries = [world.queries[name]] if name is not None else world.queries.values()
    fields = sorted({field for query in queries for field in query.fields})
    return tree({"access_request": {"field": [{"@table": t, "@field": f, "@access": "ViewOnly"} for t, f in fields]}})


ENDPOINTS = (
    Endpoint("GET", "/ws/schema/query/api", _swagger),
    Endpoint("POST", "/ws/schema/query/{name}/count", _count),
    Endpoint("POST", "/ws/schema/query/{name}", _call),
)
ACCESS_LISTS = (
    Endpoint("GET", "/ws/powerqueryaccesslist", _access_list),
    Endpoint("GET", "/ws/powerqueryaccesslist/{name}", _access_list),
)
