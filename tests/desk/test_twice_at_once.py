"""Two clicks at once, in threads and in processes of their own: what is to happen once happens once, and both see the same."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from desk_kit import somebody
from e2e.files import district
from homeroom.desk import handing_over, once, passwords, people, tokens, uploading
from homeroom.desk.viewer import Person, Viewer
from homeroom.roster.faults import Misuse
from homeroom.sync import imports, pulling, sources
from homeroom.sync.house import House
from sync_house import SLUG, Pinewood, half, renamed

CLICKS = 6
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
BOB = Viewer(Person(1, "bob@pinewood.example", "Bob", "administrator", (SLUG,)), session=1)
T = TypeVar("T")


def at_once(click: Callable[[], T], clicks: int = CLICKS) -> list[T | Exception]:
    """What each of so many threads hears that click at the same moment."""
    gate, heard = threading.Barrier(clicks), list[T | Exception]()

    def one() -> None:
        gate.wait()
        try:
            heard.append(click())
        except Exception as trouble:  # noqa: BLE001 - what a click is refused with is what the test asks about
            heard.append(trouble)

    threads = [threading.Thread(target=one) for _ in range(clicks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def tried(pinewood: Pinewood) -> int:
    """A dry run of a small change, which ended well."""
    assert pinewood.night(district()).outcome == "success"
    number = pinewood.begin(renamed(1), dry_run=True)
    assert pinewood.walk(number).outcome == "success"
    return number


def applied(house: House, number: int) -> int:
    return uploading.apply(house, BOB, SLUG, number, NOW)


def test_clicks_in_threads_begin_one_import(pinewoods: Pinewood) -> None:
    number = tried(pinewoods)
    heard = at_once(lambda: applied(pinewoods.house, number))
    assert heard == [number + 1] * CLICKS
    log = pinewoods.house.stores.roster(SLUG).imports.last()
    assert [(e.number, e.dry_run) for e in log if e.number >= number] == [(number + 1, False), (number, True)]
    rows = pinewoods.house.stores.control.audit.last(50, SLUG)
    assert [r.action for r in rows].count("upload-applied") == 1, "one act, one line"
    assert pinewoods.walk(number + 1).outcome == "success"
    assert applied(pinewoods.house, number) == number + 1, "and afterwards it is still the same"
    assert pinewoods.begin(renamed(1, 2)) == number + 2, "no number is gone for a click that came second"


CLICK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from homeroom.desk import uploading
from homeroom.desk.viewer import Person, Viewer
from homeroom.settings import Settings
from homeroom.sync.house import opened

data, url, slug, number = sys.argv[1:]
bob = Viewer(Person(1, "bob@pinewood.example", "Bob", "administrator", (slug,)), session=1)
with opened(Settings(data=Path(data), database_url=url or None)) as house:
    print("ready", flush=True)
    sys.stdin.readline()
    print(uploading.apply(house, bob, slug, int(number), datetime.now(UTC)), flush=True)
"""


def test_clicks_in_processes_begin_one_import(pinewoods: Pinewood) -> None:
    number = tried(pinewoods)
    settings = pinewoods.house.settings
    command = [sys.executable, "-c", CLICK, str(settings.data), settings.database_url or "", SLUG, str(number)]
    with ExitStack() as stack:
        made = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(3)
        ]
        pipes = [(each.stdin, each.stdout) for each in made if each.stdin and each.stdout]
        assert [heard.readline() for _, heard in pipes] == ["ready\n"] * 3
        for said, _ in pipes:
            said.write("now\n")
            said.flush()
        assert [heard.readline() for _, heard in pipes] == [f"{number + 1}\n"] * 3
    log = pinewoods.house.stores.roster(SLUG).imports.last()
    assert [e.number for e in log if e.delivery == log[0].delivery and not e.dry_run] == [number + 1]


def test_an_import_that_failed_or_was_turned_down_is_begun_again_once(pinewoods: Pinewood) -> None:
    number = tried(pinewoods)
    first = applied(pinewoods.house, number)
    store = pinewoods.house.stores.roster(SLUG).imports
    store.settle(first, status="done", outcome="failed", reason=None, report=None, now=NOW)
    assert at_once(lambda: applied(pinewoods.house, number)) == [first + 1] * CLICKS


