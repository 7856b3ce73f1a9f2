"""A client for a source: its address and client id from the settings, its client secret from the vault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from stamina.instrumentation import set_on_retry_hooks

from homeroom.roster.faults import Refused
from homeroom.systems.fetching import Errand
from homeroom.systems.powerschool.client import Patience, PowerSchool, PowerSchoolError
from homeroom.systems.powerschool.client.calling import trusted
from homeroom.systems.powerschool.client.shapes import text
from homeroom.systems.powerschool.source.troubles import reason
from homeroom.systems.reached import Reached

MOST_OF_A_MARK = 100


def client(errand: Errand) -> PowerSchool:
    """The client of a source; nothing is sent yet. Raises Refused when something of the set-up is missing."""
    url, client_id, secret = errand.settings.get("url"), errand.settings.get("client_id"), errand.secrets.get("client_secret")
    if not url or not client_id or not secret:
        raise Refused("not_connected_yet", what="address" if not url else "client id" if not client_id else "client secret")
    set_on_retry_hooks([])  # what is tried again is a step of the errand, and no line in a log
    patience = Patience.of(errand.settings["give_up_seconds"])
    try:
        return PowerSchool(
            url,
            client_id,
            secret,
            folder=errand.folder,
            patience=patience,
            again=lambda trouble: errand.tell(f"again: {trouble}"),
            transport=Reached(errand.reach, trusted()),
        )
    except PowerSchoolError as trouble:
        raise reason(trouble, host(errand)) from None


@contextmanager
def connected(errand: Errand) -> Iterator[PowerSchool]:
    """A client whose server is that of the district that was met before. Raises Refused, and PowerSchoolError."""
    with client(errand) as sis:
        meet(sis, errand)
        yield sis


def meet(sis: PowerSchool, errand: Errand) -> None:
    """Look whose server answers, where an earlier pull kept that: every PowerSchool counts its records from one, so that another
    district's students would pass for ours, one by one and below every limit. Raises Refused `another_powerschool`.
    """
    pinned = errand.settings.get("district_uuid")
    if pinned is None:
        return
    shown = district_of(sis)
    if shown is not None and shown.lower() != pinned.lower():
        raise Refused("another_powerschool", host=host(errand)).beside(f"district_uuid {shown}, before {pinned}")


def district_of(sis: PowerSchool) -> str | None:
    """The mark of its district that a server tells; None of one that tells none, or something else than a mark."""
    told = text(sis.metadata.get("district_uuid"))
    return told if told is not None and 0 < len(told) <= MOST_OF_A_MARK and told.isprintable() and " " not in told else None


def host(errand: Errand) -> str:
    """The server's name, for messages."""
    return urlsplit(errand.settings.get("url") or "").hostname or "the server"
