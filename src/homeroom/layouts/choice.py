"""Which layout set reads a delivery, and why.

A set that the source or the command line names is taken. Otherwise a manifest names the OneRoster version. Otherwise the
set is taken that finds all the columns it expects and knows most of the columns there are; a tie goes to the OneRoster
version that the headers speak of. A set that would know more columns but lacks one that it expects leaves the choice to a
person. Without a clear winner the delivery is refused, with what each set lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeroom.layouts import manifest as manifests
from homeroom.layouts.assessing import Assessment, Match, assess, left_alone, of_joined
from homeroom.layouts.layout import Kind, Layout
from homeroom.layouts.manifest import Finding, Manifest
from homeroom.layouts.mended import is_mended
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse, Refused
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Inspected

MOST = 0.5
"""A set that is not named must know more than this share of all columns."""

FEW = 0.25
"""A set that knows a smaller share of the columns of all files has nothing to say of one that it cannot read."""

_NEW_WORDS = {"primaryOrgSourcedId", "userMasterIdentifier", "preferredGivenName"}
_NEW_FILES = {"roles.csv", "userprofiles.csv"}


@dataclass(frozen=True, slots=True)
class Choice:
    """The set that was taken, `why` in a sentence, which layout reads which file, the files that were left alone, and
    those that are joined to others."""

    layouts: LayoutSet
    why: str
    matches: tuple[Match, ...]
    unmatched: tuple[tuple[Inspected, str], ...]
    manifest: Manifest | None
    findings: tuple[Finding, ...]
    joined: tuple[Inspected, ...] = ()

    @property
    def readers(self) -> Mapping[int, Layout]:
        """File number -> the first layout that reads it."""
        return {m.inspected.file.number: m.layout for m in reversed(self.matches)}


def choose(
    sets: Sequence[LayoutSet],
    inspected: Sequence[Inspected],
    wanted: str | None,
    workbench: Workbench | None = None,
    kind: Kind = "continuous",
) -> Choice:
    """Choose the set and match the files for an import of that kind. Findings go to the issue table of `workbench`, if given, also before a refusal.

    Raises Refused: `incomplete_set`, `header_mismatch`, `file_unreadable`, `files_alike`, `layouts_unclear`; Misuse for an
    unknown `wanted`.
    """
    found = manifests.find(inspected)
    sheet = manifests.read(found) if found and any(s.manifest for s in sets) else None
    known = {s.name: s.of_kind(kind) for s in sets}
    if wanted is not None and wanted not in known:
        raise Misuse("There is no layout set {name}. {remedy}", name=wanted, remedy=did_you_mean(wanted, known))
    candidates = [known[wanted]] if wanted else list(known.values())
    assessed = [_assessed(s, inspected, found, sheet) for s in candidates]
    best, why = (assessed[0], "It was named for this source.") if wanted else _winner(assessed, inspected, sheet)
    used = sheet if best.layouts.manifest else None
    left, of_left = left_alone(best)
    findings = (*(used.findings if used else ()), *_disagreement(best.layouts, used), *best.findings, *of_left)
    if workbench is not None:
        for finding in findings:
            finding.tell(workbench)
    if best.refusal is not None and not (best.missing and of_joined(best.refusal)):
        raise best.refusal
    if best.missing and not (inspected and all(map(is_mended, inspected))):
        raise Refused("incomplete_set", missing=", ".join(best.missing))
    if not best.matches and used is None:
        raise Refused("layouts_unclear", near=_near([best]))
    return Choice(best.layouts, why, best.matches, left, used, findings, best.joined)


def lacking(layouts: LayoutSet, inspected: Sequence[Inspected]) -> str:
    """In words, what keeps a set from reading these files without being named; empty when nothing does."""
    found = manifests.find(inspected)
    sheet = manifests.read(found) if found and layouts.manifest else None
    return _assessed(layouts, inspected, found, sheet).against


def _assessed(layouts: LayoutSet, inspected: Sequence[Inspected], found: Inspected | None, sheet: Manifest | None) -> Assessment:
    """The set against the files; where the set knows no manifest, a manifest is a file like any other."""
    if not layouts.manifest:
        return assess(layouts, inspected, None)
    return assess(layouts, [i for i in inspected if i is not found], sheet)


def _disagreement(layouts: LayoutSet, sheet: Manifest | None) -> tuple[Finding, ...]:
    if sheet is None or sheet.version in (None, layouts.version):
        return ()
    detail = (("said", sheet.version or ""), ("used", layouts.name))
    return (Finding("manifest-version", sheet.file, None, detail),)


def _winner(assessed: Sequence[Assessment], inspected: Sequence[Inspected], sheet: Manifest | None) -> tuple[Assessment, str]:
    if sheet and sheet.version:
        told = [a for a in assessed if a.layouts.manifest and a.layouts.version == sheet.version]
        # Systems with OneRoster sets of their own write the same manifest: the standard's own set goes before them.
        own = [a for a in told if a.layouts.name == f"oneroster-{sheet.version}"] or told
        if len(own) == 1:
            return own[0], f"manifest.csv says OneRoster {sheet.version}."
    assessed = [a for a in assessed if not any(_goes_before(b, a) for b in assessed)]
    fitting = [a for a in assessed if not a.against and a.share > MOST]
    most = max((a.explained for a in assessed if a.matches and not a.refusal and not a.missing), default=0)
    best = [a for a in fitting if a.explained == most]
    chosen = best[0] if len(best) == 1 else _by_version(best, inspected)
    if chosen is not None:
        return chosen, _because(chosen, len(best) > 1)
    nearest = None if fitting else _incomplete(assessed, most) or _stumbled(assessed, inspected)
    if nearest is None:
        raise Refused("layouts_unclear", near=_near(assessed))
    return nearest, "It comes nearest."


def _goes_before(other: Assessment, one: Assessment) -> bool:
    """Whether a set gives way to another, which reads these files as well as it does."""
    as_well = other.explained >= one.explained and (bool(one.against) or not other.against)
    return other.layouts.name in one.layouts.gives_way and as_well


def _because(chosen: Assessment, tied: bool) -> str:
    known = f"All columns it expects are there, and it knows {chosen.explained} of {chosen.columns} columns"
    return f"{known}; the header speaks of OneRoster {chosen.layouts.version}." if tied else f"{known}, more than any other set."


def _by_version(best: Sequence[Assessment], inspected: Sequence[Inspected]) -> Assessment | None:
    """Among sets that fit equally, the one of the version that the header speaks of; only between OneRoster's own sets.

    roles.csv, userProfiles.csv or columns that 1.2 brought mean 1.2; everything else means 1.1, as it does in practice.
    """
    if not best or not all(a.layouts.manifest for a in best):
        return None
    words = {w for i in inspected for w in i.columns}
    names = {i.file.name.rsplit("/", 1)[-1].casefold() for i in inspected}
    newer = words & _NEW_WORDS or names & _NEW_FILES
    version = "1.2" if newer else "1.1"
    return next((a for a in best if a.layouts.version == version), None)


def _incomplete(assessed: Sequence[Assessment], most: int) -> Assessment | None:
    """The one set that reads all that came and only misses files: then the delivery is incomplete, not unclear.

    Not where a set that misses none knows more columns (`most`), and only a person's word is wanting.
    """
    waiting = [
        a for a in assessed if a.missing and a.explained >= most and a.matches and not a.refusal and not a.gaps and a.share > MOST
    ]
    return waiting[0] if len(waiting) == 1 else None


def _stumbled(assessed: Sequence[Assessment], inspected: Sequence[Inspected]) -> Assessment | None:
    """Where no set can take the files as they are, the one that knows most of them: what it says of the file helps most.

    Not where it knows hardly any column of all that came: files of a dialect that nobody knows bear the names of others.
    """
    stumbled = [a for a in assessed if a.refusal]
    if not stumbled or any(a.gaps and not a.refusal and not a.missing for a in assessed):
        return None
    most = max(a.explained for a in stumbled)
    if most < FEW * sum(len(i.columns) for i in inspected):
        return None
    best = [a for a in stumbled if a.explained == most]
    return best[0] if len(best) == 1 else _by_version(best, inspected) or best[0]


def _near(assessed: Sequence[Assessment]) -> str:
    ranked = sorted(assessed, key=lambda a: (-a.explained, len(a.missing), len(a.left), a.layouts.name))[:3]
    return "; ".join(f"{a.layouts.name} ({a.against or f'{a.explained} of {a.columns} columns'})" for a in ranked)
