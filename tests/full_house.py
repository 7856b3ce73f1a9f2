"""An installation that has something of everything: rows in each control table, deliveries, imports, pushed files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select

from e2e.files import district, write
from homeroom.store.apps import App
from homeroom.store.control_tables import control
from homeroom.sync import districts, imports, intake, sources
from homeroom.sync.house import House, opened
from sync_house import settings

ASKED = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
AT = "2026-11-30T12:00:00+00:00"
SLUGS = ("pine", "pine-2")
"""One name begins with the other: what is looked for by a beginning would take both."""


def row(slug: str, number: int) -> dict[str, dict[str, Any]]:
    """A row of each table that ordinary work does not fill by itself here."""
    theirs = {"district": slug}
    return {
        "layout_version": theirs | {"name": "own/users", "number": 1, "digest": "d", "texts": "{}", "saved_by": "x", "saved": AT},
        "own_school": theirs | {"id": "1", "name": "Elm"},
        "school_match": theirs | {"own": "1", "source": 0, "sis": "s1"},
        "take_over": theirs | {"source": number, "table": "users", "theirs": "a", "ours": "b", "said_by": "x", "said": AT},
        "errand": {"source": number, "due": AT, "known": "{}"},
        "notice_door": {"source": number, "sha256": slug, "created": AT},
        "notice": {"source": number, "resource": "students", "key": "1", "heard": AT, "times": 1},
        "once": theirs | {"sha256": f"once {slug}", "kind": "credentials", "about": slug, "given_by": "x", "created": AT, "expires": AT},
        "support": theirs | {"until": AT, "said_by": "x"},
        "news": theirs | {"id": number, "night": "2026-11-30", "cause": "failed:x", "detail": "{}", "heard": AT},
        "mailing": {"news": number, "person": 1, "tries": 0, "due": AT},
        "elevation": theirs | {"id": number, "person": 1, "kind": "settings", "reason": "a reason", "began": AT, "until": AT},
        "personal_token": {
            "id": number, "sha256": slug, "person": 1, "name": "t", "districts": f'["{slug}"]', "elevation": number,
            "created": AT, "expires": AT,
        },
        "found": theirs | {"sha256": f"found {slug}", "session": 1, "sealed": "x", "expires": AT},
        "login": {"username": f"{slug}-{number}", "at": AT, "address": "127.0.0.1", "result": "ok"},
        "setup": theirs | {"started": "2026-11-30", "state": "automatic", "values": "{}", "version": 1},
        "setup_message": theirs | {"id": number, "at": AT, "said_by": "x", "text": "Hello"},
        "setting": {"name": f"keep-removed-days:{slug}", "value": "10"},
        "reading": theirs | {"app": "all", "at": AT, "revision": 1},
        "session": {
            "id": number, "sha256": f"s {slug}", "person": 1 + number, "created": AT, "seen": AT, "expires": AT, "agent": "x",
            "address": "x",
        },
    }  # fmt: skip


@contextmanager
def installation(folder: Path, url: str | None, storage: str | None = None) -> Iterator[House]:
    """Two districts with everything that a district can have."""
    with opened(settings(folder / "data", url, storage)) as house:
        people = house.stores.control.people
        people.add("vera@vendor.example", "Vera", "operator", (), (), ASKED)
        for slug in SLUGS:
            districts.add(house, slug, f"District {slug}", "UTC")
            made = sources.add(house, slug, "sftp", layouts="oneroster-1.1").source
            people.add(f"only@{slug}.example", "Only", "auditor", (slug,), (), ASKED)
        both = people.add("both@pine.example", "Both", "administrator", SLUGS, (), ASKED)
        people.change(both.id, preferences={"notices": {slug: ["late"] for slug in SLUGS}})
        for name, share in (("all", None), ("both", SLUGS), ("one", ("pine",))):
            house.stores.control.apps.add(App(name, "x", name, ("s",), share, ASKED))
        for slug in SLUGS:
            [made] = house.stores.control.sources.of(slug)
            [account] = house.stores.control.accounts.of(made.id)
            pushed = house.settings.spool / account.username / "in"
            pushed.mkdir(parents=True)
            (pushed / "users.csv").write_text("half a file")
            place = write(folder / f"night of {slug}", district())
            number = intake.hand_in(
                house, slug, place, layouts=None, source=made.id, kind="continuous", trigger="sftp", dry_run=False, now=None
            )
            imports.run(house, slug, number)
            with house.stores.control.place.write() as connection:
                for name, values in row(slug, made.id).items():
                    values |= {"username": account.username} if name == "login" else {}
                    connection.execute(insert(control.tables[name]).values(values))
        yield house


def everything(house: House, table: Table) -> list[tuple[Any, ...]]:
    """All rows of a control table."""
    with house.stores.control.place.read() as connection:
        return [tuple(each) for each in connection.execute(select(table).order_by(*table.primary_key.columns))]
