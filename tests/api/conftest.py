"""Fixtures of the API's tests: an installation with two districts, its API behind a real socket, on each engine in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api_kit import Api, api
from homeroom.sync import districts
from homeroom.sync.house import opened
from sync_house import SLUG, settings


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One installation for the tests of a file."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url_of_module")
    with opened(settings(tmp_path_factory.mktemp("api") / "data", url)) as house:
        districts.add(house, SLUG, "Pinewood", "UTC")
        districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
        with api(house) as made:
            yield made
