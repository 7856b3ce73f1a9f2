"""Links that set a new password: who may hold one, what ends when it is used, and what it does not open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pyotp
import pytest

from desk_kit import NOON, PASSWORD, Somebody, somebody
from homeroom.desk import letting_in, once, own_secrets, people, sessions, signing_in, tokens, tries
from homeroom.desk.rights import NeedsElevation, NotAllowed
from homeroom.desk.viewer import Viewer
from homeroom.outbound.mail import NotSent
from homeroom.roster.faults import Misuse
from homeroom.sync.house import House

NEW = "another horse battery staple"


def with_mail(house: House) -> House:
    """The same installation with a mail server."""
    return replace(
        house, settings=replace(house.settings, smtp_url="smtp://mail.vendor.example", mail_from="homeroom@vendor.example")
    )


def bob(house: House, *, code: bool = True) -> Somebody:
    return somebody(house, "administrator", "bob@pinewood.example", code=code, districts=["pinewood"])


def signed_in(who: Somebody) -> Viewer:
    return who.viewer(who.sign_in())


def token_of(address: str | None) -> str:
    assert address is not None
    return address.rpartition("/once/")[2]


def test_a_reset_ends_every_way_in_that_there_was(house: House) -> None:
    who = bob(house)
    cookies = [who.sign_in(), who.sign_in()]
    on = who.elevated(cookies[1], "records")
    made = [
        tokens.make(house, who.viewer(cookies[0]), "nightly", 30, who.code(), who.now),
        tokens.make(house, on, "lifted", 30, who.code(), who.now, elevated=True),
    ]
    assert all(tokens.viewer(house, each.text, who.now) for each in made)
    link = people.again(house, who.person.id, who="ada", now=who.now)
    assert all(sessions.viewer(house, c, who.now) for c in cookies), "a link that nobody opened ends nothing"
    people.accept(house, link, NEW, None, who.code(), who.now)
    assert not any(sessions.viewer(house, c, who.now) for c in cookies)
    assert not any(tokens.viewer(house, each.text, who.now) for each in made)
    for each in made:
        if each.token.elevation is not None:
            assert house.stores.control.elevations.get(each.token.elevation).ended is not None
    with pytest.raises(signing_in.NoMatch):
        who.sign_in()


def test_the_link_alone_lets_nobody_in_who_has_no_code(house: House) -> None:
    who = bob(house)
    link = people.again(house, who.person.id, who="ada", now=NOON)
    own = pyotp.random_base32()
    for secret, code in ((None, ""), (own, pyotp.TOTP(own).at(NOON)), (None, "123456")):
        with pytest.raises(Misuse, match="code generator"):
            people.accept(house, link, NEW, secret, code, NOON)
    kept = house.stores.control.people.get(who.person.id)
    before = (kept.totp, kept.password_hash)
    for _ in range(7):
        with pytest.raises(Misuse, match="did not match"):
            people.accept(house, link, NEW, None, "000000", NOON)
    with pytest.raises(Misuse, match="Too many tries"):
        people.accept(house, link, NEW, None, who.code(), NOON)
    kept = house.stores.control.people.get(who.person.id)
    assert (kept.totp, kept.password_hash) == before
    who.now += timedelta(minutes=20)
    people.accept(house, link, NEW, None, who.code(), who.now)
    assert house.stores.control.people.get(who.person.id).totp == before[0], "the code generator stays the person's own"


def test_by_mail_the_link_goes_to_its_person_and_to_nobody_else(house: House) -> None:
    mailed, who, ada = with_mail(house), bob(house), signed_in(somebody(house, "engineer"))
    letters = list[EmailMessage]()
    assert letting_in.link(mailed, ada, who.person.id, NOON, letters.append) is None
    (letter,) = letters
    text = letter.get_content()
    assert (letter["To"], letter["Subject"]) == ("bob@pinewood.example", "A new password for Homeroom")
    assert "engineer@vendor.example asked for a new password" in text
    assert "signed out everywhere, and your access tokens are good no more" in text.replace("\n", " ")
    token = next(line for line in text.splitlines() if "/once/" in line).rpartition("/once/")[2]
    assert people.invited(house, token, NOON).id == who.person.id

    def refuse(letter: EmailMessage) -> None:
        raise NotSent("the mail server answered 550", passing=False)

    with pytest.raises(Misuse, match="was not sent"):
        letting_in.link(mailed, ada, who.person.id, NOON, refuse)
    invited = people.invite(mailed, "eve@pinewood.example", "administrator", who="ada", now=NOON, districts=["pinewood"])
    assert letting_in.handed(mailed, invited.person, invited.token, "ada", letters.append) is None
    assert letters[-1]["To"] == "eve@pinewood.example"


def test_without_mail_only_an_elevated_operator_holds_a_link_into_somebody_s_account(house: House) -> None:
    who = bob(house)
    other = somebody(house, "administrator", "eve@pinewood.example", districts=["pinewood"])
    for asking in (signed_in(somebody(house, "engineer")), signed_in(other)):
        with pytest.raises(Misuse, match="Ask an operator"):
            letting_in.link(house, asking, who.person.id, NOON)
    ada = somebody(house, "operator")
    cookie = ada.sign_in()
    for wrong in (None, ("records", "pinewood"), ("settings", "larkspur")):
        asking = ada.viewer(cookie) if wrong is None else ada.elevated(cookie, *wrong)
        with pytest.raises(NotAllowed) as missing:
            letting_in.link(house, asking, who.person.id, ada.now)
        assert missing.value.answer == NeedsElevation("settings", "pinewood")
    assert not [r for r in house.stores.control.audit.last(50, "pinewood") if r.action == "link-made"]
    link = token_of(letting_in.link(house, ada.elevated(cookie, "settings"), who.person.id, ada.now))
    told = house.stores.control.audit.last(1, "pinewood")[0]
    assert (told.actor, told.action) == (ada.person.email, "link-made")
    assert (told.detail["person"], told.detail["kind"], told.detail["shown"]) == (who.person.id, "new-password", True)
    who.now = ada.now
    people.accept(house, link, NEW, None, who.code(), who.now)
    reset = [r for r in house.stores.control.audit.last(5, "pinewood") if r.action == "password-reset"]
    assert [r.detail["made_by"] for r in reset] == [ada.person.email]
    found = letting_in.last_reset(house, who.person, who.now)
    assert found is not None
    assert (found.made_by, found.at) == (ada.person.email, who.now)
    assert letting_in.last_reset(house, who.person, who.now + timedelta(days=31)) is None


def test_who_came_by_single_sign_on_is_somebody_too(house: House) -> None:
    """Without a password of their own they look like somebody who never came; a link into their account is one all the same."""
    who = bob(house, code=False)
    house.stores.control.people.change(who.person.id, password_hash=None, subject="https://sso.example 17")
    with pytest.raises(Misuse, match="Ask an operator"):
        letting_in.link(house, signed_in(somebody(house, "engineer")), who.person.id, NOON)


def test_an_invitation_is_dead_when_its_person_came_by_single_sign_on(house: House) -> None:
    invited = people.invite(house, "eve@pinewood.example", "administrator", who="ada", now=NOON, districts=["pinewood"])
    house.stores.control.people.change(invited.person.id, subject="https://sso.example 18")
    with pytest.raises(once.LinkDead):
        people.accept(house, invited.token, NEW, None, "", NOON)


def test_who_never_came_is_invited_anew_by_whoever_may_invite(house: House) -> None:
    invited = people.invite(house, "eve@pinewood.example", "administrator", who="ada", now=NOON, districts=["pinewood"])
    link = letting_in.link(house, signed_in(somebody(house, "engineer")), invited.person.id, NOON)
    assert people.invited(house, token_of(link), NOON).id == invited.person.id


def test_taking_a_code_generator_away_is_an_act_of_its_own(house: House) -> None:
    who, ada = bob(house), somebody(house, "operator")
    cookie, theirs = ada.sign_in(), who.sign_in()
    for asking in (signed_in(somebody(house, "engineer")), signed_in(somebody(house, "administrator", districts=["pinewood"]))):
        with pytest.raises(Misuse, match="Ask an operator"):
            letting_in.may_forget_code(house, asking, who.person.id)
    with pytest.raises(NotAllowed):
        letting_in.may_forget_code(house, ada.viewer(cookie), who.person.id)
    letting_in.may_forget_code(house, ada.elevated(cookie, "settings"), who.person.id)
    assert not people.forget_code(house, who.person.id, who=ada.person.email, now=ada.now).has_code
    assert sessions.viewer(house, theirs, ada.now) is None
    assert [r.action for r in house.stores.control.audit.last(1, "pinewood")] == ["code-generator-forgotten"]
    with pytest.raises(Misuse, match="has no code generator"):
        people.forget_code(house, who.person.id, who="ada", now=ada.now)


def test_one_of_the_vendor_s_people_without_a_generator_comes_in_by_a_link_alone(house: House) -> None:
    kim = somebody(house, "engineer", "kim@vendor.example")
    people.forget_code(house, kim.person.id, who="command line", now=kim.now)
    with pytest.raises(signing_in.NoMatch):
        signing_in.sign_in(house, kim.person.email, PASSWORD, "", kim.now)
    link = people.again(house, kim.person.id, who="command line", now=kim.now)
    with pytest.raises(Misuse, match="Set up the code generator"):
        people.accept(house, link, NEW, None, "", kim.now)
    secret = pyotp.random_base32()
    assert people.accept(house, link, NEW, secret, pyotp.TOTP(secret).at(kim.now), kim.now).has_code


def test_who_is_of_two_districts_is_told_of_in_both(house: House) -> None:
    who = somebody(house, "administrator", "kim@both.example", code=False, districts=["pinewood", "larkspur"])
    people.again(house, who.person.id, who="command line", now=NOON)
    for slug in ("pinewood", "larkspur"):
        assert [r.action for r in house.stores.control.audit.last(1, slug)] == ["link-made"]


@pytest.mark.parametrize("keep", [False, True])
def test_who_changes_the_password_says_whether_tokens_go_on(house: House, keep: bool) -> None:
    who = bob(house)
    cookie, elsewhere = who.sign_in(), who.sign_in()
    made = tokens.make(house, who.viewer(cookie), "nightly", 30, who.code(), who.now)
    ended = own_secrets.change_password(house, who.viewer(cookie), PASSWORD, NEW, who.now, keep_tokens=keep)
    assert (ended, tokens.viewer(house, made.text, who.now) is not None) == (int(not keep), keep)
    assert sessions.viewer(house, cookie, who.now) is not None
    assert sessions.viewer(house, elsewhere, who.now) is None


def test_a_link_of_somebody_who_was_shut_out_is_dead(house: House) -> None:
    """Else whoever has it chooses the password with which the person is let in again."""
    who = bob(house, code=False)
    link = people.again(house, who.person.id, who="command line", now=NOON)
    people.disable(house, who.person.id, who="ada", now=NOON)
    with pytest.raises(once.LinkDead):
        people.accept(house, link, NEW, None, "", NOON)
    people.enable(house, who.person.id, who="ada", now=NOON)
    assert signing_in.sign_in(house, who.person.email, PASSWORD, "", NOON)


def test_a_network_of_ipv6_is_one_place_that_tries(house: House) -> None:
    for number in range(signing_in.TRIES_OF_A_PLACE):
        house.stores.control.attempts.add((tries.key("place", tries.place(f"2001:db8:1:2::{number:x}")),), NOON, NOON)
    with pytest.raises(signing_in.TooManyTries):
        signing_in.sign_in(house, "nobody@vendor.example", "x", "", NOON, address="2001:db8:1:2:ffff::9")
    with pytest.raises(signing_in.NoMatch):
        signing_in.sign_in(house, "nobody@vendor.example", "x", "", NOON, address="2001:db8:1:3::9")
    assert tries.place("::ffff:10.1.2.3") == "10.1.2.3"
    assert tries.place("unix") == "unix"
