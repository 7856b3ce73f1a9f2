"""The data validation worksheet of a set-up: the district's own figures beside those of the files, and the signatures of both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from homeroom.desk import issue_values
from homeroom.desk.setup import worksheet
from homeroom.desk.setup.worksheet import Sheet
from homeroom.doors.api import streaming
from homeroom.doors.api.models import Body, Told
from homeroom.doors.api.resources.papers import FORM, SHEET, empty_sheet, filled_sheet
from homeroom.doors.api.routes import Answer, Ask, Asked, Routes, Slug
from homeroom.guide.worksheet.form import SCHOOL_COLUMNS, TOTAL_QUESTIONS
from homeroom.roster.faults import Misuse

routes = Routes("Set-up")
Figure = Annotated[float, Field(ge=0, lt=10**9)]
Totals = Annotated[
    dict[Annotated[str, Field(max_length=40)], Figure],
    Field(max_length=20, description=f"By key: {', '.join(TOTAL_QUESTIONS)}.", examples=[{"students": 812, "staff": 64}]),
]
OfSchools = Annotated[
    dict[Annotated[str, Field(max_length=255)], dict[Annotated[str, Field(max_length=40)], Figure]],
    Field(
        max_length=2000,
        description=f"By the school's id, then by column: {', '.join(SCHOOL_COLUMNS[2:6])}, and a column for each grade.",
        examples=[{"s1": {"Students": 402, "Staff": 31}}],
    ),
]


class FigureTold(Told):
    """One figure, and what each side says."""

    key: str = Field(description="Names it for `accept_worksheet`.")
    about: str
    figure: str
    expected: str = Field(description="What the district says.")
    arrived: str = Field(description="What the files say.")
    verdict: str = Field(description="match, mismatch or not answered.")
    cause: str
    accepted: str | None = Field(description="The explanation with which a difference was accepted.")


class SheetTold(Told):
    """The worksheet as it stands."""

    lines: list[FigureTold]
    import_: int | None = Field(alias="import", description="The import whose files were counted.")
    compared: str | None
    answered_by: str | None
    open: int = Field(description="Figures that differ without an accepted explanation.")
    signed: dict[str, dict[str, str]] = Field(description="By side, vendor and district: by whom, when, and which mark.")
    mark: str = Field(description="What a signature is bound to, for `sign_worksheet`.")
    agreed: bool = Field(description="Whether both sides signed these very figures.")


class SheetShown(SheetTold):
    """The worksheet with its questions."""

    questions: dict[str, str]
    schools: list[list[str]] = Field(description="Those that are asked about: id and name.")
    answers: dict[str, Any] = Field(description="What was answered so far.")


class Answers(Body):
    """The district's figures. They take the place of all that were given before."""

    totals: Totals = {}
    schools: OfSchools = {}


class Accepted(Body):
    """Differences to accept."""

    figures: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=300)]],
        Field(min_length=1, max_length=2000, description="By the key of the figure: why it may differ, in a few words."),
    ]


class Signature(Body):
    """Which figures are signed."""

    mark: Annotated[str, Field(max_length=100, description="As the worksheet told it; other figures since are not signed.")]


@routes.ask("GET", "/districts/{slug}/set-up/worksheet", "setup.see", response_model=SheetShown)
def get_set_up_worksheet(asked: Ask, slug: Slug) -> Answer:
    """Show the worksheet: its questions, the answers, figure by figure what the files say, and who signed."""
    with asked.turn():
        questions = worksheet.asked(asked.house, slug, asked.viewer.who)
    return {
        **_told(worksheet.sheet(asked.house, slug)),
        "questions": dict(TOTAL_QUESTIONS),
        "schools": [list(pair) for pair in questions.schools],
        "answers": worksheet.answered(asked.house, slug),
    }


@routes.ask("PUT", "/districts/{slug}/set-up/worksheet", "worksheet.fill", response_model=SheetTold)
def fill_worksheet(asked: Ask, slug: Slug, body: Answers) -> Answer:
    """Give the district's own figures; they are compared with the last files at once. Signatures under other figures are void."""
    if unknown := sorted({c for cells in body.schools.values() for c in cells} - set(SCHOOL_COLUMNS[2:])):
        raise Misuse(f"The worksheet has no column {unknown[0]!r}; there are {', '.join(SCHOOL_COLUMNS[2:])}.")
    totals = {key: f"{figure:f}" for key, figure in body.totals.items()}
    schools = {id: {column: f"{figure:f}" for column, figure in cells.items()} for id, cells in body.schools.items()}
    with asked.turn():
        return _told(worksheet.fill(asked.house, asked.viewer, slug, totals, schools, asked.now))


@routes.ask(
    "GET",
    "/districts/{slug}/set-up/worksheet/sheet",
    "setup.see",
    response_class=Response,
    responses={200: streaming.of(SHEET, "The worksheet as XLSX, to be filled in.")},
)
def download_set_up_worksheet(asked: Ask, slug: Slug) -> Response:
    """Download the worksheet as a spreadsheet, with the schools and terms of this district."""
    return empty_sheet(asked, lambda: worksheet.asked(asked.house, slug, asked.viewer.who))


@routes.ask("PUT", "/districts/{slug}/set-up/worksheet/sheet", "worksheet.fill", response_model=SheetTold, extra=FORM)
async def upload_worksheet(asked: Ask, slug: Slug, request: Request) -> Answer:
    """Give the district's figures by the spreadsheet that was filled in. Samples of single people in it are not kept."""
    return await filled_sheet(asked, request, lambda path: _uploaded(asked, path))


@routes.ask("POST", "/districts/{slug}/set-up/worksheet/compare", "worksheet.fill", response_model=SheetTold)
def compare_set_up_worksheet(asked: Ask, slug: Slug) -> Answer:
    """Compare the answers once more, with the newest files. Signatures under other figures are void."""
    with asked.turn():
        return _told(worksheet.compare(asked.house, asked.viewer, slug, asked.now))


@routes.ask("POST", "/districts/{slug}/set-up/worksheet/accept", "setup.step", response_model=SheetTold)
def accept_worksheet(asked: Ask, slug: Slug, body: Accepted) -> Answer:
    """Accept that figures differ, each with its explanation."""
    return _told(worksheet.accept(asked.house, asked.viewer, slug, body.figures, asked.now))


@routes.ask("POST", "/districts/{slug}/set-up/worksheet/sign", "setup.step", response_model=SheetTold)
def sign_worksheet(asked: Ask, slug: Slug, body: Signature) -> Answer:
    """Sign the figures for one's own side: the vendor's staff for the vendor, an administrator for the district."""
    return _told(worksheet.sign(asked.house, asked.viewer, slug, body.mark, asked.now))


def _uploaded(asked: Asked, path: Path) -> Answer:
    named = path.with_suffix(".xlsx")
    if path != named:
        path.rename(named)
    with asked.turn():
        return _told(worksheet.upload(asked.house, asked.viewer, asked.slug, named, asked.now))


def _told(made: Sheet) -> Answer:
    return {
        "lines": issue_values.plain_values(made.lines),
        "import": made.number,
        "compared": issue_values.plain_values(made.compared),
        "answered_by": made.answered_by,
        "open": made.open,
        "signed": issue_values.plain_values(made.signed),
        "mark": made.mark,
        "agreed": made.agreed,
    }
