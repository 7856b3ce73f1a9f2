"""Whose server answers: the mark that a server tells of its district, if it tells one."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from homeroom.systems.powerschool.client import PowerSchool
from homeroom.systems.powerschool.source.connecting import district_of


def telling(metadata: dict[str, Any]) -> PowerSchool:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/access_token":
            return httpx2.Response(200, json={"access_token": "t", "expires_in": "3600"})
        return httpx2.Response(200, json={"metadata": metadata})

    return PowerSchool("https://sis.example.org", "id", "secret", transport=httpx2.MockTransport(answer))


@pytest.mark.parametrize(
    ("metadata", "mark"),
    [
        ({"district_uuid": "1D1E62A8-f717"}, "1D1E62A8-f717"),
        ({"district_uuid": 71844}, "71844"),
        ({"powerschool_version": "19.4"}, None),
        ({"district_uuid": ""}, None),
        ({"district_uuid": "not set yet"}, None),
        ({"district_uuid": "x" * 101}, None),
    ],
)
def test_a_mark_is_taken_for_one_only_where_it_is_one(metadata: dict[str, Any], mark: str | None) -> None:
    """Old servers leave members of the metadata out: they are taken as before, and pin nothing."""
    with telling(metadata) as sis:
        assert district_of(sis) == mark
