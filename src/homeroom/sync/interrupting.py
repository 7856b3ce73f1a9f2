"""What a person does to an import beside deciding about it: stop one that runs, ask the district about one that waits."""

from __future__ import annotations

from datetime import UTC, datetime

from homeroom.roster.faults import Misuse
from homeroom.roster.report import ImportReport
from homeroom.store.audit import AuditRow
from homeroom.sync import ending, imports
from homeroom.sync.house import House
from homeroom.sync.news import say


def ask(house: House, slug: str, number: int, *, who: str, message: str, now: datetime | None = None) -> None:
    """Send the district's people a question about an import that waits, and let it wait on. Raises Misuse when it does not wait."""
    at, said = now or datetime.now(UTC), " ".join(message.split())[: imports.LONGEST_MESSAGE]
    if not said:
        raise Misuse("Write the question first.")
    entry = house.stores.roster(slug).imports.get(number)
    if entry.status != "waiting_for_approval":
        raise Misuse("Import {number} does not wait for a decision any more.", number=str(number))
    house.stores.control.audit.add(AuditRow(at, who, "district-asked", slug, {"import": number, "reason": said}))
    say(house, slug, number, "asked", who, said, at)


def stop(house: House, slug: str, number: int, *, who: str, now: datetime | None = None) -> ImportReport:
    """Stop a running import: nothing of it is saved. Raises Misuse when it has ended.

    Whoever walks it is fenced off: the attempt is counted up in the transaction that ends the import, and a commit of an older attempt
    writes nothing. An end that came first stays.
    """
    at = now or datetime.now(UTC)
    entry = house.stores.roster(slug).imports.get(number)
    if entry.status != "running":
        raise Misuse("Import {number} does not run any more.", number=str(number))
    ending.fail(house, slug, number, ending.reason("stopped", who=who), at)
    house.stores.control.audit.add(AuditRow(at, who, "import-stopped", slug, {"import": number}))
    return imports.report(house, slug, number)
