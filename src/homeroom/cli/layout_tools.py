"""layouts check, layouts propose, layouts preview."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, printable, remedied, say, settings, table
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain

if TYPE_CHECKING:
    from homeroom.layouts.proposing.propose import Proposal
    from homeroom.sync.checking_layouts import Checked, Fit
    from homeroom.sync.previewing import Preview

Json = Annotated[bool, Parameter(name="--json", negative="")]


def check(path: Path, /, *, on: Path | None = None, as_json: Json = False) -> int:
    """Tell every mistake of a layout or of a folder of them, with line and column. Exit status 1 where there is one.

    Parameters
    ----------
    path
        A layout's file, or the folder of a set.
    on
        A delivered file, folder or archive: which columns are found, which are missing, and what the first rows become.
    as_json
        Print one JSON document.
    """
    from homeroom.layouts.faults import LayoutFaults
    from homeroom.sync import checking_layouts as checking

    try:
        found = checking.check(checking.texts_at_path(path), path.resolve().name.removesuffix(".toml"), settings().work, on)
    except LayoutFaults as faults:
        found = checking.Checked(faults.faults)
    if as_json:
        document(
            {
                "good": found.good,
                "faults": [asdict(f) for f in found.faults],
                "layouts": [w.name for w in found.layouts],
                "files": [asdict(f) for f in found.fits],
            }
        )
    else:
        _say_checked(found)
    return 0 if found.good else 1


def _say_checked(found: Checked) -> None:
    for fault in found.faults:
        say(printable(str(fault)))
    if found.faults:
        say(f"{len(found.faults)} mistake{'s' * (len(found.faults) > 1)}.")
        return
    say(f"No mistakes: {', '.join(w.name for w in found.layouts)}.")
    for fit in found.fits:
        say()
        _say_fit(fit)


def _say_fit(fit: Fit) -> None:
    if fit.layout is None:
        say(printable(f"{fit.file}: {fit.refused or 'no layout reads a file of this name'}."))
        return
    if fit.joined:
        say(printable(f"{fit.file} is joined by {fit.layout}."))
        return
    say(printable(f"{fit.file} by {fit.layout}:"))
    table(["target", "comes from", "found by"], fit.bound)
    if fit.missing:
        say(printable(f"Missing in the file: {', '.join(fit.missing)}."))
    if fit.unused:
        say(printable(f"Named by no line of the layout: {', '.join(fit.unused)}."))
    if fit.refused:
        say(printable(f"It cannot be read: {fit.refused}"))
    elif fit.rows:
        say("The first rows become:")
        table(fit.columns, fit.rows)


def propose(path: Path, /, *, name: str | None = None, out: Path | None = None, as_json: Json = False) -> int:
    """Propose layouts for files that no layout knows: likely table and mapping, with the reasons. Nothing is imported.

    Parameters
    ----------
    path
        A file, a folder or an archive.
    name
        What the set shall be called; without it the name of the file or folder.
    out
        Write the proposed layouts into this new folder.
    as_json
        Print one JSON document.
    """
    from homeroom.sync.proposing import propose_for

    found = propose_for(path, settings().work, name=name)
    if out is not None:
        if out.exists():
            raise Misuse(f"{out} is there already; name a new folder.")
        out.mkdir(parents=True)
        for file, text in found.texts.items():
            (out / file).write_text(text, encoding="utf-8")
    if as_json:
        listed = [_as_json(p) for p in found.proposals]
        document({"set": found.name, "files": listed, "left_alone": [list(p) for p in found.left_alone], "layouts": found.texts})
        return 0
    for proposal in found.proposals:
        _say_proposal(proposal)
    for file, why in found.left_alone:
        say(printable(f"{file}: {why}"))
    if out is not None:
        note(f"The layouts are in {out}. Look them through, then: homeroom layouts check {out} --on {path}")
    else:
        for file, text in found.texts.items():
            say(f"# --- {file}")
            for line in text.splitlines():
                say(printable(line))
            say()
    return 0


def _as_json(proposal: Proposal) -> dict[str, object]:
    return {
        "file": proposal.file,
        "table": proposal.table,
        "confidence": proposal.sure,
        "reasons": [plain(why) for why in proposal.why],
        "columns": [
            {"column": c.word, "target": c.target, "confidence": c.sure, "reasons": [plain(why) for why in c.why]}
            for c in proposal.columns
        ],
        "lacking": list(proposal.lacking),
        "other_tables": [{"table": t, "score": s} for t, s in proposal.others],
        "layouts": [{"file": w.file, "text": w.text} for w in proposal.layouts],
    }


def _say_proposal(proposal: Proposal) -> None:
    why = "; ".join(map(plain, proposal.why))
    if proposal.sure > 0:
        say(printable(f"{proposal.file} is probably {proposal.table} ({proposal.sure:.0%} sure): {why}."))
    else:
        say(printable(f"Nothing says which table {proposal.file} fills: write it into the layout. As {proposal.table}, {why}."))
    if proposal.others:
        say(f"Next would be {', '.join(t for t, _ in proposal.others)}.")
    rows = [
        (c.word, c.target or "-", f"{c.sure:.0%}" if c.target else "", "; ".join(map(plain, c.why))) for c in proposal.columns
    ]
    table(["column", "becomes", "sure", "because"], rows)
    say()


def preview(
    slug: str,
    delivery: int,
    /,
    *,
    layouts: str | None = None,
    only: Annotated[str | None, Parameter(name="--table")] = None,
    rows: int = 10,
    as_json: Json = False,
) -> int:
    """Show what layouts make of a stored delivery: cells before and columns after, and what is refused or ignored. Writes nothing.

    Parameters
    ----------
    slug
        The district.
    delivery
        Number of the delivery; `homeroom imports SLUG` tells them.
    layouts
        A layout set, a saved set or version, or a folder; without it the one of the delivery's source.
    only
        One table only.
    rows
        How many rows to show of each file, those with findings first.
    as_json
        Print one JSON document.
    """
    from homeroom.sync.previewing import preview as look

    with opened_house() as house:
        found = look(house, slug, delivery, layouts=layouts, table=only, rows=rows)
    if as_json:
        document(asdict(found))
    else:
        _say_preview(found)
    return 0 if found.reason is None else 1


def _say_preview(found: Preview) -> None:
    if found.reason is not None:
        say(printable(f"Nothing of this delivery would be taken: {found.reason.message}"))
        say(printable(f"What to do: {remedied(found.reason.code, found.reason.remedy)}"))
        return
    say(printable(f"By {found.layouts} ({found.why})"))
    for file in found.files:
        say()
        counts = f"{file.rows:,} rows: {file.accepted:,} accepted, {file.refused:,} refused, {file.ignored:,} ignored"
        say(printable(f"{file.name} by {file.layout} into {file.table}: {counts}."))
        for row in file.shown:
            say(printable(f"  row {row.row}, line {row.line or '?'}: {row.outcome}"))
            say(printable("    before  " + " | ".join(c or "" for c in row.before)))
            say(printable("    after   " + ", ".join(f"{t} = {v}" for t, v in row.after if v is not None)))
            for finding in row.findings:
                say(printable(f"    {finding}"))
    if found.left_alone:
        say("\nNot read: " + printable("; ".join(f"{n} ({why})" for n, why in found.left_alone)))
