"""The OpenAPI document and the page made from it: nothing without words, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from homeroom.desk.acts import ACTS
from homeroom.doors.api import problems, reference_page
from homeroom.doors.api.app import document
from homeroom.doors.api.reference import pages

DOCS = Path(__file__).parents[2] / "docs" / "reference"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, dict(operation)) for method, path, operation in reference_page.operations(document())]


def test_every_operation_says_what_it_does_what_it_asks_for_and_how_it_fails() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) > 90
    for method, path, operation in operations():
        place = f"{method} {path}"
        assert len(operation["description"]) >= 15, place
        assert len(operation["summary"]) < 160, place
        assert operation["x-homeroom-act"] in ACTS, place
        assert operation["x-homeroom-asks"], place
        assert operation["tags"], place
        for status in ("401", "403", "404", "413", "422", "429", "500", "503"):
            assert list(operation["responses"][status]["content"]) == [problems.MEDIA], f"{place} {status}"
        good = [status for status in operation["responses"] if status < "300"]
        assert len(good) == 1, place
        for parameter in operation.get("parameters", ()):
            told = parameter.get("description") or parameter["schema"].get("enum") or parameter["schema"].get("anyOf")
            assert told, f"{place} {parameter['name']}"


def test_every_member_of_a_body_has_a_type_and_every_body_a_sentence() -> None:
    for method, path, operation in operations():
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            assert media in ("application/json", "multipart/form-data"), f"{method} {path}"
            schema = content["schema"]
            if "$ref" in schema:
                schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                assert schema["description"], f"{method} {path}"
                assert schema["additionalProperties"] is False, f"{method} {path} takes what it does not know"


def test_ids_of_people_stand_in_no_address() -> None:
    """A sourcedId in an address would lie in the logs of every proxy (law 10)."""
    for _, path, operation in operations():
        assert not re.search(r"sourced|student|record_?id|\{key\}|email", path, re.IGNORECASE), path
        for parameter in operation.get("parameters", ()):
            assert parameter["name"] not in ("where", "sourcedId", "student", "search", "q"), path


def test_the_page_fetches_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = reference_page.page(document())
    assert not re.search(r"<script|style=|onload|https?://|//cdn", page.replace("https://roster.example", ""))
    for code in problems.KINDS:
        assert f'id="problem-{code}"' in page
    for _, path, operation in operations():
        assert f'id="{operation["operationId"]}"' in page
        assert path in page


def test_the_committed_page_is_the_generated_one() -> None:
    for name, text in pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"{name} is out of date: make docs"
