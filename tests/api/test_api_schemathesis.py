"""Requests that nobody thought of, made from the OpenAPI document by schemathesis: no answer is a mistake of ours, each is as described."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api_kit import Api, api
from e2e.files import district
from homeroom.sync.house import opened
from sync_house import Pinewood, settings

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).parent / "schemathesis"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
KNOWN = '[parameters]\n"path.slug" = "pinewood"\n"path.table" = "users"\n"path.name" = "ours"\n"path.number" = 1\n'
"""So that requests get past the addresses, to what is behind them."""
NOTHING: tuple[str, ...] = ()
OF_DISTRICTS = ("--exclude-path-regex", r"/districts/\{slug\}")
"""A token for the installation opens of a district what any other does, and that was asked twice already."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Pinewood with one imported night, and a set-up that has begun."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with opened(settings(folder / "data")) as house:
        Pinewood.founded(house, folder).night(district())
        house.stores.control.setups.begin("pinewood", date(2026, 11, 20), {})
        with api(house) as made:
            yield made


@pytest.mark.parametrize(
    ("role", "kind", "district", "left_out"),
    [
        ("administrator", "records", "pinewood", NOTHING),
        ("administrator", "settings", "pinewood", NOTHING),
        ("operator", "settings", None, OF_DISTRICTS),
    ],
)
def test_requests_that_nobody_thought_of(
    office: Api, tmp_path: Path, role: str, kind: str, district: str | None, left_out: tuple[str, ...]
) -> None:
    bound = {"districts": ["pinewood"]} if role == "administrator" else {}
    token = office.token(office.person(role, f"{kind}@{role}.example", **bound), kind, district)
    (tmp_path / "schemathesis.toml").write_text(KNOWN)
    done = subprocess.run(
        [
            *(str(PROGRAM), "--config-file", str(tmp_path / "schemathesis.toml"), "run", f"{office.url}/openapi.json"),
            *("-H", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
            *("--phases", "fuzzing", "--max-examples", "1", "--seed", "1", "--workers", "1"),
            *(
                "--exclude-operation-id",
                "revoke_token",
                *left_out,
                "--warnings",
                "off",
                "--no-color",
                "--generation-database",
                "none",
            ),
            *("--max-failures", "30", "--continue-on-failure", "--suppress-health-check", "all"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-15_000:] + done.stderr[-2_000:]
    assert "operations" in done.stdout.lower()
