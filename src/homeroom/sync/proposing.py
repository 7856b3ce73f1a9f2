"""A proposal for files that lie somewhere: they are looked at as a delivery would be, and nothing is kept of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from homeroom.deliveries.workfolders import claim
from homeroom.layouts.proposing import meanings
from homeroom.layouts.proposing.propose import Proposal, declaration, propose
from homeroom.layouts.sets import DECLARATION
from homeroom.reading.archives import unpack
from homeroom.reading.inspect import inspect
from homeroom.reading.tables import read
from homeroom.roster.codes import code
from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.sync.intake import files_of
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Hints, Inspected, SourceFile, TextTable

LOOKED_AT = 8 << 20
"""Bytes of a file that a proposal is made from: tens of thousands of rows, in the same second however large the file is."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposals, the files of the set that they make together, and the files that are no tables, each with the reason."""

    name: str
    proposals: tuple[Proposal, ...]
    texts: dict[str, str]
    left_alone: tuple[tuple[str, str], ...]


def propose_for(
    path: Path, work: Path, *, name: str | None = None, data: Callable[[Sequence[str]], bool] | None = None
) -> Proposed:
    """Propose layouts for a folder, an archive or one file; what is copied of them lies below `work` meanwhile.

    `data`: whether a first line is to be taken for a row, so that its columns are told by their places. Raises Misuse where there is
    nothing, Refused for a broken archive.
    """
    called = name or re.sub(r"[^a-z0-9-]+", "-", path.resolve().stem.lower()).strip("-") or "ours"
    with claim(work, "propose") as folder, Workbench(folder.path) as bench:
        texts, left = texts_at(bench, path, data=data)
        if not texts:
            raise Misuse(
                "{path} holds no table that could be read: {left}.",
                path=str(path),
                left=in_a_row([f"{n}: {why}" for n, why in left], "; "),
            )
        found = propose(bench, texts, called)
    listed = {layout.file: layout.text for proposal in found for layout in proposal.layouts}
    return Proposed(called, found, {DECLARATION: declaration(called, found), **listed}, tuple(left))


def texts_at(
    bench: Workbench,
    path: Path,
    hints: Callable[[str], Hints] | None = None,
    *,
    data: Callable[[Sequence[str]], bool] | None = None,
) -> tuple[list[TextTable], list[tuple[str, str]]]:
    """The beginnings of the files as text tables, and what was left alone. `hints` tells what is known of a file by its name."""
    delivered = [SourceFile(n, f.name, f.path, f.path.stat().st_size) for n, f in enumerate(files_of(path))]
    unpacked = unpack(delivered, bench.folder / "unpacked")
    texts, left = [], [(alone.name, code(alone.code).title) for alone in unpacked.left_alone]
    for file in unpacked.files:
        beginning = _beginning(bench, file)
        looked = inspect(beginning, hints(file.name) if hints else Hints())
        if hints is None and (data or _speaks_of_people)(looked.header):
            looked = _by_places(inspect(beginning, Hints(header=False)))
        if looked.fault is not None:
            left.append((file.name, looked.fault.message))
        elif file.name.rpartition("/")[2].casefold() != "manifest.csv":
            texts.append(read(bench, looked))
    return texts, left


DATA = re.compile(r"[0-9]+([./-][0-9]+)*|[^@\s]+@[^@\s]+[.][^@\s]+")
"""What a header word never is where another is so too: a number, a day, an e-mail address."""


def _speaks_of_people(header: Sequence[str]) -> bool:
    """Whether a first line that was taken for a header is data: its words would stand in the proposal's text."""
    return sum(DATA.fullmatch(w.strip()) is not None for w in header) >= 2


def _by_places(looked: Inspected) -> Inspected:
    """The file with its columns called by their places, also where its first line looks like a header's words after all."""
    places = tuple(f"column {n}" for n in range(1, len(looked.columns) + 1))
    return replace(looked, header=places, columns=places, headerless=True)


def perhaps_data(header: Sequence[str]) -> bool:
    """Whether a first line may be data, for those who may not see a row of it: all of it that is not surely header words."""
    return _speaks_of_people(header) or not meanings.names_columns(header)


def _beginning(bench: Workbench, file: SourceFile) -> SourceFile:
    """The file's beginning, cut after a whole line, in the workbench's folder: nothing else can be read from there."""
    with file.path.open("rb") as whole:
        head = whole.read(LOOKED_AT)
    cut = head if file.size <= LOOKED_AT else head[: _last_end(head)]
    place = bench.folder / f"beginning-{file.number}"
    place.write_bytes(cut)
    return SourceFile(file.number, file.name, place, len(cut))


def _last_end(head: bytes) -> int:
    """The place behind the last line end, whatever the encoding's width is."""
    if head[:2] == b"\xff\xfe":
        return (head.rfind(b"\n\0") + 2) or len(head)
    return max(head.rfind(b"\n"), head.rfind(b"\r")) + 1 or len(head)
