"""Single sign-on: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), for people who were invited.

Nobody is made by it: who comes must be known by the name that the issuer gave them before, or by an e-mail address that the issuer
says it has verified. What must be remembered between going and coming back travels in `state`, sealed and bound to the browser.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2

from homeroom.deliveries.keys import SealBroken
from homeroom.desk import people, sessions
from homeroom.desk.viewer import Person
from homeroom.roster.faults import Fault
from homeroom.store.audit import AuditRow
from homeroom.sync.doorways import public_url
from homeroom.sync.house import House

PATH = "/sign-in/sso"
LASTS = timedelta(minutes=10)
SECONDS = 10.0
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that are taken; none that a shared secret makes."""
_SLACK = 120
"""Seconds by which two clocks may differ."""


class NotLetIn(Fault):
    """The sign-in elsewhere did not lead to somebody who may come in here. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """What the issuer says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorize: str
    token: str
    keys: str
    person: str | None = None


def offered(house: House) -> str | None:
    """What the button says: the name of the sign-in elsewhere; None where none is set up."""
    return house.settings.oidc_name if house.settings.oidc_issuer and house.settings.oidc_client_id else None


def begin(house: House, browser: str, to: str, now: datetime) -> str:
    """The address to go to. `browser`: a secret of this browser's session. Raises NotLetIn where the issuer cannot be reached."""
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    remembered = json.dumps({"nonce": nonce, "verifier": verifier, "to": to, "until": (now + LASTS).isoformat()})
    state = house.vault.encrypt(remembered, table="oidc", row=_bound(browser), column="state")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": house.settings.oidc_client_id or "",
        "redirect_uri": public_url(house) + PATH,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = _issuer(house).authorize
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def come_back(
    house: House, browser: str, state: str, code: str, now: datetime, *, agent: str = "", address: str = ""
) -> tuple[str, str]:
    """The cookie's text of a new session, and where the person wanted to go. Raises NotLetIn."""
    try:
        known = json.loads(house.vault.decrypt(state, table="oidc", row=_bound(browser), column="state"))
    except (SealBroken, ValueError):
        raise NotLetIn("This sign-in was not begun in this browser. Try once more.") from None
    if datetime.fromisoformat(known["until"]) <= now:
        raise NotLetIn("The sign-in took too long. Try once more.")
    issuer = _issuer(house)
    claims, access = _claims(house, issuer, code, known, now)
    if "email" not in claims and issuer.person is not None and house.stores.control.people.by_subject(_subject(claims)) is None:
        claims |= _address(issuer.person, access, claims)
    person = _person(house, claims, now)
    return sessions.begin(house, person, now, agent=agent, address=address, how="sso"), str(known["to"])


def _issuer(house: House) -> Issuer:
    own = (house.settings.oidc_issuer or "").rstrip("/")
    said = _json("GET", f"{own}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != own:
        raise NotLetIn("The sign-in elsewhere calls itself by another name than it is set up with. Tell the operator.")
    places = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(place, str) and place.startswith(("https://", "http://")) for place in places):
        raise NotLetIn("The sign-in elsewhere does not say where to go. Tell the operator.")
    authorize, token, keys = map(str, places)
    person = said.get("userinfo_endpoint")
    return Issuer(str(said["issuer"]), authorize, token, keys, str(person) if person else None)


def _claims(house: House, issuer: Issuer, code: str, known: dict[str, Any], now: datetime) -> tuple[dict[str, Any], str]:
    """What the issuer says of the person, once its signature and every claim about the token itself are right (Core 3.1.3.7), and
    the token that asks it for more."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": public_url(house) + PATH,
        "code_verifier": known["verifier"],
    }
    pair = (house.settings.oidc_client_id or "", house.settings.oidc_client_secret or "")
    answered = _json("POST", issuer.token, data=form, auth=pair)
    try:
        keys = KeySet.import_key_set(_json("GET", issuer.keys))  # type: ignore[arg-type]
        token = jwt.decode(str(answered.get("id_token", "")), keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_SLACK,
            iss={"essential": True, "value": issuer.issuer},
            aud={"essential": True, "value": pair[0]},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": known["nonce"]},
        )
        rules.validate(token.claims)
        if token.claims.get("azp", pair[0]) != pair[0]:  # made for another client that we are only named beside (3.1.3.7, 5)
            raise ValueError("azp")
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotLetIn("What the sign-in elsewhere answered could not be trusted. Tell the operator.") from None
    return dict(token.claims), str(answered.get("access_token", ""))


def _address(place: str, access: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The e-mail address of somebody new, where the issuer tells it only to who asks for it (Core 5.4), as strict ones do.

    What is said of somebody else is not taken (Core 5.3.2).
    """
    said = _json("GET", place, bearer=access)
    if said.get("sub") != claims["sub"]:
        raise NotLetIn("What the sign-in elsewhere answered could not be trusted. Tell the operator.")
    return {name: said[name] for name in ("email", "email_verified") if name in said}


def _subject(claims: dict[str, Any]) -> str:
    return f"{claims['iss']} {claims['sub']}"


def _person(house: House, claims: dict[str, Any], now: datetime) -> Person:
    control = house.stores.control
    subject = _subject(claims)
    found = control.people.by_subject(subject)
    if found is None and claims.get("email_verified") is True:
        by_mail = control.people.find(str(claims.get("email", "")))
        if by_mail is not None and by_mail.subject is None:
            found = control.people.change(by_mail.id, subject=subject)
            control.audit.add(AuditRow(now, found.email, "sso-bound", None))
    if found is None or found.disabled is not None:
        raise NotLetIn("You are not known here. Ask the person who looks after Homeroom to invite you with this e-mail address.")
    return people.as_person(found)


def _json(method: str, url: str, bearer: str = "", **more: Any) -> dict[str, Any]:
    headers = {"accept": "application/json"} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
    try:
        with httpx2.Client(timeout=SECONDS, follow_redirects=False) as client:
            answer = client.request(method, url, headers=headers, **more)
        if answer.status_code != 200:
            raise NotLetIn("The sign-in elsewhere did not take it. Try once more.")
        read = answer.json()
    except (httpx2.HTTPError, ValueError):
        raise NotLetIn("The sign-in elsewhere cannot be reached now. Try once more, or sign in with your password.") from None
    if not isinstance(read, dict):
        raise NotLetIn("What the sign-in elsewhere answered could not be read. Tell the operator.")
    return read


def _bound(browser: str) -> str:
    return hashlib.sha256(browser.encode("utf-8", "replace")).hexdigest()
