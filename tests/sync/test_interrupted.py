"""Commands that died, wherever they ran: told as interrupted, and never while they live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from e2e.files import district
from homeroom.store import stores as store_room
from homeroom.sync import housekeeping, imports, taking_up
from sync_house import SLUG, Pinewood

ELSEWHERE = "otherhost-4711-20261122030000000000"


def begun_elsewhere(pinewood: Pinewood) -> int:
    """An import that a command on another machine began; returns its number."""
    number = pinewood.begin(district(), trigger="import")
    pinewood.house.stores.roster(SLUG).imports.resume(number, ELSEWHERE)
    return number


def test_a_command_of_another_machine_is_told_as_interrupted_once_it_is_gone(pinewoods: Pinewood) -> None:
    number = begun_elsewhere(pinewoods)
    house = pinewoods.house
    with (
        store_room.open(house.settings.data, house.settings.database_url) as theirs,
        theirs.presence(ELSEWHERE),
    ):
        assert house.stores.present(ELSEWHERE)
        housekeeping.keep(house, datetime.now(UTC))
        assert imports.log_of(house, SLUG)[0]["status"] == "running"
    assert not house.stores.present(ELSEWHERE)
    housekeeping.keep(house, datetime.now(UTC))
    assert pinewoods.ended(number) == ("done", "failed", "interrupted")


def test_this_process_is_present_once_it_has_begun_an_import(pinewoods: Pinewood) -> None:
    house = pinewoods.house
    assert not house.stores.present(house.executor.name)
    pinewoods.begin(district(), trigger="import")
    assert house.stores.present(house.executor.name)
    assert house.stores.forget_absent() == 0
    assert house.stores.present(house.executor.name)


def test_what_a_killed_process_left_behind_is_removed(pinewood: Pinewood) -> None:
    left = pinewood.house.stores._present("killed-1-1")
    left.parent.mkdir(exist_ok=True)
    left.touch()
    assert pinewood.house.stores.forget_absent() == 1
    assert not left.exists()


def test_the_key_of_a_job_holds_when_the_import_was_begun(pinewood: Pinewood) -> None:
    asked: list[tuple[object, ...]] = []

    class Listening:
        """A queue that only hears."""

        def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
            """Remember."""
            asked.append((slug, number, attempt, born))

    began = datetime.now(UTC).replace(microsecond=5000) - timedelta(days=1)
    number = pinewood.begin(district(), trigger="sftp", now=began)
    taking_up.hand_over(pinewood.house, Listening(), SLUG, number)  # type: ignore[arg-type]
    assert asked == [(SLUG, 1, 1, began.strftime("%Y%m%d%H%M%S%f"))]
