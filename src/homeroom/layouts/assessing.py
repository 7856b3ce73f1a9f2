"""How well a layout set fits the files of a delivery: which layout reads which file, and what speaks against the set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homeroom.layouts import binding as bindings
from homeroom.layouts import patterns
from homeroom.layouts.binding import Binding, explained
from homeroom.layouts.layout import Layout
from homeroom.layouts.manifest import FileMode, Finding, Manifest
from homeroom.layouts.mended import is_mended, own_columns
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Refused
from homeroom.workbench.values import Inspected, Mode


@dataclass(frozen=True, slots=True)
class Match:
    """One file and the layout that reads it, already bound."""

    inspected: Inspected
    layout: Layout
    binding: Binding
    mode: Mode


@dataclass(frozen=True, slots=True)
class Assessment:
    """One set against one delivery.

    `refusal` is set where the set cannot take these files at all; `missing` are files that must come and did not. `gaps`
    are columns that a set which is chosen without being named should find and does not. Of the `columns` columns of the files
    that it reads, `explained` are known to the set. `left` are the files of which nothing is read, with the reason if it is
    known by now; see `left_alone`.
    """

    layouts: LayoutSet
    matches: tuple[Match, ...]
    left: tuple[tuple[Inspected, str | None], ...]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    refusal: Refused | None
    gaps: tuple[str, ...]
    explained: int
    columns: int

    @property
    def joined(self) -> tuple[Inspected, ...]:
        """The files that are joined to others, each once, in the delivery's order."""
        files = {n: i for m in self.matches for n, i in m.binding.arrangement.files.items()}
        return tuple(files[n] for n in sorted(files))

    @property
    def share(self) -> float:
        """The part of these columns that the set knows, from 0 to 1; files without any columns say nothing."""
        return self.explained / self.columns if self.columns else 1.0

    @property
    def against(self) -> str:
        """In words, what keeps the set from being chosen without being named; empty when nothing does."""
        if self.missing:
            return f"{', '.join(self.missing)} did not come"
        if self.refusal is not None:
            return self.refusal.message.rstrip(".")
        if self.gaps:
            return "; ".join(self.gaps)
        return "" if self.matches else "it reads none of the files"


def assess(layouts: LayoutSet, files: Sequence[Inspected], manifest: Manifest | None) -> Assessment:
    """Put every file of a delivery (without its manifest) to the set's layouts. Raises nothing; see `refusal`."""
    named, unmatched, findings = _by_name(layouts, files, manifest)
    sound = [i for i in files if i.fault is None]
    matches: list[Match] = []
    idle: list[tuple[Inspected, Layout, str]] = []
    missing: list[str] = []
    refusal: Refused | None = None
    for inspected, layout in named:
        binding = bindings.match(layout, inspected, sound)
        waiting = ", ".join(binding.arrangement.waiting)
        trouble = None if waiting else _trouble(layouts, binding)
        if waiting:
            needed = layouts.requires(layout) or bool(manifest and layout.table in manifest.promised)
            missing += binding.arrangement.waiting if needed else ()
            findings.append(_waiting(inspected, layout, waiting))
            idle.append((inspected, layout, f"{waiting} did not come"))
        elif trouble is None:
            matches.append(Match(inspected, layout, binding, _mode(layout, manifest)))
        elif trouble[0] is not None or _needed(layouts, layout, manifest):
            findings += [trouble[0]] if trouble[0] else []
            refusal = _plainer(refusal, trouble[1])
        else:
            idle.append((inspected, layout, trouble[1].message.rstrip(".")))
    left, told = _left_over(layouts, matches, idle, unmatched)
    alike = _alike(matches)
    required = tuple(dict.fromkeys([*layouts.required, *(manifest.promised if manifest else ())]))
    came = {word for _, w in named for word in (w.table, w.name)}
    missing += [layouts.file_of(t) for t in required if t not in came]
    return Assessment(
        layouts=layouts,
        matches=tuple(matches),
        left=left,
        findings=(*findings, *told),
        missing=tuple(dict.fromkeys(missing)),
        refusal=refusal or alike,
        gaps=tuple(gap for m in matches for gap in _gaps(m.binding)),
        explained=sum(explained([m.binding for m in of]) for of in _by_file(matches)),
        columns=sum(_delivered(of[0].inspected) for of in _by_file(matches)),
    )


