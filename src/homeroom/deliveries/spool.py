"""The spool: when a pushed set is ready, and taking it out of the incoming folder whole.

A set is *complete* when every required file is there, closed and quiet. Quiet is a minute by default; a file that was renamed
from a temporary name, or a whole archive, has declared itself finished and needs only a moment's silence in the folder. What
else lies there finished rides along; a file that is being written holds the set back; names that say "not yet" are left behind
and listed. Overwriting a file starts its clock again. Everything is told from the folder and from `renamed`, so that a restart
forgets nothing but a shortcut.

A set that is not complete is handed out when it is *due*: at the moment that the rules name, else after a time in which nothing
came any more. It says then what is missing, an upload of a required file that was cut off included; such a file stays where it is.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from homeroom.deliveries import wholeness
from homeroom.deliveries.incoming import Arrived, survey

Why = Literal["quiet", "renamed", "archive", "due"]
QUIET = 60.0
SETTLED = 3.0


@dataclass(frozen=True, slots=True)
class Rules:
    """When a set is ready. `required` are name patterns, compared without case and without folders (`users*.csv`).

    `hoped`: patterns of files that are waited for like required ones, but are not missed when the set is due. `quiet`: seconds
    without a change after which a closed file is finished. `settled`: seconds without any change in the folder after which
    files that declared themselves finished are taken. `due`: the moment (seconds of the epoch) at which the set should be
    there; after it an incomplete set is handed out with what is missing. `patience`: without `due`, seconds without a change
    in the folder after which it is handed out so. `known_as`: for a pattern, other names that will do as well.
    """

    required: tuple[str, ...] = ()
    quiet: float = QUIET
    settled: float = SETTLED
    due: float | None = None
    patience: float | None = None
    hoped: tuple[str, ...] = ()
    known_as: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ready:
    """A set that may be taken. `missing` is empty unless it was handed out because it was due (`incomplete_set`)."""

    files: tuple[Arrived, ...]
    why: Why
    missing: tuple[str, ...] = ()
    left: tuple[Arrived, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the folder found: a ready set, or what is waited for. `again` says after how many seconds to look anew."""

    ready: Ready | None
    missing: tuple[str, ...]
    busy: tuple[Arrived, ...]
    left: tuple[Arrived, ...]
    again: float | None


def look(folder: Path, rules: Rules, now: float, renamed: Collection[str] = ()) -> Look:
    """Look into an incoming folder at `now` (seconds of the epoch). `renamed`: names that the door saw renamed into place."""
    here = survey(folder)
    left = tuple(f for f in here if f.temporary or _abandoned(f, rules, now))
    candidates = [f for f in here if f not in left]
    busy = tuple(f for f in candidates if f.unfinished)
    done = [f for f in candidates if not f.unfinished]
    missing = _lacking(rules.required, rules, done)
    awaited = (*missing, *_lacking(rules.hoped, rules, done))
    why = _why(done, here, awaited, rules, now, frozenset(renamed)) if done and not busy else None
    if why is not None:
        # An archive is a set by itself: one that lacks a file is told so by its import, not by silence.
        return Look(Ready(tuple(done), why, (), left), missing, busy, left, None)
    due = _due(candidates, rules)
    if due is not None and now >= due and done and (awaited or busy) and _silent(candidates, now, rules.quiet):
        cut_off = (f.name for f in busy if not _bears(f, missing, rules))
        return Look(Ready(tuple(done), "due", (*missing, *cut_off), (*left, *busy)), missing, busy, left, None)
    return Look(None, missing, busy, left, _again(here, rules, now, due))


def _lacking(patterns: Sequence[str], rules: Rules, files: Sequence[Arrived]) -> tuple[str, ...]:
    """The patterns that no file bears."""
    return tuple(p for p in patterns if not any(_bears(f, (p,), rules) for f in files))


def _bears(file: Arrived, patterns: Sequence[str], rules: Rules) -> bool:
    """Whether a file, or one in it, bears one of the patterns or what else that one is known as."""
    return any(_matches(file, p, rules.known_as.get(p)) for p in patterns)


def _due(files: Sequence[Arrived], rules: Rules) -> float | None:
    """The moment after which a set that is not whole is given up: the one that was set, or the last change and the patience."""
    if rules.due is not None or rules.patience is None or not files:
        return rules.due
    return max(f.changed for f in files) + rules.patience


def ready(folder: Path, rules: Rules, now: float, renamed: Collection[str] = ()) -> list[Ready]:
    """The sets of an incoming folder that may be taken at `now`: at most one, since a folder is one set."""
    found = look(folder, rules, now, renamed).ready
    return [found] if found else []


def _why(
    done: Sequence[Arrived], here: Sequence[Arrived], missing: Sequence[str], rules: Rules, now: float, renamed: Collection[str]
) -> Why | None:
    """Why the finished files are a set, or None while they are not."""
    archived = [f for f in done if wholeness.archive(f.name)]
    if missing:
        return "archive" if archived and _silent(done, now, rules.quiet) else None
    patterns = (*rules.required, *rules.hoped)
    wanted = [f for f in done if not patterns or _bears(f, patterns, rules)]
    quick = [f for f in wanted if f.name in renamed or (f in archived and wholeness.whole(f))]
    slow = [f for f in done if f not in quick and f.name not in renamed]
    if not _silent(here, now, rules.settled) or not _silent(slow, now, rules.quiet):
        # Something still moves: perhaps a file under a temporary name that belongs to the set.
        return None
    if not quick:
        return "quiet"
    return "renamed" if any(f.name in renamed for f in quick) else "archive"


def _silent(files: Sequence[Arrived], now: float, seconds: float) -> bool:
    return all(now - f.changed >= seconds for f in files)


def _abandoned(file: Arrived, rules: Rules, now: float) -> bool:
    """An upload that was cut off, of a file nobody requires: it must not hold back the others for ever."""
    old = file.unfinished and now - file.changed >= rules.quiet
    return old and not _bears(file, (*rules.required, *rules.hoped), rules)


def _matches(file: Arrived, pattern: str, known_as: re.Pattern[str] | None) -> bool:
    names = (file.name, *wholeness.brings(file)) if wholeness.archive(file.name) else (file.name,)
    bases = [name.rpartition("/")[2] for name in names]
    return any(fnmatch.fnmatchcase(b.lower(), pattern.lower()) or (known_as and known_as.fullmatch(b)) for b in bases)


def _again(here: Sequence[Arrived], rules: Rules, now: float, due: float | None) -> float | None:
    """Seconds until the earliest moment at which time alone can change the answer."""
    moments = [f.changed + s for f in here for s in (rules.quiet, rules.settled)]
    moments += [due] if due is not None else []
    later = [m - now for m in moments if m > now]
    # Never nothing: sums of seconds are rounded.
    return max(0.05, min(later)) if later else None
