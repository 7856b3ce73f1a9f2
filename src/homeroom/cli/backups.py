"""backup, restore."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, say, settings

if TYPE_CHECKING:
    from homeroom.sync.backups import Manifest

Json = Annotated[bool, Parameter(name="--json", negative="")]


def backup(out: str, /, *, keep: int | None = None, as_json: Json = False) -> int:
    """Write a sealed backup of the whole installation while it runs: stores, raw files and host keys.

    It opens only with the master key, which is not in it: keep that file in another place.

    Parameters
    ----------
    out
        A folder, or s3://BUCKET/PREFIX. The next backup goes there too, and brings only the raw files that are new.
    keep
        How many backups stay; older ones are removed. Without it all stay.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import backing_up

    with opened_house() as house:
        made = backing_up.back_up(house, out, datetime.now(UTC), keep=keep, tell=lambda step: note(f"{step} ..."))
    told = _told(made.manifest) | {"bytes": made.bytes_, "removed": list(made.gone)}
    if as_json:
        document(told)
        return 0
    say(f"Backup {made.manifest.name}: {_content(made.manifest)}. Older backups that were removed: {len(made.gone)}.")
    say(f"It opens only with the master key. To look through it: homeroom restore {out} --check")
    return 0


def restore(
    origin: str,
    /,
    *,
    name: Annotated[str | None, Parameter(name="--backup")] = None,
    check: Annotated[bool, Parameter(negative="")] = False,
    as_json: Json = False,
) -> int:
    """Bring an installation back from a backup, into an empty data folder and database. Nothing else may run meanwhile.

    The engine may be another one than that of the backup: so an installation moves from SQLite to PostgreSQL, and back.

    Parameters
    ----------
    origin
        The folder, or s3://BUCKET/PREFIX, to which the backups were written.
    name
        Which backup; without it the newest.
    check
        Open every part to its last byte, and write nothing.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import restoring

    if check:
        found = restoring.look_through(settings(), origin, name, tell=lambda step: note(f"{step} ..."))
    else:
        found = restoring.restore(settings(), origin, datetime.now(UTC), name, tell=lambda step: note(f"{step} ..."))
    if as_json:
        document(_told(found.manifest) | {"rows": found.rows, "checked_only": check})
    elif check:
        say(f"Backup {found.manifest.name} is whole and opens: {_content(found.manifest)}.")
    else:
        made = found.manifest.made.strftime("%Y-%m-%d %H:%M UTC")
        say(f"Backup {found.manifest.name} is restored: {_content(found.manifest)}.")
        say(f"Passwords, people and tokens are those of {made}: who was shut out since then has to be shut out again.")
        say("Nobody is signed in. Look at everything once: homeroom check")
    return 0


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "backup": manifest.name,
        "made_at": manifest.made.isoformat(),
        "version": manifest.version,
        "districts": list(manifest.districts),
        "raw_files": manifest.raw_files,
        "raw_bytes": manifest.raw_bytes,
    }


def _content(manifest: Manifest) -> str:
    districts = f"{len(manifest.districts)} district{'' if len(manifest.districts) == 1 else 's'}"
    files = f"{manifest.raw_files} raw file{'' if manifest.raw_files == 1 else 's'}"
    return f"{districts}, {files} ({manifest.raw_bytes / 1e6:.1f} MB)"
