"""Single sign-on against an issuer that speaks OpenID Connect over real HTTP: who is invited comes in, everything else does not."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from desk_kit import NOON
from homeroom.desk import oidc, own_secrets, passwords, people, sessions
from homeroom.roster.faults import Misuse
from homeroom.settings import read
from homeroom.sync.house import House, opened
from sync_house import settings

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


class Issuer:
    """An issuer whose answers a test can spoil."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "7", "email": "ada@vendor.example", "email_verified": True}
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.challenge = ""
        self.calls = self.name = ""
        self.broken = False
        self.lacking = ""
        self.person: dict[str, Any] = {}

    def answer(self, path: str, form: dict[str, list[str]], authorization: str) -> tuple[int, Any]:
        if self.broken:
            return 500, {"error": "server_error"}
        if path.endswith("openid-configuration"):
            said = {
                "issuer": self.name or self.calls,
                "authorization_endpoint": f"{self.calls}/authorize",
                "token_endpoint": f"{self.calls}/token",
                "jwks_uri": f"{self.calls}/keys",
                "userinfo_endpoint": f"{self.calls}/person",
            }
            return 200, {name: each for name, each in said.items() if name != self.lacking}
        if path == "/person":
            return (200, self.person) if authorization == "Bearer x" else (401, {"error": "invalid_token"})
        if path == "/keys":
            return 200, {"keys": [KEY.as_dict(private=False)]}
        verifier = form["code_verifier"][0]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        assert challenge == self.challenge
        assert base64.b64decode(authorization.removeprefix("Basic ")) == b"homeroom:shh"
        if form["code"] != ["good"]:
            return 400, {"error": "invalid_grant"}
        at = int(NOON.timestamp())
        claims = {"iss": self.calls, "aud": "homeroom", "iat": at, "exp": at + 300, "nonce": self.nonce} | self.claims
        token = jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.key, algorithms=[self.algorithm])
        return 200, {"id_token": token, "access_token": "x", "token_type": "Bearer"}

    nonce = ""

    def visited(self, address: str) -> str:
        """What the browser brings to the issuer; returns the state."""
        query = parse_qs(urlsplit(address).query)
        self.nonce, self.challenge = query["nonce"][0], query["code_challenge"][0]
        assert query["redirect_uri"] == ["https://roster.example/sign-in/sso"]
        return query["state"][0]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(parse_qs(body))

        def _say(self, form: dict[str, list[str]]) -> None:
            status, told = made.answer(self.path, form, self.headers.get("authorization", ""))
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.calls = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def house(tmp_path: Path, issuer: Issuer) -> Iterator[House]:
    known = {
        "claims": dict(Issuer().claims),
        "key": KEY,
        "algorithm": "RS256",
        "name": "",
        "broken": False,
        "lacking": "",
        "person": {},
    }
    for name, value in known.items():
        setattr(issuer, name, value)
    own = replace(
        settings(tmp_path / "data"),
        public_url="https://roster.example",
        oidc_issuer=issuer.calls,
        oidc_client_id="homeroom",
        oidc_client_secret="shh",
        oidc_name="District account",
    )
    with opened(own) as house:
        people.invite(house, "ada@vendor.example", "operator", who="tests", now=NOON)
        yield house


def come(
    house: House, issuer: Issuer, code: str = "good", browser: str = "b", back: str = "b", seconds: int = 1
) -> tuple[str, str]:
    state = issuer.visited(oidc.begin(house, browser, "/holds", NOON))
    return oidc.come_back(house, back, state, code, NOON + timedelta(seconds=seconds))


def test_who_is_invited_comes_in_and_is_known_by_the_issuers_name_from_then_on(house: House, issuer: Issuer) -> None:
    assert oidc.offered(house) == "District account"
    cookie, to = come(house, issuer)
    found = sessions.viewer(house, cookie, NOON + timedelta(minutes=1))
    assert found is not None
    assert (found.person.email, to) == ("ada@vendor.example", "/holds")
    issuer.claims |= {"email": "ada.lovelace@vendor.example", "email_verified": False}  # she has married; the subject is hers
    assert come(house, issuer)[0]
    # Without a password or a code yet, a code generator can be set up, and then it confirms.
    secret = passwords.new_secret()
    import pyotp

    own_secrets.set_code(house, found, "", secret, pyotp.TOTP(secret).at(NOON), NOON)
    with pytest.raises(Misuse):
        own_secrets.set_code(house, found, "", secret, pyotp.TOTP(secret).at(NOON), NOON)


