"""Single sign-on against an issuer that others wrote, as it comes from PyPI, in an environment of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from homeroom.desk import oidc, people, sessions
from homeroom.sync.house import House, opened
from sync_house import settings

NEEDED = Path(__file__).parent / "foreign" / "requirements.txt"
HOME = Path(sys.prefix) / "foreign-oidc"
PEOPLE = (
    {"sub": "7", "email": "ada@vendor.example", "email_verified": True},
    {"sub": "8", "email": "eve@elsewhere.example", "email_verified": True},
    {"sub": "9", "email": "ben@vendor.example", "email_verified": False},
    {"sub": "10", "email": "cy@vendor.example"},
    {"sub": "11", "email": "dee@vendor.example", "email_verified": True},
)
INVITED = ("root", "ada", "ben", "cy", "dee")


@pytest.fixture(scope="module")
def command() -> Path:
    """The issuer's command; its environment is made once, and again when what it needs has changed."""
    needed, stamp = NEEDED.read_text(encoding="utf-8"), HOME / "requirements.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != needed:
        own = Path(f"{HOME}-{os.getpid()}")
        for line in (
            [sys.executable, "-m", "venv", "--without-pip", str(own)],  # a pip of its own takes longer than all it needs
            [sys.executable, "-m", "pip", "--python", str(own / "bin" / "python"), "install", "--quiet", "-r", str(NEEDED)],
        ):
            subprocess.run(line, check=True, capture_output=True, timeout=300)
        shutil.rmtree(HOME, ignore_errors=True)
        own.rename(HOME)  # whole or not at all, whoever else makes one
        stamp.write_text(needed, encoding="utf-8")
    return HOME / "bin" / "python"


@contextmanager
def issuing(command: Path, *options: str) -> Iterator[str]:
    """The issuer on a port that the system chooses; its address."""
    known = [word for each in PEOPLE for word in ("--user-claims", json.dumps(each))]
    line = [str(command), "-W", "ignore", "-m", "oidc_provider_mock", "--port", "0", *known, *options]
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    told = []
    try:
        for said in process.stdout:
            told.append(said)
            if found := re.search(r"https?://[\w.]+:(\d+)", said):
                break
        else:
            raise AssertionError("".join(told))
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@contextmanager
def house_at(folder: Path, issuer: str) -> Iterator[House]:
    own = replace(
        settings(folder / "data"),
        public_url="https://roster.example",
        oidc_issuer=issuer,
        oidc_client_id="homeroom",
        oidc_client_secret="shh",
    )
    with opened(own) as house:
        for name in INVITED:
            people.invite(house, f"{name}@vendor.example", "operator", who="tests", now=datetime.now(UTC))
        yield house


def gone_there(house: House, sub: str, browser: str = "b") -> tuple[str, str]:
    """Go to the issuer as a browser does, sign in there, and come back with what it sends along: state and code."""
    address = oidc.begin(house, browser, "/holds", datetime.now(UTC))
    answer = httpx2.post(address, data={"sub": sub}, follow_redirects=False)
    assert answer.status_code == 302, answer.text[:500]
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://roster.example/sign-in/sso"
    query = parse_qs(back.query)
    return query["state"][0], query["code"][0]


def come(house: House, sub: str) -> str:
    return oidc.come_back(house, "b", *gone_there(house, sub), datetime.now(UTC))[0]


@pytest.mark.slow
def test_who_is_invited_comes_in_and_nobody_else(command: Path, tmp_path: Path) -> None:
    with issuing(command) as issuer, house_at(tmp_path, issuer) as house:
        viewer = sessions.viewer(house, come(house, "7"), datetime.now(UTC))
        assert viewer is not None
        assert viewer.person.email == "ada@vendor.example"
        dee = house.stores.control.people.find("dee@vendor.example")
        assert dee is not None
        people.disable(house, dee.id, who="tests", now=datetime.now(UTC))
        for sub in ("8", "9", "10", "11", "made-up"):  # unknown; not verified; not said; shut out; made up by the issuer
            with pytest.raises(oidc.NotLetIn, match="not known here"):
                come(house, sub)
        people.disable(house, viewer.person.id, who="tests", now=datetime.now(UTC))
        with pytest.raises(oidc.NotLetIn, match="not known here"):
            come(house, "7")


@pytest.mark.slow
def test_codes_are_good_once_and_in_the_browser_that_began(command: Path, tmp_path: Path) -> None:
    with issuing(command) as issuer, house_at(tmp_path, issuer) as house:
        state, code = gone_there(house, "7")
        with pytest.raises(oidc.NotLetIn, match="not begun in this browser"):
            oidc.come_back(house, "another", state, code, datetime.now(UTC))
        other, _ = gone_there(house, "8")
        with pytest.raises(oidc.NotLetIn, match="could not be trusted"):  # the nonce is that of the other state
            oidc.come_back(house, "b", other, code, datetime.now(UTC))
        with pytest.raises(oidc.NotLetIn, match="did not take it"):  # the code was spent by that
            oidc.come_back(house, "b", state, code, datetime.now(UTC))


@pytest.mark.slow
def test_a_token_for_somebody_else_or_of_yesterday_is_not_taken(command: Path, tmp_path: Path) -> None:
    with issuing(command) as issuer, house_at(tmp_path, issuer) as house:
        state, code = gone_there(house, "7")
        elsewhere = replace(house, settings=replace(house.settings, oidc_client_id="another"))
        with pytest.raises(oidc.NotLetIn, match="did not take it"):
            oidc.come_back(elsewhere, "b", state, code, datetime.now(UTC))
    with (
        issuing(command, "--token-max-age", "-600") as issuer,
        house_at(tmp_path / "late", issuer) as house,
        pytest.raises(oidc.NotLetIn, match="could not be trusted"),
    ):
        come(house, "7")
