"""What a district's administrator is given: the guide, the plug-in for PowerSchool, the worksheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from homeroom.deliveries.workfolders import claim
from homeroom.desk import papers, worksheets
from homeroom.doors.api import streaming
from homeroom.doors.api.receiving import received
from homeroom.doors.api.routes import MOST, Answer, Ask, Asked, Routes, Slug
from homeroom.doors.sftp.hostkeys import fingerprints, host_keys
from homeroom.roster.faults import Misuse
from homeroom.sync.layouts import Own, chosen

if TYPE_CHECKING:
    from homeroom.guide.worksheet.writing import Asked as Questions

routes = Routes("Papers")
Source = Annotated[
    int | None, Query(ge=1, le=MOST, description="The source that it is about; without it the district's only one.")
]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_SHEET = 20 << 20
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@routes.ask(
    "GET",
    "/districts/{slug}/guide",
    "setup.see",
    response_class=Response,
    responses={
        200: {
            "description": "The guide, as a page or as Markdown. No password stands in it.",
            "content": {"text/html": {"schema": {"type": "string"}}, "text/markdown": {"schema": {"type": "string"}}},
        }
    },
)
def get_guide(
    asked: Ask,
    slug: Slug,
    source: Source = None,
    layouts: Annotated[str | None, Query(max_length=100, description="A layout set; without it the source's.")] = None,
    contact: Annotated[str | None, Query(max_length=200, description="Whom the administrator can ask.")] = None,
    format: Literal["html", "markdown"] = "html",
) -> Response:
    """Make the configuration guide for a district's administrator."""
    _there(asked, source)
    wanted = chosen(layouts, Own(asked.house, slug))
    made = papers.guide(asked.house, slug, source=source, layouts=wanted, ask=contact, fingerprints=lambda: _fingerprints(asked))
    if format == "html":
        return Response(made.html, media_type="text/html; charset=utf-8", headers=streaming.attached(f"{slug}-guide.html"))
    return Response(made.markdown, media_type="text/markdown; charset=utf-8", headers=streaming.attached(f"{slug}-guide.md"))


@routes.ask(
    "GET",
    "/districts/{slug}/plugin",
    "setup.see",
    response_class=Response,
    responses={200: streaming.of("application/zip", "The plug-in, to be uploaded as it is.")},
)
def get_plugin(
    asked: Ask,
    slug: Slug,
    pack: Annotated[list[Literal["legal-guardian"]] | None, Query(description="Optional packs.")] = None,
) -> Response:
    """Make the plug-in that a district installs in PowerSchool."""
    made = papers.plugin(asked.house, slug, tuple(pack or ()), asked.house.settings.public_url)
    return Response(made.package, media_type="application/zip", headers=streaming.attached(f"{slug}-plugin.zip"))


@routes.ask(
    "GET",
    "/districts/{slug}/worksheet",
    "setup.see",
    response_class=Response,
    responses={200: streaming.of(SHEET, "The worksheet, to be filled in.")},
)
def get_worksheet(asked: Ask, slug: Slug, source: Source = None) -> Response:
    """Make the worksheet that asks a district for its own figures."""
    _there(asked, source)
    return empty_sheet(asked, lambda: worksheets.asked(asked.house, slug, source))


@routes.ask("POST", "/districts/{slug}/worksheet/compare", "records.see", response_model=dict[str, Any], extra=FORM)
async def compare_worksheet(
    asked: Ask,
    slug: Slug,
    request: Request,
    number: Annotated[
        int | None, Query(alias="import", ge=1, le=MOST, description="Compare with what this import brings.")
    ] = None,
) -> Answer:
    """Compare a worksheet that was filled in with what arrived, figure by figure.

    It asks for records since the samples on the sheet are single people.
    """
    if number is not None:
        await run_in_threadpool(asked.entry, number)
    return await filled_sheet(asked, request, lambda path: _compared(asked, path, number))


def empty_sheet(asked: Asked, questions: Callable[[], Questions]) -> Response:
    """A worksheet to be filled in, as a download."""
    from homeroom.guide.worksheet.writing import write

    folder = claim(asked.house.settings.work, f"{asked.slug}-worksheet")
    try:
        with asked.turn():
            write(questions(), folder.path / "worksheet.xlsx")
        return streaming.file(folder, folder.path / "worksheet.xlsx", f"{asked.slug}-worksheet.xlsx", SHEET)
    except BaseException:
        folder.close()
        raise


async def filled_sheet(asked: Asked, request: Request, look: Callable[[Path], Answer]) -> Answer:
    """What comes of a worksheet that was filled in and sent as a form; of the file nothing is left behind. Raises Misuse."""
    folder = await run_in_threadpool(claim, asked.house.settings.work, f"{asked.slug}-filled")
    try:
        form = await received(request.headers.get("content-type", ""), request.stream(), folder.path, _MOST_SHEET)
        if len(form.files) != 1:
            raise Misuse("Send one file: the worksheet that was filled in.")
        return await run_in_threadpool(look, folder.path / form.files[0])
    finally:
        await run_in_threadpool(folder.close)


def _compared(asked: Asked, path: Path, number: int | None) -> Answer:
    asked.audit("worksheet-compared", **{"import": number})
    with asked.turn():
        made, said = worksheets.compared(asked.house, asked.slug, path, number)
    return {"district": asked.slug, "compared_with": said, "import": number, **made.as_json()}


def _there(asked: Asked, source: int | None) -> None:
    if source is not None:
        asked.source(source)


def _fingerprints(asked: Asked) -> list[tuple[str, str]]:
    return [(p.kind, p.sha256) for p in fingerprints(host_keys(asked.house.settings.keys))]