def test_fetch_now_is_one_fetch_until_it_ended(pinewoods: Pinewood) -> None:
    place = {"host": "sis.pinewood.example", "username": "u"}
    one = sources.add(pinewoods.house, SLUG, "sftp-pull", settings=place).source
    two = sources.add(pinewoods.house, SLUG, "sftp-pull", settings=place).source
    heard = at_once(lambda: pulling.ask(pinewoods.house, SLUG, one.id, NOW))
    assert heard == [1] * CLICKS
    assert pulling.ask(pinewoods.house, SLUG, two.id, NOW) == 2, "another source is another fetch"
    imports.run(pinewoods.house, SLUG, 1, now=NOW)
    assert pulling.ask(pinewoods.house, SLUG, one.id, NOW) == 3


def test_a_new_password_made_twice_does_not_shut_out_who_has_the_old_one(house: House) -> None:
    source = sources.add(house, SLUG, "sftp", password_hash=passwords.hashed("the one that they use")).source
    heard = at_once(lambda: handing_over.make(house, BOB, SLUG, source.id, {}, NOW), 2)
    assert len({str(token) for token in heard}) == 2
    (account,) = house.stores.control.accounts.of(source.id)
    good = account.hashes(datetime.now(UTC))
    assert any(passwords.right(each, "the one that they use") for each in good), "it was promised for 24 hours"
    (shown,) = [password for t in heard if (password := _opens(house, str(t)))]
    assert passwords.right(good[0], shown), "the link that opens shows the password by which they log in"
    handing_over.make(house, BOB, SLUG, source.id, {}, NOW)
    (account,) = house.stores.control.accounts.of(source.id)
    kept = [passwords.right(each, "the one that they use") for each in account.hashes(datetime.now(UTC))]
    assert any(kept), "within the same minute it is one act"


def _opens(house: House, token: str) -> str | None:
    try:
        return handing_over.opened(house, token, NOW).password
    except once.LinkDead:
        return None


def test_a_person_is_invited_once(house: House) -> None:
    heard = at_once(lambda: people.invite(house, "eve@pinewood.example", "administrator", who="ada", now=NOW, districts=[SLUG]))
    refused = [each for each in heard if isinstance(each, Exception)]
    assert len(refused) == CLICKS - 1
    assert all(isinstance(each, Misuse) for each in refused), refused
    assert [p.email for p in people.listed(house, SLUG)] == ["eve@pinewood.example"]


def test_a_plan_is_approved_once(pinewoods: Pinewood) -> None:
    assert pinewoods.night(district()).outcome == "success"
    waiting = pinewoods.night(half())
    assert waiting.status == "waiting_for_approval"
    heard = at_once(lambda: pinewoods.approve(waiting.number, waiting.plan), 3)
    done = [each for each in heard if not isinstance(each, Exception)]
    assert len(done) == 1, heard
    assert all(isinstance(each, Misuse) for each in heard if isinstance(each, Exception)), heard
    assert pinewoods.house.stores.roster(SLUG).revision() == 2


def test_going_back_is_done_once(pinewoods: Pinewood) -> None:
    for files in (district(), renamed(1), renamed(1, 2)):
        assert pinewoods.night(files).outcome == "success"
    heard = at_once(lambda: imports.rollback(pinewoods.house, SLUG, 1, who="ada"), 3)
    assert not [each for each in heard if isinstance(each, Exception)]
    assert pinewoods.house.stores.roster(SLUG).revision() == 4, "what is as it was makes no revision"


def test_going_back_does_no_more_than_was_looked_at(pinewoods: Pinewood) -> None:
    for files in (district(), renamed(1), renamed(1, 2)):
        assert pinewoods.night(files).outcome == "success"
    with pytest.raises(imports.MovedOn):
        imports.rollback(pinewoods.house, SLUG, 1, who="ada", seen=2)
    assert pinewoods.house.stores.roster(SLUG).revision() == 3
    heard = at_once(lambda: imports.rollback(pinewoods.house, SLUG, 1, who="ada", seen=3), 3)
    assert len([each for each in heard if isinstance(each, imports.MovedOn)]) == 2
    backs = [e for e in pinewoods.house.stores.roster(SLUG).imports.last() if e.trigger == "rollback"]
    assert len(backs) == 1


@pytest.mark.parametrize("clicks", [4])
def test_a_code_makes_one_token(house: House, clicks: int) -> None:
    ada = somebody(house, "operator")
    asking, code = ada.viewer(ada.sign_in()), ada.code()
    heard = at_once(lambda: tokens.make(house, asking, "nightly", 30, code, ada.now), clicks)
    assert len([each for each in heard if not isinstance(each, Exception)]) == 1
    assert len(tokens.mine(house, asking)) == 1