def _delivered(inspected: Inspected) -> int:
    """How many columns of a file are the district's: those that Homeroom put beside refused rows are none of it."""
    return len(inspected.columns) - len(own_columns(inspected))


def _by_file(matches: Sequence[Match]) -> list[list[Match]]:
    """The matches of each file together."""
    numbers = dict.fromkeys(m.inspected.file.number for m in matches)
    return [[m for m in matches if m.inspected.file.number == number] for number in numbers]


def _left_over(
    layouts: LayoutSet,
    matches: Sequence[Match],
    idle: Sequence[tuple[Inspected, Layout, str]],
    unmatched: Sequence[tuple[Inspected, str | None]],
) -> tuple[tuple[tuple[Inspected, str | None], ...], list[Finding]]:
    """The files of which nothing is read, with the reason, and what is to be told of layouts that read nothing.

    A file that only serves to be joined is none of them, as long as it is joined to any that is read.
    """
    read = {m.inspected.file.number for m in matches}
    joined = {n for m in matches for n in m.binding.arrangement.files}
    left: dict[int, tuple[Inspected, str | None]] = {}
    findings: list[Finding] = []
    for inspected, layout, why in idle:
        number = inspected.file.number
        if layout.optional and number in read:
            continue  # as it may be; where the layout had brought anything, that is told as `table-partial`
        if number in read or number in joined:
            detail = (("file", inspected.file.name), ("what", layout.table), ("why", why))
            findings.append(Finding("layout-idle", number, layout.table, detail))
        else:
            left.setdefault(number, (inspected, why))
    for inspected, known in unmatched:
        number = inspected.file.number
        if number not in joined and number not in read:
            serves = inspected.fault is None and layouts.joins(inspected.file.name)
            left.setdefault(number, (inspected, "no file that it is joined to was read" if serves else known))
    return tuple(left.values()), findings


def left_alone(taken: Assessment) -> tuple[tuple[tuple[Inspected, str], ...], tuple[Finding, ...]]:
    """The files of which a set reads nothing, each with the reason, and what is to be told of them.

    Asked of the set that is taken only: for the reason a header is put to every layout of the set, which takes longer than all
    the rest. What a file waits for to be joined was told already.
    """
    waiting = {f.file for f in taken.findings if f.code == "join-missing"}
    left = tuple((i, why or _likeness(taken.layouts, i)) for i, why in taken.left)
    return left, tuple(_unknown(i, why) for i, why in left if i.file.number not in waiting)


def _waiting(inspected: Inspected, layout: Layout, waiting: str) -> Finding:
    detail = (("file", inspected.file.name), ("what", layout.table), ("joined", waiting))
    return Finding("join-missing", inspected.file.number, layout.table, detail)


def _by_name(
    layouts: LayoutSet, files: Sequence[Inspected], manifest: Manifest | None
) -> tuple[list[tuple[Inspected, Layout]], list[tuple[Inspected, str | None]], list[Finding]]:
    """The files that bear the name of a layout, once for each; those that do not, with a reason other than that; and what is to be told of both.

    A name with a date gives way to the plain name of the same layout.
    """
    named: list[tuple[Inspected, Layout]] = []
    unmatched: list[tuple[Inspected, str | None]] = []
    findings: list[Finding] = []
    for inspected in files:
        readers = layouts.readers(inspected.file.name) or _of_refused(layouts, inspected)
        if not readers:
            unmatched.append((inspected, None))
        for layout in readers:
            if manifest and manifest.mode(layout.table) == "absent":
                detail = (("file", inspected.file.name),)
                findings.append(Finding("file-not-promised", inspected.file.number, layout.table, detail))
            else:
                named.append((inspected, layout))
    plain = {w.name for i, w in named if patterns.rank(w.files, i.file.name) == 0 and not is_mended(i)}
    for inspected, layout in list(named):
        if layout.name in plain and patterns.rank(layout.files, inspected.file.name) != 0 and not is_mended(inspected):
            named.remove((inspected, layout))
            unmatched.append((inspected, f"{layout.files[0]} was read instead"))
    return named, unmatched, findings


def _of_refused(layouts: LayoutSet, inspected: Inspected) -> tuple[Layout, ...]:
    """The layout of a file of refused rows that somebody has renamed: Homeroom wrote its header, which is trusted alone."""
    like = _like(layouts, inspected) if is_mended(inspected) and inspected.fault is None else None
    return (like,) if like else ()