def test_a_strict_issuer_tells_the_address_to_who_asks_for_it(house: House, issuer: Issuer) -> None:
    issuer.claims = {"sub": "7"}
    for said, told in (
        ({"sub": "8", "email": "ada@vendor.example", "email_verified": True}, "could not be trusted"),
        ({"email": "ada@vendor.example", "email_verified": True}, "could not be trusted"),
        ({"sub": "7", "email": "ada@vendor.example"}, "not known here"),
        ({"sub": "7", "email": "eve@vendor.example", "email_verified": True}, "not known here"),
    ):
        issuer.person = said
        with pytest.raises(oidc.NotLetIn, match=told):
            come(house, issuer)
    issuer.person = {"sub": "7", "email": "ada@vendor.example", "email_verified": True}
    assert come(house, issuer)[0]
    issuer.person = {}
    assert come(house, issuer)[0], "who is known by the issuer's own name is not asked for again"


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ({"email": "eve@vendor.example"}, "not known here"),
        ({"email_verified": False}, "not known here"),
        ({"email_verified": "true"}, "not known here"),
        ({"aud": "another"}, "could not be trusted"),
        ({"iss": "https://evil.example"}, "could not be trusted"),
        ({"nonce": "replayed"}, "could not be trusted"),
        ({"exp": int(NOON.timestamp()) - 600}, "could not be trusted"),
        ({"sub": None}, "could not be trusted"),
        ({"aud": ["homeroom", "another"], "azp": "another"}, "could not be trusted"),
    ],
)
def test_claims_that_are_not_right_let_nobody_in(house: House, issuer: Issuer, spoiled: dict[str, Any], told: str) -> None:
    issuer.claims = issuer.claims | spoiled
    with pytest.raises(oidc.NotLetIn, match=told):
        come(house, issuer)


def test_signatures_that_are_not_the_issuers_let_nobody_in(house: House, issuer: Issuer) -> None:
    issuer.key = OTHER
    with pytest.raises(oidc.NotLetIn, match="could not be trusted"):
        come(house, issuer)
    issuer.key, issuer.algorithm = OctKey.import_key(b"shh" * 20), "HS256"  # a signature that a shared secret makes
    with pytest.raises(oidc.NotLetIn, match="could not be trusted"):
        come(house, issuer)


def test_codes_states_and_browsers_must_be_those_that_began_it(house: House, issuer: Issuer) -> None:
    with pytest.raises(oidc.NotLetIn, match="did not take it"):
        come(house, issuer, code="stolen")
    with pytest.raises(oidc.NotLetIn, match="not begun in this browser"):
        come(house, issuer, back="another browser")
    with pytest.raises(oidc.NotLetIn, match="took too long"):
        come(house, issuer, seconds=601)
    with pytest.raises(oidc.NotLetIn, match="not begun"):
        oidc.come_back(house, "b", "made up", "good", NOON)


def test_an_issuer_that_is_away_or_somebody_else_is_told(house: House, issuer: Issuer) -> None:
    issuer.broken = True
    with pytest.raises(oidc.NotLetIn, match="did not take it"):
        oidc.begin(house, "b", "/", NOON)
    issuer.broken, issuer.name = False, "https://another.example"
    with pytest.raises(oidc.NotLetIn, match="another name"):
        oidc.begin(house, "b", "/", NOON)
    issuer.name = ""
    for place in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        issuer.lacking = place
        with pytest.raises(oidc.NotLetIn, match="does not say where to go"):
            oidc.begin(house, "b", "/", NOON)


def test_a_disabled_person_does_not_come_in_by_the_side_door(house: House, issuer: Issuer) -> None:
    people.invite(house, "root@vendor.example", "operator", who="tests", now=NOON)
    number = house.stores.control.people.find("ada@vendor.example")
    assert number is not None
    people.disable(house, number.id, who="tests", now=NOON)
    with pytest.raises(oidc.NotLetIn, match="not known here"):
        come(house, issuer)


def test_half_a_set_up_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="belong together"):
        read({"HOMEROOM_OIDC_ISSUER": "https://issuer.example"}, tmp_path)
