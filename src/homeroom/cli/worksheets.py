"""worksheet: a district's own figures, asked and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, printable, say, table
from homeroom.roster.faults import Misuse

if TYPE_CHECKING:
    from homeroom.guide.worksheet.comparing import Comparison

DIFFERS = 3


def worksheet(
    slug: str,
    out_file: Annotated[Path | None, Parameter(name="OUT")] = None,
    /,
    *,
    compare: Path | None = None,
    import_: Annotated[int | None, Parameter(name="--import")] = None,
    out: Path | None = None,
    source: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Write the worksheet for a district's own figures (OUT.xlsx), or compare one that was filled in with what arrived.

    Parameters
    ----------
    slug
        The district.
    out_file
        The worksheet to write. Schools and terms that are known already stand in it.
    compare
        A worksheet that was filled in: compare it, figure by figure.
    import_
        Compare with what this import brings (a dry run too), instead of the roster as it stands.
    out
        Write the comparison as a spreadsheet, too.
    source
        Number of the source whose layout set says what is asked; without it the district's only source.
    as_json
        Print one JSON document.
    """
    if (out_file is None) == (compare is None):
        raise Misuse("name either a file to write (homeroom worksheet SLUG OUT.xlsx) or --compare FILLED.xlsx.")
    if out_file is not None:
        return _write(slug, out_file, source, as_json)
    assert compare is not None
    return _compare(slug, compare, import_, out, as_json)


def _write(slug: str, out: Path, source: int | None, as_json: bool) -> int:
    from homeroom.desk import worksheets
    from homeroom.guide.worksheet.writing import write

    _is_sheet(out)
    with opened_house() as house:
        asked = worksheets.asked(house, slug, source)
    out.parent.mkdir(parents=True, exist_ok=True)
    write(asked, out)
    if as_json:
        document({"file": str(out), "schools": len(asked.schools), "terms": len(asked.terms)})
    else:
        note(f"{out}: a worksheet with {len(asked.schools)} schools. Give it to the district's administrator.")
    return 0


def _is_sheet(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise Misuse(f"{path} must end in .xlsx.")


def _compare(slug: str, filled: Path, number: int | None, out: Path | None, as_json: bool) -> int:
    from homeroom.desk import worksheets
    from homeroom.guide.worksheet.comparing import HEADERS
    from homeroom.guide.worksheet.writing import write_result

    if out is not None:
        _is_sheet(out)
    with opened_house() as house:
        made, said = worksheets.compared(house, slug, filled, number)
    if out is not None:
        write_result([(ln.about, ln.figure, ln.expected, ln.arrived, ln.verdict, ln.cause) for ln in made.lines], HEADERS, out)
    if as_json:
        document({"district": slug, "compared_with": said, "import": number} | made.as_json())
    else:
        _show(made, said)
    return 0 if made.agrees else DIFFERS


def _show(made: Comparison, said: str) -> None:
    counts = made.counts
    say(f"Compared with {said}: " + ", ".join(f"{number} {verdict}" for verdict, number in counts.items()) + ".")
    told = [line for line in made.lines if line.verdict != "not answered" or line.cause]
    if told:
        say()
        table(
            ["about", "figure", "expected", "arrived", "result"],
            [(ln.about, ln.figure, ln.expected, ln.arrived, ln.verdict) for ln in told],
        )
    for line in told:
        if line.cause:
            say(f"\n{printable(line.about)}, {printable(line.figure)}: {printable(line.cause)}")
    for sentence in made.unread:
        say(f"\nNot read: {printable(sentence)}")
