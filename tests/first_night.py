"""Pinewood after its first nights, as a copy: most tests of the corridor only need those nights to lie behind them.

They are walked once for a worker, an engine and a kind of source; then the installation is closed, and every test opens a copy of its
own: of the data folder, and on PostgreSQL of the database. Times in it are those of the nights that were walked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from databases import fresh_database, name_in
from e2e.files import district
from homeroom.sync.house import opened
from sync_house import Pinewood, settings

Files = dict[str, str]
Settle = Callable[..., Pinewood]
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass
class FirstNights:
    """The installations that are copied, by source and files. `folder` is where they lie; `server`: PostgreSQL's, or None."""

    folder: Path
    server: str | None
    staying: ExitStack
    made: dict[str, tuple[Path, str | None]] = field(default_factory=dict)

    def of(self, source: dict[str, Any] | None, nights: Sequence[Files]) -> tuple[Path, str | None]:
        """The data folder and the database's URL after nights of the one source, or of no source at all. None of them failed."""
        key = json.dumps([source, nights], sort_keys=True)
        if key not in self.made:
            url = self.staying.enter_context(fresh_database(self.server)) if self.server is not None else None
            place = self.folder / str(len(self.made))
            with opened(settings(place / "data", url)) as house:
                pinewood = Pinewood.founded(house, place)
                if source is not None:
                    pinewood.source(**source)
                assert all(pinewood.night(files).outcome != "failed" for files in nights)
            self.made[key] = (place / "data", url)
        return self.made[key]


@pytest.fixture(scope="session")
def first_nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstNights]:
    """What every test of a worker copies, on the embedded stores."""
    with ExitStack() as staying:
        yield FirstNights(tmp_path_factory.mktemp("first-nights"), None, staying)


@pytest.fixture(scope="session")
def first_nights_on_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstNights]:
    """The same on PostgreSQL."""
    with ExitStack() as staying:
        yield FirstNights(tmp_path_factory.mktemp("first-nights"), postgres_server, staying)


@pytest.fixture
def settled_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settle]:
    """Opens the district after its first nights on an engine, with the words of `Pinewood.source` where they came from a source."""
    with ExitStack() as staying:

        def settle(
            engine: str = "sqlite", source: dict[str, Any] | None = None, nights: Sequence[Files] = (district(),)
        ) -> Pinewood:
            name = "first_nights_on_postgres" if engine == "postgres" else "first_nights"
            kept: FirstNights = request.getfixturevalue(name)
            data, url = kept.of(source, nights)
            shutil.copytree(data, tmp_path / "data", symlinks=True)
            if kept.server is not None and url is not None:
                url = staying.enter_context(fresh_database(kept.server, template=name_in(url)))
            return Pinewood(staying.enter_context(opened(settings(tmp_path / "data", url))), tmp_path)

        yield settle


@pytest.fixture
def settled(settled_on: Settle) -> Pinewood:
    """The district after its first night, on the embedded stores; no source was named."""
    return settled_on()


@pytest.fixture(params=ENGINES)
def settleds(request: pytest.FixtureRequest, settled_on: Settle) -> Pinewood:
    """The same on each engine in turn."""
    return settled_on(request.param)
