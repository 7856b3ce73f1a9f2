"""Who may sign in, and how: links that open once, codes that are good once, a brake, sessions that end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import extract_parameters

from desk_kit import NOON, PASSWORD, somebody
from homeroom.desk import audit, elevation, once, passwords, people, sessions, signing_in, tokens, tries
from homeroom.desk.signing_in import NoMatch, TooManyTries
from homeroom.roster.faults import Misuse
from homeroom.store.audit import AuditRow, AuditWanted, because
from homeroom.sync import housekeeping
from homeroom.sync.house import House
from sync_house import SLUG


def sign_in(house: House, email: str, password: str, code: str, seconds: int = 0) -> str:
    return signing_in.sign_in(house, email, password, code, NOON + timedelta(seconds=seconds), agent="a", address="10.0.0.9")


def test_an_operator_comes_in_by_a_link_that_opens_once(house: House) -> None:
    invited = people.invite(house, "Ada@Vendor.example", "operator", who="command line", now=NOON)
    assert people.invited(house, invited.token, NOON).email == "ada@vendor.example"
    secret = pyotp.random_base32()
    with pytest.raises(Misuse, match="at least 12"):
        people.accept(house, invited.token, "short", secret, pyotp.TOTP(secret).at(NOON), NOON)
    with pytest.raises(Misuse, match="code generator"):
        people.accept(house, invited.token, PASSWORD, None, "", NOON)
    with pytest.raises(Misuse, match="did not match"):
        people.accept(house, invited.token, PASSWORD, secret, "000000", NOON + timedelta(minutes=9))
    came = people.accept(house, invited.token, PASSWORD, secret, pyotp.TOTP(secret).at(NOON), NOON, "Ada")
    assert (came.name, came.staff, came.has_code) == ("Ada", True, True)
    with pytest.raises(once.LinkDead) as dead:
        people.accept(house, invited.token, PASSWORD, secret, pyotp.TOTP(secret).at(NOON), NOON)
    assert dead.value.used == NOON
    code = pyotp.TOTP(secret).at(NOON + timedelta(seconds=30))
    assert sessions.viewer(house, sign_in(house, "ada@vendor.example", PASSWORD, code, 30), NOON) is not None


def test_people_of_these_tests_are_as_those_who_came_in_by_a_link(house: House) -> None:
    for number, (role, more) in enumerate({"auditor": {}, "administrator": {"districts": ["pinewood"]}}.items()):
        for secret in (pyotp.random_base32(), None) if more else (pyotp.random_base32(),):
            invited = people.invite(house, f"real-{number}-{bool(secret)}@vendor.example", role, who="tests", now=NOON, **more)
            code = pyotp.TOTP(secret).at(NOON) if secret else ""
            real = people.accept(house, invited.token, PASSWORD, secret, code, NOON)
            made = somebody(house, role, f"made-{number}-{bool(secret)}@vendor.example", code=bool(secret), **more).person
            assert replace(made, id=real.id, email=real.email, name=real.name) == real
            a, b = (house.stores.control.people.get(each.id) for each in (real, made))
            own = {"id": a.id, "email": a.email, "name": a.name, "password_hash": a.password_hash, "totp": a.totp}
            assert replace(b, **own) == a
            told = [row for row in house.stores.control.audit.last(2) if row.action == "came-in"]
            assert [row.actor for row in told] == [made.email]
            came = [row for row in house.stores.control.audit.last(9) if row.actor in (real.email, made.email)]
            assert len({(row.action, row.district, tuple(row.detail.items())) for row in came}) == 1


def test_where_nobody_is_the_check_costs_as_much(house: House) -> None:
    assert extract_parameters(passwords.NOBODY) == extract_parameters(passwords.hashed(PASSWORD))
    assert not passwords.right(None, PASSWORD)


def test_a_link_dies_after_48_hours_and_when_a_newer_one_is_made(house: House) -> None:
    invited = people.invite(house, "ada@vendor.example", "operator", who="command line", now=NOON)
    newer = people.again(house, invited.person.id, who="command line", now=NOON)
    with pytest.raises(once.LinkDead):
        people.invited(house, invited.token, NOON)
    assert people.invited(house, newer, NOON + timedelta(hours=47)).id == invited.person.id
    with pytest.raises(once.LinkDead) as dead:
        people.invited(house, newer, NOON + timedelta(hours=48))
    assert (dead.value.used, dead.value.expired) == (None, True)
    with pytest.raises(once.LinkDead):
        people.invited(house, "never-made", NOON)


def test_nothing_that_was_handed_over_can_be_read_in_the_store(house: House) -> None:
    token = once.make(house, "credentials", "source 1", {"password": "s3cret-of-pinewood"}, "ada", NOON, "pinewood")
    kept = house.stores.control.once.find(once.digest(token))
    assert kept is not None
    assert kept.sealed is not None
    assert "s3cret" not in kept.sealed
    assert once.use(house, token, NOON).values == {"password": "s3cret-of-pinewood"}
    after = house.stores.control.once.find(once.digest(token))
    assert after is not None
    assert after.sealed is None


def test_sign_in_says_one_thing_for_every_cause(house: House) -> None:
    ada = somebody(house, "operator")
    bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=["pinewood"])
    good = ada.code()
    for email, password, code in [
        ("nobody@vendor.example", PASSWORD, good),
        (ada.person.email, "wrong horse battery staple", good),
        (ada.person.email, PASSWORD, "123456"),
        (ada.person.email, PASSWORD, ""),
        (bob.person.email, "", ""),
    ]:
        with pytest.raises(NoMatch):
            sign_in(house, email, password, code, 30)
    assert ada.viewer(sign_in(house, ada.person.email.upper(), PASSWORD, good, 30)).person == ada.person
    assert bob.viewer(sign_in(house, bob.person.email, PASSWORD, "")).person.districts == ("pinewood",)


def test_a_code_is_good_once(house: House) -> None:
    ada = somebody(house, "operator")
    code = ada.code()
    sign_in(house, ada.person.email, PASSWORD, code, 30)
    with pytest.raises(NoMatch):
        sign_in(house, ada.person.email, PASSWORD, code, 31)


def test_ten_tries_then_a_quarter_of_an_hour(house: House) -> None:
    ada = somebody(house, "operator")
    for _ in range(10):
        with pytest.raises(NoMatch):
            sign_in(house, ada.person.email, "wrong horse battery staple", "000000")
    with pytest.raises(TooManyTries):
        sign_in(house, ada.person.email, PASSWORD, pyotp.TOTP(ada.secret or "").at(NOON + timedelta(seconds=60)), 60)
    later = NOON + timedelta(minutes=16)
    code = pyotp.TOTP(ada.secret or "").at(later)
    assert signing_in.sign_in(house, ada.person.email, PASSWORD, code, later, agent="a", address="10.0.0.9")
    assert [row.action for row in house.stores.control.audit.last(50)].count("too-many-tries") == 1


def test_one_place_cannot_try_everybody(house: House) -> None:
    for number in range(100):
        house.stores.control.attempts.add((tries.key("place", "10.0.0.9"),), NOON, NOON - timedelta(hours=1))
        assert number < 100
    with pytest.raises(TooManyTries):
        sign_in(house, "somebody@vendor.example", PASSWORD, "")


def test_those_who_are_let_in_do_not_shut_their_place_for_others(house: House) -> None:
    """Behind one proxy all people come from one place."""
    ada = somebody(house, "operator")
    for _number in range(99):
        house.stores.control.attempts.add((tries.key("place", "127.0.0.1"),), NOON, NOON - timedelta(hours=1))
    for _time in range(3):
        assert ada.sign_in()
    with pytest.raises(NoMatch):
        signing_in.sign_in(house, ada.person.email, "wrong horse battery staple", "", ada.now, address="127.0.0.1")
    with pytest.raises(TooManyTries):
        ada.sign_in()


def test_a_session_ends_when_nobody_uses_it_and_after_a_day(house: House) -> None:
    ada = somebody(house, "operator")
    cookie = ada.sign_in()
    start = ada.now
    assert sessions.viewer(house, cookie, start + sessions.IDLE - timedelta(seconds=1)) is not None  # and lives on from there
    assert sessions.viewer(house, cookie, start + sessions.IDLE + timedelta(hours=3)) is not None
    assert sessions.viewer(house, cookie, start + sessions.IDLE * 3) is None
    cookie, steps = ada.sign_in(), 0
    while sessions.viewer(house, cookie, ada.now + timedelta(hours=steps)) is not None:
        steps += 1
    assert steps == sessions.LONGEST // timedelta(hours=1)
    assert sessions.viewer(house, None, ada.now) is None
    assert sessions.viewer(house, "made up", ada.now) is None


def test_who_is_shut_out_is_out_at_once_with_every_session_and_token(house: House) -> None:
    first = somebody(house, "operator")
    ada = somebody(house, "engineer")
    cookie = ada.sign_in()
    made = tokens.make(house, ada.viewer(cookie), "nightly", 30, ada.code(), ada.now)
    people.disable(house, ada.person.id, who=first.person.email, now=ada.now)
    assert sessions.viewer(house, cookie, ada.now) is None
    assert tokens.viewer(house, made.text, ada.now) is None
    with pytest.raises(NoMatch):
        ada.sign_in()
    with pytest.raises(Misuse, match="last operator"):
        people.disable(house, first.person.id, who="command line", now=NOON)
    with pytest.raises(Misuse, match="last operator"):
        people.change_role(house, first.person.id, "auditor", who="command line", now=NOON)
    people.enable(house, ada.person.id, who=first.person.email, now=ada.now)
    assert tokens.viewer(house, made.text, ada.now) is None
    assert ada.sign_in()


def test_a_person_ends_own_sessions_and_nobody_elses(house: House) -> None:
    ada, eve = somebody(house, "operator"), somebody(house, "engineer")
    here, there, other = ada.sign_in(), ada.sign_in(), eve.sign_in()
    number = next(s.id for s in sessions.mine(house, ada.viewer(here), ada.now) if s.id != ada.viewer(here).session)
    sessions.end_one(house, ada.viewer(here), number, ada.now)
    assert sessions.viewer(house, there, ada.now) is None
    stranger = eve.viewer(other).session
    assert stranger is not None
    with pytest.raises(Misuse):
        sessions.end_one(house, ada.viewer(here), stranger, ada.now)
    sessions.end(house, ada.viewer(here), ada.now)
    assert sessions.viewer(house, here, ada.now) is None


def test_the_elevated_role_needs_a_reason_and_a_code_and_ends_by_itself(house: House) -> None:
    ada = somebody(house, "engineer")
    cookie = ada.sign_in()
    asking = ada.viewer(cookie)
    with pytest.raises(Misuse, match="what for"):
        elevation.begin(house, asking, "records", "pinewood", "because", ada.code(), 15, ada.now)
    with pytest.raises(Misuse, match="did not match"):
        elevation.begin(house, asking, "records", "pinewood", "a parent asked us", "000000", 15, ada.now)
    with pytest.raises(Misuse, match="15, 30 or 60"):
        elevation.begin(house, asking, "records", "pinewood", "a parent asked us", ada.code(), 600, ada.now)
    on = ada.elevated(cookie, "records")
    assert on.elevated("records", "pinewood")
    assert not on.elevated("settings", "pinewood")
    assert not on.elevated("records", "larkspur")
    row = next(r for r in house.stores.control.audit.last(20, "pinewood") if r.action == "elevated")
    assert row.detail["reason"] == "to see why Foxglove is missing"
    assert sessions.viewer(house, cookie, ada.now + timedelta(minutes=30)).elevation is None  # type: ignore[union-attr]
    again = ada.elevated(cookie, "settings")
    assert again.elevation is not None
    assert again.elevation.kind == "settings"
    elevation.end(house, again, ada.now)
    assert ada.viewer(cookie).elevation is None


def test_who_sits_at_an_open_session_cannot_find_the_code_out(house: House) -> None:
    ada = somebody(house, "engineer")
    asking = ada.viewer(ada.sign_in())
    for _ in range(10):
        with pytest.raises(Misuse, match="did not match"):
            elevation.begin(house, asking, "records", "pinewood", "a parent asked us", "000000", 15, ada.now)
    with pytest.raises(Misuse, match="Too many tries"):
        elevation.begin(house, asking, "records", "pinewood", "a parent asked us", ada.code(), 15, ada.now)
    ada.now += timedelta(minutes=16)
    assert elevation.begin(house, asking, "records", "pinewood", "a parent asked us", ada.code(), 15, ada.now)
    # What was right is forgiven: ten more wrong ones before the brake.
    with pytest.raises(Misuse, match="did not match"):
        elevation.begin(house, asking, "records", "pinewood", "a parent asked us", "000000", 15, ada.now)


def test_a_link_that_nobody_opened_holds_nothing_once_its_time_is_over(house: House) -> None:
    token = once.make(house, "credentials", "source 1", {"password": "s3cret"}, "ada", NOON, "pinewood")
    for hours, there in ((47, True), (48, False)):
        housekeeping.keep(house, NOON + timedelta(hours=hours))
        kept = house.stores.control.once.find(once.digest(token))
        assert kept is not None
        assert (kept.sealed is not None) == there
    housekeeping.keep(house, NOON + timedelta(hours=48, days=31))
    assert house.stores.control.once.find(once.digest(token)) is None


def test_without_a_code_generator_the_password_confirms(house: House) -> None:
    bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=["pinewood"])
    cookie = bob.sign_in()
    with pytest.raises(Misuse, match="password did not match"):
        elevation.begin(house, bob.viewer(cookie), "records", "pinewood", "a parent asked us", "000000", 15, bob.now)
    assert bob.elevated(cookie, "records").elevated("records", "pinewood")


def test_a_token_carries_the_elevated_role_only_when_made_with_it(house: House) -> None:
    ada = somebody(house, "engineer")
    cookie = ada.sign_in()
    with pytest.raises(Misuse, match="Turn the elevated role on"):
        tokens.make(house, ada.viewer(cookie), "nightly", 30, ada.code(), ada.now, elevated=True)
    plain = tokens.make(house, ada.viewer(cookie), "nightly", 30, ada.code(), ada.now)
    asking = tokens.viewer(house, plain.text, ada.now)
    assert asking is not None
    assert (asking.elevation, asking.sees("larkspur"), asking.who) == (None, True, "engineer@vendor.example by token nightly")
    on = ada.elevated(cookie, "records")
    carried = tokens.make(house, on, "one district", 30, ada.code(), ada.now, elevated=True)
    asking = tokens.viewer(house, carried.text, ada.now + timedelta(days=29))
    assert asking is not None
    assert asking.elevated("records", "pinewood")
    assert not asking.sees("larkspur")
    with pytest.raises(Misuse, match="cannot make tokens"):
        tokens.make(house, asking, "another", 30, ada.code(), ada.now)
    assert tokens.viewer(house, carried.text, ada.now + timedelta(days=30)) is None
    tokens.revoke(house, ada.viewer(cookie), carried.token.id, ada.now)
    assert tokens.viewer(house, carried.text, ada.now) is None
    assert tokens.viewer(house, "hr_made-up", ada.now) is None


def test_a_token_ends_with_its_makers_rights(house: House) -> None:
    bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=["pinewood", "larkspur"])
    made = tokens.make(house, bob.viewer(bob.sign_in()), "mine", 30, bob.code(), bob.now)
    people.change_role(house, bob.person.id, "administrator", who="ada", now=bob.now, districts=["larkspur"])
    asking = tokens.viewer(house, made.text, bob.now)
    assert asking is not None
    assert not asking.sees("pinewood")


@pytest.mark.parametrize(
    ("role", "more", "told"),
    [
        ("king", {}, "There is no role"),
        ("operator", {"districts": ["pinewood"]}, "sees all districts"),
        ("administrator", {}, "needs a district"),
        ("administrator", {"districts": ["nowhere"]}, "nowhere"),
        ("school_viewer", {"districts": ["pinewood"]}, "at least one of its schools"),
        ("administrator", {"districts": ["pinewood"], "schools": ["s1"]}, "Only a viewer of schools"),
    ],
)
def test_roles_fit_what_they_are_bound_to(house: House, role: str, more: dict[str, list[str]], told: str) -> None:
    with pytest.raises(Misuse, match=told):
        people.invite(house, "x@y.example", role, who="command line", now=NOON, **more)  # type: ignore[arg-type]


def test_an_address_is_somebodys_once(house: House) -> None:
    people.invite(house, "x@y.example", "operator", who="command line", now=NOON)
    with pytest.raises(Misuse, match="already somebody"):
        people.invite(house, "X@Y.example", "operator", who="command line", now=NOON)
    with pytest.raises(Misuse, match="no e-mail address"):
        people.invite(house, "not an address", "operator", who="command line", now=NOON)


def test_the_audit_gives_the_reason_beside_each_act_and_never_that_of_another_district(house: House) -> None:
    ada = somebody(house, "operator")
    cookie = ada.sign_in()
    on = elevation.begin(house, ada.viewer(cookie), "settings", SLUG, "Ticket 4471: a start time", ada.code(), 15, ada.now)
    with because(elevation=on.id):
        for slug in (SLUG, "larkspur"):
            house.stores.control.audit.add(AuditRow(ada.now, ada.person.email, "source-changed", slug, {}))
    for slug, told in ((SLUG, ["Ticket 4471: a start time"]), ("larkspur", [])):
        page = audit.page(house, None, AuditWanted(district=slug, action="source-changed"))
        assert len(page.rows) == 1
        assert list(page.reasons.values()) == told


def test_preferences_that_are_set_at_the_same_moment_all_stay(house: House) -> None:
    """The language is remembered by whatever page is open, also while a form with other choices is sent."""
    number = people.invite(house, "ada@vendor.example", "operator", who="tests", now=NOON).person.id
    kept = house.stores.control.people

    def set_some(name: str) -> None:
        for n in range(20):
            kept.prefer(number, **{f"{name}{n}": n})

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(set_some, "abcd")) == [None] * 4
    assert len(kept.get(number).preferences) == 80
    kept.prefer(number + 1, language="eo")  # of nobody
    assert [p.id for p in kept.all()] == [number]
