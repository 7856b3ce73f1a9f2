"""pull, source secret, source test: sources that Homeroom fetches itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, table
from homeroom.cli.imports import ended
from homeroom.cli.progress import Progress
from homeroom.cli.secrets import private_key, told
from homeroom.roster.faults import Misuse


def pull(
    slug: str,
    /,
    *,
    source: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Fetch from a source's own server now, and import what came.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source; without it the district's only one that fetches.
    as_json
        Print the import report as one JSON document.
    """
    from homeroom.sync import imports, pulling

    with opened_house() as house, Progress(quiet=as_json) as progress:
        number = pulling.begin(house, slug, source, datetime.now(UTC))
        report = imports.run(house, slug, number, tell=progress.step)
    return ended(report, as_json)


def secret(
    slug: str,
    source: int,
    /,
    *,
    key: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Give a source the password, client secret or key with which it logs in elsewhere, in place of the old one.

    It is read from HOMEROOM_SECRET, from standard input, or asked for; it is kept encrypted and never shown again.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    key
        File of a private key, for SFTP servers that want one; the secret is then its passphrase.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import sources

    with opened_house() as house:
        house.stores.control.districts.get(slug)
        found = sources.of(house, slug, source)
        assert found is not None
        made = secrets_for(found.kind, None, key)
        if not made:
            raise Misuse("no secret was told: set HOMEROOM_SECRET, or write it to standard input.")
        sources.set_secrets(house, slug, source, made)
    if as_json:
        document({"source": source, "secrets": sorted(made)})
    else:
        say(f"Source {source} of {slug} logs in with the new {' and '.join(sorted(made)).replace('_', ' ')} from now on.")
    return 0


def secrets_for(kind: str, given: str | None, key: Path | None) -> dict[str, str]:
    """The secrets of a source of that kind, as they are kept; empty where none was told."""
    if kind == "sftp-pull":
        if key is not None:
            passphrase = told(given, "Passphrase of the key (empty for none)")
            return {"key": private_key(key, passphrase)} | ({"passphrase": passphrase} if passphrase else {})
        password = told(given, "Password")
        return {"password": password} if password else {}
    client_secret = told(given, "Client secret")
    return {"client_secret": client_secret} if client_secret else {}


def try_out(slug: str, source: int, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Connect to a source's server, and show what it would fetch; nothing is fetched, and nothing is pinned.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.desk.issue_values import plain_values
    from homeroom.sync import pulling

    with opened_house() as house:
        try:
            seen = plain_values(pulling.look(house, slug, source, datetime.now(UTC)))
        except pulling.NotReached as refused:
            if refused.detail:
                note(f"In the other system's words: {refused.detail}")
            raise
    if as_json:
        document({"source": source, **seen})
        return 0
    for name, what in seen.items():
        if name != "files":
            say(f"{name.replace('_', ' ')}: {_plain(what)}")
    if "files" in seen:
        table(["file", "bytes", "changed", ""], [(f["name"], f["size"], f["changed"], f["left"] or "") for f in seen["files"]])
    return 0


def _plain(what: Any) -> str:
    """A value as a person reads it."""
    if isinstance(what, dict):
        return ", ".join(f"{name} {value}" for name, value in what.items()) or "none"
    if isinstance(what, list | tuple):
        return "".join(f"\n  {one}" for one in what) or "none"
    return "none" if what in (None, "") else str(what)
