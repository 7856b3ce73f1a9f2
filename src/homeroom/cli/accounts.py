"""source rotate, source key add, source key list, source key remove."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, say, table


def rotate(
    slug: str,
    source: int,
    /,
    *,
    overlap_hours: float = 0,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Give a source of kind sftp a new password. It is printed here and never again; the old one stops.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    overlap_hours
        So many hours (at most 720) the old password is good beside the new one, until the other side has changed it.
    as_json
        Print one JSON document.
    """
    from homeroom.desk.passwords import hashed, new_password
    from homeroom.roster.report import moment
    from homeroom.sync import accounts

    password = new_password()
    with opened_house() as house:
        account, until = accounts.rotate(house, slug, source, hashed(password), timedelta(hours=overlap_hours))
    ends = moment(until) if until else None
    if as_json:
        document({"source": source, "username": account.username, "password": password, "old_until": ends})
        return 0
    say(f"Source {source} of {slug} has a new password.")
    say(f"  username {account.username}")
    say(f"  password {password}   (shown once; write it down now)")
    say(f"  The old password is good until {ends}." if ends else "  The old password lets nobody in any more.")
    return 0


def key_add(
    slug: str, source: int, public_key: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
) -> int:
    """Let a public key log in at a source of kind sftp, besides the password and other keys.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    public_key
        The whole line of the .pub file, in quotes.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import accounts

    accounts.check_public_keys((public_key,))
    with opened_house() as house:
        added = accounts.add_key(house, slug, source, public_key)
    if as_json:
        document({"source": source, "kind": added.kind, "fingerprint": added.fingerprint, "comment": added.comment})
    else:
        say(f"The key {added.fingerprint} may log in at source {source} of {slug}.")
    return 0


def key_list(slug: str, source: int, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List the public keys that may log in at a source.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import accounts

    with opened_house() as house:
        found = accounts.keys(house, slug, source)
    if as_json:
        document([{"kind": k.kind, "fingerprint": k.fingerprint, "comment": k.comment} for k in found])
    else:
        table(["kind", "fingerprint", "comment"], [(k.kind, k.fingerprint, k.comment) for k in found])
    return 0


def key_remove(
    slug: str, source: int, fingerprint: str, /, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
) -> int:
    """Keep a public key out from now on.

    Parameters
    ----------
    slug
        The district.
    source
        Number of the source.
    fingerprint
        The key's fingerprint, as `source key list` shows it.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import accounts

    with opened_house() as house:
        gone = accounts.remove_key(house, slug, source, fingerprint)
    if as_json:
        document({"source": source, "removed": gone.fingerprint})
    else:
        say(f"The key {gone.fingerprint} lets nobody in at source {source} of {slug} any more.")
    return 0
