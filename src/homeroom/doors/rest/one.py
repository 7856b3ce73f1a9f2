"""One record as an application reads it: the same bytes that the provider would answer, for people who look at it elsewhere."""

from __future__ import annotations

from urllib.parse import quote

from homeroom.doors.rest.answering import Request, answer, plan
from homeroom.doors.rest.endpoints import Endpoint, Matched, endpoints
from homeroom.doors.rest.members import ROOTS
from homeroom.doors.rest.problems import NotThere
from homeroom.roster.catalogue import catalogue
from homeroom.roster.selection import ALL
from homeroom.store.shelf import Shelf
from homeroom.store.stores import Stores

VERSIONS = ("1.1", "1.2")


def as_read(stores: Stores, slug: str, table: str, sourced_id: str, version: str, address: str) -> str | None:
    """The JSON text of a record in a version of OneRoster; None where no application is served such records, or there is none.

    `address` is the outside address of the installation, for the hrefs.
    """
    endpoint = _endpoint(table, version)
    if endpoint is None:
        return None
    here = f"{address}/d/{slug}"
    path = endpoint.template.format(quote(sourced_id, safe=""))
    root = ROOTS[version][catalogue()[table].service]
    request = Request(version, Matched(endpoint, (sourced_id,)), b"", here, f"{here}{root}{path}")
    shelf = Shelf(stores.roster(slug).place)
    try:
        with shelf.look() as look:
            return answer(request, plan(request), look).body.decode()
    except NotThere:
        return None
    finally:
        shelf.close()


def _endpoint(table: str, version: str) -> Endpoint | None:
    """The path of single records of a table that is narrowed to none of its kinds."""
    singles = (e for e in endpoints() if e.single and e.table == table and version in e.versions)
    return next((e for e in singles if e.where(("",)) == ALL), None)