def _likeness(layouts: LayoutSet, inspected: Inspected) -> str:
    """Why a file that bears no layout's name was left alone; a header that is known is named, but never trusted alone."""
    if inspected.fault is not None:
        return inspected.fault.message.rstrip(".")
    like = _like(layouts, inspected)
    return f"its header is that of {like.files[0]}, but its name is not" if like else "no layout reads a file of this name"


def _like(layouts: LayoutSet, inspected: Inspected, other_than: Layout | None = None) -> Layout | None:
    """The one layout whose whole expectation the header meets and that knows nearly all of its columns."""
    fits = []
    for layout in layouts.layouts:
        own_name = patterns.rank(layout.files, inspected.file.name) is not None  # then it reads the file itself
        if (
            layout is not other_than
            and not own_name
            and not layout.rows.takes_any_column
            and inspected.columns
            and not inspected.headerless
        ):
            binding = bindings.match(layout, inspected)
            if binding.fits and len(layout.expected) > 1 and binding.explained * 5 >= _delivered(inspected) * 4:
                fits.append((binding.explained, layout))
    best = max((n for n, _ in fits), default=0)
    winners = [w for n, w in fits if n == best]
    return winners[0] if len(winners) == 1 else None


def _trouble(layouts: LayoutSet, binding: Binding) -> tuple[Finding | None, Refused] | None:
    """Why a file that bears a layout's name cannot be read by it: another table's file under this name, or columns missing."""
    inspected, name = binding.inspected, binding.inspected.file.name
    if inspected.fault is not None:
        return None, Refused.of(inspected.fault)
    expected = binding.layout.hints
    if inspected.headerless and expected.columns and expected.header is None and len(expected.columns) != len(inspected.columns):
        what = f"has no header line and {len(inspected.columns)} columns where {len(expected.columns)} are expected"
        return None, Refused("header_mismatch", file=name, column=expected.columns[0], what=what)
    refused = bindings.refusal(binding)
    if refused is None:
        return None
    like = _like(layouts, inspected, binding.layout)
    if like is None:
        return None, refused
    detail = (("file", name), ("like", like.files[0]))
    missing = binding.missing(binding.layout.required)[0]
    what = f"has the columns of {like.files[0]} instead of its own: perhaps the two files were swapped"
    return (
        Finding("file-swapped", inspected.file.number, binding.layout.table, detail),
        Refused("header_mismatch", file=name, column=missing, what=what),
    )


def _plainer(first: Refused | None, second: Refused) -> Refused:
    """The refusal that is told: one about a file's own columns goes before one about the columns of a file that is joined to it."""
    return second if first is None or (of_joined(first) and not of_joined(second)) else first


def of_joined(refusal: Refused) -> bool:
    """Whether a refusal is about the columns of a file that is joined to another (or that did not come to be joined)."""
    return " (of " in refusal.message


def _needed(layouts: LayoutSet, layout: Layout, manifest: Manifest | None) -> bool:
    """Whether a delivery fails when this file cannot be read: it is required or promised, or, without promises, of the roster."""
    if layout.optional:
        return False
    if layouts.requires(layout):
        return True
    return layout.table in manifest.promised if manifest else layout.of.service == "rostering"


def _mode(layout: Layout, manifest: Manifest | None) -> Mode:
    if layout.kind == "change_notification":
        return "change_notification"
    said: FileMode = manifest.mode(layout.table) if manifest else "bulk"
    return "delta" if said == "delta" else "continuous"


def _gaps(binding: Binding) -> list[str]:
    missing = binding.missing(binding.layout.expected)
    gaps = [f"{binding.inspected.file.name} lacks {', '.join(missing)}"] if missing else []
    if inferred := binding.inferred:
        gaps.append(
            f"in {binding.inspected.file.name} the meaning of {', '.join(inferred)} is inferred: name the set to confirm it"
        )
    return gaps


def _alike(matches: Sequence[Match]) -> Refused | None:
    """Two files for one layout: which of two full exports is the true one, nobody can say. Refused rows are no export."""
    seen: dict[str, Inspected] = {}
    for match in (m for m in matches if not is_mended(m.inspected)):
        first = seen.setdefault(match.layout.name, match.inspected)
        if first is not match.inspected:
            return Refused("files_alike", first=first.file.name, second=match.inspected.file.name, table=match.layout.table)
    return None


def _unknown(inspected: Inspected, why: str) -> Finding:
    return Finding("file-unknown", inspected.file.number, None, (("file", inspected.file.name), ("why", why)))
