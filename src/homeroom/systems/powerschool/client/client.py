"""The client: everything that an integration asks of a PowerSchool server, as plain Python.

Lists are read lazily and come out record by record; `gone`, `page_reached` and `start` of a `Listing` serve whoever keeps books.
A client may be used by several threads; calls of one client keep their distance, since a server counts them per plug-in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import httpx2

from homeroom.systems.powerschool.client.calling import Caller
from homeroom.systems.powerschool.client.errors import BrokenAnswer, NotFound, PowerSchoolError, Rejected
from homeroom.systems.powerschool.client.listing import Listing
from homeroom.systems.powerschool.client.patience import Pace, Patience
from homeroom.systems.powerschool.client.resources import DEFAULT_PAGE, RESOURCES, TABLE_LIMIT
from homeroom.systems.powerschool.client.shapes import Record, as_list, at, text
from homeroom.systems.powerschool.client.streaming import records, row, whole

EVERY_STATUS = "school_enrollment.enroll_status_code=gt=-2147483648"
"""A filter that lets every enrolment status pass, where a list without filter shows active students only."""


class PowerSchool:
    """One PowerSchool server, seen through one plug-in's credentials."""

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        *,
        patience: Patience | None = None,
        pace: Pace | None = None,
        folder: Path | None = None,
        again: Callable[[PowerSchoolError], None] = lambda trouble: None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """`url` is the server's address without a path; long answers are kept in `folder` while they are read, and `again` hears of
        every call that is tried once more, and why. Nothing is sent yet.

        Raises Rejected for an address that is none.
        """
        self._patience = patience or Patience()
        self._folder = folder
        self.caller = Caller(url, client_id, client_secret, patience=self._patience, pace=pace, again=again, transport=transport)

    def __enter__(self) -> PowerSchool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self.caller.close()

    # -- the server itself

    @cached_property
    def metadata(self) -> Record:
        """Version, time zone and page limits of the server (`/ws/v1/metadata`); asked once."""
        return self._inside(self.caller.read("GET", "/ws/v1/metadata"), "metadata", "/ws/v1/metadata")

    def page_size(self, limit: str) -> int:
        """The most records that the server gives in one page of a kind."""
        told = text(self.metadata.get(limit))
        return int(told) if told and told.isdigit() and int(told) else DEFAULT_PAGE

    def time(self) -> Any:
        """The server's clock, as it tells it."""
        return self.caller.read("GET", "/ws/v1/time")

    def district(self, expansions: Sequence[str] = ()) -> Record:
        """The district."""
        return self._inside(
            self.caller.read("GET", "/ws/v1/district", _query(expansions=expansions)), "district", "/ws/v1/district"
        )

    # -- /ws/v1: lists

    def schools(self, *, expansions: Sequence[str] = (), extensions: Sequence[str] = ()) -> Listing:
        """The district's schools. `id` is SCHOOLS.DCID, `school_number` what students and sections name."""
        return self._list("/ws/v1/district/school", "school", expansions=expansions, extensions=extensions)

    def students(
        self,
        *,
        school: str | None = None,
        q: str | None = None,
        expansions: Sequence[str] = (),
        extensions: Sequence[str] = (),
        start: int = 1,
    ) -> Listing:
        """Students of the district, of every status, or of one school (its `id`; there too of every status).

        `q` filters (`school_enrollment.enroll_status==A;name.last_name==Br*`). `start` is the page to go on with.
        """
        path = "/ws/v1/district/student" if school is None else f"/ws/v1/school/{_id(school)}/student"
        wanted = q if q is not None or school is None else EVERY_STATUS
        return self._list(path, "student", q=wanted, expansions=expansions, extensions=extensions, start=start)

    def staff(self, school: str, *, expansions: Sequence[str] = (), extensions: Sequence[str] = ()) -> Listing:
        """Active staff of one school (its `id`); a person at two schools is two records with one `users_dcid`."""
        return self._list(f"/ws/v1/school/{_id(school)}/staff", "staff", expansions=expansions, extensions=extensions)

    def courses(self, school: str, *, extensions: Sequence[str] = ()) -> Listing:
        """Courses of one school."""
        return self._list(f"/ws/v1/school/{_id(school)}/course", "course", extensions=extensions)

    def sections(
        self, school: str, *, start_year: int | None = None, expansions: Sequence[str] = (), extensions: Sequence[str] = ()
    ) -> Listing:
        """Sections of one school, of the current school year or of the one that begins in `start_year`."""
        q = None if start_year is None else f"term.start_year=={start_year}"
        return self._list(f"/ws/v1/school/{_id(school)}/section", "section", q=q, expansions=expansions, extensions=extensions)

    def terms(self, school: str, *, start_year: int | None = None, extensions: Sequence[str] = ()) -> Listing:
        """Terms of one school, of the current school year or of the one that begins in `start_year`."""
        q = None if start_year is None else f"start_year=={start_year}"
        return self._list(f"/ws/v1/school/{_id(school)}/term", "term", q=q, extensions=extensions)

    def section_enrollments(self, section: str, *, extensions: Sequence[str] = ()) -> Listing:
        """Enrollments of one section, dropped ones among them."""
        return self._list(f"/ws/v1/section/{_id(section)}/section_enrollment", "section_enrollment", extensions=extensions)

    def count(self, path: str, q: str | None = None) -> int:
        """The server's own count of a list under `/ws/v1`."""
        told = text(at(self.caller.read("GET", f"{path}/count", _query(q=q)), "resource.count"))
        if told is None or not told.isdigit():
            raise BrokenAnswer("a count that is no number", path=path)
        return int(told)

    # -- /ws/v1: single records

    def one(self, kind: str, id: str, *, expansions: Sequence[str] = (), extensions: Sequence[str] = ()) -> Record:
        """One school, student, staff, course, section, section_enrollment or term by its `id`. Raises NotFound."""
        if kind not in RESOURCES:
            raise Rejected(f"there is no resource {kind}")
        path = f"/ws/v1/{kind}/{_id(id)}"
        return self._inside(self.caller.read("GET", path, _query(expansions=expansions, extensions=extensions)), kind, path)

    def numbered(self, number: str, *, expansions: Sequence[str] = (), extensions: Sequence[str] = ()) -> Record | None:
        """The student with that `local_id`, of whatever status; a number is that of one student, so one call tells. None: there is none."""
        path, query = "/ws/v1/district/student", _query(q=f"local_id=={number}", expansions=expansions, extensions=extensions)
        found = as_list(at(self.caller.read("GET", path, query), "students.student"))
        return next((r for r in found if text(r.get("local_id")) == number), None)

    def contacts(self, student: str) -> list[Record]:
        """A student's contacts (by the student's `id`), with their e-mails, phones and relations; blank members are None."""
        return as_list(self.caller.read("GET", f"/ws/contacts/student/{_id(student)}"))

    def contact(self, id: str) -> Record:
        """One contact by its id (PERSON.ID), with the students whose contact it is. Raises NotFound."""
        found: Record = self.caller.read("GET", f"/ws/contacts/contact/{_id(id)}")
        return found

    def contacts_of(self, ids: Sequence[str]) -> list[Record]:
        """Several contacts by their ids."""
        return as_list(self.caller.read("GET", "/ws/contacts/contacts", {"contactids": ",".join(map(_id, ids))}))

    def contact_slots(self, student: str) -> list[str]:
        """Which of the old places for contacts (mother, father, guardian, emergency1 to 3) a student's contacts came from."""
        return list(self.caller.read("GET", f"/ws/contacts/student/original_contact_types/in_use/{_id(student)}") or ())

    # -- PowerTeacher

    def assignments(self, section: str) -> list[Record]:
        """A section's assignments, by the section's `id`. What PowerSchool answers there was never published (inferred)."""
        return as_list(self.caller.read("GET", f"/powerschool-ptg-api/v2/section/{_id(section)}/assignment"))

    def assignment(self, id: str) -> Record:
        """One assignment by its id. Raises NotFound."""
        found: Record = self.caller.read("GET", f"/powerschool-ptg-api/v2/assignment/{_id(id)}")
        return found

    # -- /ws/schema

    def tables(self) -> list[Record]:
        """The tables that the server lets plug-ins see."""
        return as_list(at(self.caller.read("GET", "/ws/schema/table"), "record"))

    def table_metadata(self, table: str, *, expansions: Sequence[str] = ()) -> Record:
        """Columns and keys of a table; with the expansion `access`, what the plug-in may do with each."""
        found: Record = self.caller.read("GET", f"/ws/schema/table/{_id(table)}/metadata", _query(expansions=expansions))
        return found

    def areas(self) -> list[Record]:
        """The functional areas."""
        return as_list(at(self.caller.read("GET", "/ws/schema/area"), "areas"))

    def area_tables(self, area: str) -> list[Record]:
        """The tables of one functional area."""
        return as_list(at(self.caller.read("GET", f"/ws/schema/area/{_id(area)}/table"), "tables"))

    def rows(self, table: str, columns: Sequence[str], *, q: str | None = None, key: str = "dcid") -> Iterator[Record]:
        """Rows of a table in the order of a numeric key, each as `{column: text}` with small letters; blank columns are left out.

        Pages are asked for by key (`key=gt=LAST`), so that rows that come and go meanwhile move no others.
        """
        path, size = f"/ws/schema/table/{_id(table)}", self.page_size(TABLE_LIMIT)
        projection = ",".join(dict.fromkeys([key.lower(), *(c.lower() for c in columns)]))
        last = None
        while True:
            wanted = ";".join(p for p in (q, f"{key}=gt={last}" if last is not None else None) if p)
            query = {"projection": projection, "sort": key, "pagesize": str(size), **({"q": wanted} if wanted else {})}
            page = [row(r) for r in as_list(at(self.caller.read("GET", path, query), "record"))]
            keys = sorted(int(r[key.lower()]) for r in page if r.get(key.lower(), "").lstrip("-").isdigit())
            if len(keys) != len(page) or (last is not None and keys and keys[0] <= last):
                raise BrokenAnswer("rows of a table without their key, or out of order", path=path)
            if not page:
                return
            yield from page
            last = keys[-1]

    def single(self, table: str, id: str, columns: Sequence[str]) -> Record:
        """One row of a table by its primary key. Raises NotFound."""
        path = f"/ws/schema/table/{_id(table)}/{_id(id)}"
        return row(self.caller.read("GET", path, {"projection": ",".join(columns) or "*"}))

    def row_count(self, table: str, q: str | None = None) -> int:
        """How many rows of a table pass a filter."""
        path = f"/ws/schema/table/{_id(table)}/count"
        return self._counted(self.caller.read("GET", path, _query(q=q)), path)

    def insert(self, table: str, values: Mapping[str, str]) -> Record:
        """Insert a row into an extension table; values are texts. Raises UnknownOutcome when the answer was lost."""
        return self._changed("POST", f"/ws/schema/table/{_id(table)}", table, values)

    def update(self, table: str, id: str, values: Mapping[str, str]) -> Record:
        """Change a row of an extension table."""
        return self._changed("PUT", f"/ws/schema/table/{_id(table)}/{_id(id)}", table, values)

    def delete(self, table: str, id: str) -> None:
        """Delete a row of an extension table."""
        self.caller.write("DELETE", f"/ws/schema/table/{_id(table)}/{_id(id)}")

    # -- PowerQueries

    def query(self, name: str, arguments: Mapping[str, Any] | None = None) -> Iterator[Record]:
        """The rows of a PowerQuery in one answer (`pagesize=0`), so that none can slip between pages; blank columns are left out.

        The answer is kept in a temporary file while its rows are read. Their number is compared with the server's count. Raises
        NotFound for a query that no enabled plug-in brings, FieldsRefused for fields that were not granted.
        """
        with tempfile.TemporaryDirectory(prefix="query-", dir=self._folder) as folder:
            yield from records(self._answer_to(name, dict(arguments or {}), Path(folder) / "answer"), f"/ws/schema/query/{name}")

    def _answer_to(self, name: str, arguments: dict[str, Any], into: Path) -> Path:
        """Ask a query until its answer is whole and has as many rows as the server counts before or after it."""
        path = f"/ws/schema/query/{_id(name)}"
        for _ in range(self._patience.passes):
            before = self.query_count(name, arguments)
            count = self.caller.fetch("POST", path, {"pagesize": "0"}, arguments, into, lambda file: whole(file, path))
            if before is None or count == before or count == self.query_count(name, arguments):
                return into
        raise BrokenAnswer(f"rows and count of a query did not agree in {self._patience.passes} passes", path=path)

    def query_count(self, name: str, arguments: Mapping[str, Any] | None = None) -> int | None:
        """How many rows a PowerQuery has; None where the server does not count."""
        try:
            return self.counted(name, arguments)
        except (NotFound, BrokenAnswer):
            return None

    def counted(self, name: str, arguments: Mapping[str, Any] | None = None) -> int:
        """How many rows a PowerQuery has. Raises NotFound where there is no such query, or the server does not count."""
        path = f"/ws/schema/query/{_id(name)}/count"
        return self._counted(self.caller.read("POST", path, None, dict(arguments or {})), path)

    def changed_since(self, application: str, version: int) -> tuple[int, dict[str, list[str]]]:
        """The tables' changed keys since a data version, and the version now (`/ws/dataversion`)."""
        path = f"/ws/dataversion/{_id(application)}/{version}"
        found = self.caller.read("GET", path)
        told = text(at(found, "$dataversion"))
        if told is None or not told.isdigit():
            raise BrokenAnswer("no data version in the answer", path=path)
        tables = at(found, "tables") or {}
        return int(told), {name.lower(): [str(k) for k in as_list(keys)] for name, keys in tables.items()}

    def access_list(self, query: str | None = None) -> Any:
        """The fields that installed queries touch, as access requests name them; as the server gives it."""
        return self.caller.read("GET", "/ws/powerqueryaccesslist" + (f"/{_id(query)}" if query else ""))

    # -- events

    def subscription(self) -> Record | None:
        """What this plug-in is subscribed to, or None."""
        try:
            found = self.caller.read("GET", "/ws/v1/event_subscription")
        except NotFound:
            return None
        inside = at(found, "event_subscriptions")
        return inside if isinstance(inside, dict) else None

    def subscribe(self, key: str, callback_url: str, events: Iterable[tuple[str, str]]) -> None:
        """Replace the plug-in's subscriptions: pairs of a resource (`/ws/v1/student/*`) and an event type (`UPDATE`)."""
        listed = [{"resource": resource, "event_type": event} for resource, event in events]
        body = {"event_subscriptions": {"key": key, "callback_url": callback_url, "event_subscription": listed}}
        self.caller.write("PUT", "/ws/v1/event_subscription", body)

    def unsubscribe(self) -> None:
        """End the plug-in's subscriptions; none is fine."""
        try:
            self.caller.write("DELETE", "/ws/v1/event_subscription")
        except NotFound:
            return

    # -- inside

    def _list(self, path: str, kind: str, *, q: str | None = None, start: int = 1, **more: Sequence[str]) -> Listing:
        resource = RESOURCES[kind]
        return Listing(
            path=path,
            page=partial(self._page, path, kind, _query(q=q, **more)),
            size=self.page_size(resource.limit),
            count=self._counting(path, q),
            key=lambda record: text(record.get("id")) or "",
            passes=self._patience.passes,
            start=start,
        )

    def _page(self, path: str, kind: str, query: Mapping[str, str], number: int, size: int) -> list[Record]:
        resource = RESOURCES[kind]
        found = self.caller.read("GET", path, {**query, "page": str(number), "pagesize": str(size)})
        if not isinstance(found, dict) or resource.plural not in found:
            raise BrokenAnswer(f"no {resource.plural} in the answer", path=path)
        records: list[Record] = as_list(at(found, f"{resource.plural}.{resource.singular}"))
        if not all(text(r.get("id")) for r in records):
            raise BrokenAnswer("records without an id", path=path)
        return records

    def _counting(self, path: str, q: str | None) -> Callable[[], int | None]:
        def count() -> int | None:
            try:
                return self.count(path, q)
            except (NotFound, BrokenAnswer, Rejected):
                return None

        return count

    def _changed(self, method: str, path: str, table: str, values: Mapping[str, str]) -> Record:
        found = self.caller.write(method, path, {"name": table, "tables": {table: dict(values)}})
        results = as_list(at(found, "result"))
        if not results:
            raise BrokenAnswer("a write without a result", path=path)
        return dict(results[0])

    def _counted(self, found: Any, path: str) -> int:
        told = text(at(found, "count"))
        if told is None or not told.isdigit():
            raise BrokenAnswer("a count that is no number", path=path)
        return int(told)

    def _inside(self, found: Any, word: str, path: str) -> Record:
        inside = found.get(word) if isinstance(found, dict) else None
        if not isinstance(inside, dict):
            raise BrokenAnswer(f"no {word} in the answer", path=path)
        return inside


def _query(q: str | None = None, **lists: Sequence[str]) -> dict[str, str]:
    found = {name: ",".join(words) for name, words in lists.items() if words}
    return found | ({"q": q} if q else {})


def _id(value: str) -> str:
    """A part of a path. Raises Rejected for what would lead elsewhere."""
    if not value or not all(c.isalnum() or c in "._-" for c in value) or value in (".", ".."):
        raise Rejected("an id or name with characters that no id has")
    return value
