"""The queue's contract: once each, one at a time for a district, districts side by side, and nothing lost or told twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.files import district
from homeroom import serve
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.sync import districts, imports, taking_up
from homeroom.sync.jobs import DbosJobs, Executor, Stopped, queue_address
from patience import SECONDS, until
from sync_house import SLUG, Pinewood, renamed


@dataclass
class Desk:
    """A queue with a worker whose walks the test decides on. `walked` are the jobs in the order in which they began."""

    address: str
    walk: Callable[[str, int], None] = lambda slug, number: None
    walked: list[tuple[str, int]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    jobs: DbosJobs | None = None

    def open(self, executor: Executor | None = None, grace: float = 20.0) -> DbosJobs:
        """Start it. `grace`: how many seconds walks have to come to their next step."""
        self.jobs = DbosJobs(self.address, executor or Executor.of_this_process(), self._walk, workers=3, grace=grace)
        return self.jobs

    def _walk(self, slug: str, number: int, heard: Callable[[str], None]) -> None:
        with self.changed:
            self.walked.append((slug, number))
            self.changed.notify_all()
        self.walk(slug, number)
        heard("a step")

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that a walk does."""
        with self.changed:
            assert self.changed.wait_for(holds, timeout=SECONDS)

    def until_empty(self) -> None:
        """Wait until nothing is left in the queue."""
        jobs = self.jobs
        assert jobs is not None
        until(lambda: not jobs.unfinished(), "the queue is empty")


@pytest.fixture
def desk(tmp_path: Path, database_url: str | None) -> Iterator[Desk]:
    """A queue on each engine in turn."""
    made = Desk(queue_address(tmp_path, database_url))
    yield made
    if made.jobs is not None:
        # A walk that was let go a moment ago may still be on its way to its step.
        assert any(made.jobs.close() for _ in range(100))


def test_handed_in_twice_is_walked_once(desk: Desk) -> None:
    jobs = desk.open()
    for _ in range(3):
        jobs.enqueue("pinewood", 1)
    jobs.enqueue("pinewood", 2)
    desk.until(lambda: ("pinewood", 2) in desk.walked)
    desk.until_empty()
    jobs.enqueue("pinewood", 1)
    jobs.enqueue("pinewood", 3)
    desk.until(lambda: ("pinewood", 3) in desk.walked)
    desk.until_empty()
    assert Counter(desk.walked) == {("pinewood", n): 1 for n in (1, 2, 3)}


def test_a_number_that_comes_again_is_another_import(desk: Desk) -> None:
    """An older copy of a district's store was put back beside a queue that knows its numbers: they are given again."""
    jobs = desk.open()
    for born in ("20260801", "20260801", "20260901"):
        jobs.enqueue("pinewood", 1, 1, born)
        desk.until_empty()
    assert desk.walked == [("pinewood", 1)] * 2


def test_one_of_a_district_at_a_time_while_two_districts_go_side_by_side(desk: Desk) -> None:
    together = threading.Barrier(2)
    inside: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def walk(slug: str, number: int) -> None:
        inside[slug] += 1
        most[slug] = max(most[slug], inside[slug])
        if number == 1:
            together.wait(SECONDS)  # each waits for the other district: one after the other would never come through
        inside[slug] -= 1

    desk.walk = walk
    jobs = desk.open()
    for number in (1, 2, 3):
        for slug in ("pinewood", "oakdale"):
            jobs.enqueue(slug, number)
    desk.until(lambda: len(desk.walked) == 6)
    desk.until_empty()
    assert most == {"pinewood": 1, "oakdale": 1}
    for slug in ("pinewood", "oakdale"):
        assert [n for s, n in desk.walked if s == slug] == [1, 2, 3]


def test_the_work_of_a_dead_executor_is_taken_over_and_that_of_a_living_one_is_not(desk: Desk) -> None:
    begun = threading.Event()

    def stops(slug: str, number: int) -> None:
        begun.set()
        raise Stopped

    desk.walk = stops
    first = desk.open(Executor("elsewhere-1-1", "elsewhere", 1))
    first.enqueue("pinewood", 7)
    assert begun.wait(SECONDS)
    assert first.close()
    desk.walk = lambda slug, number: None
    second = desk.open()
    assert second.unfinished() == {("pinewood", 7)}
    assert second.adopt(lambda executor: True) == 0
    assert second.adopt(lambda executor: executor != "elsewhere-1-1") == 1
    desk.until(lambda: len(desk.walked) == 2)
    desk.until_empty()
    assert second.adopt(lambda executor: False) == 0


def test_trouble_that_passes_is_waited_for_and_a_bug_ends_in_a_line_without_its_text(desk: Desk, capfd) -> None:
    troubles: dict[int, list[BaseException]] = {
        1: [TryAgain("the store could not be reached")],
        2: [ValueError("Ada Byron, born 2010-04-05")],
        3: [Misuse("There is no import 3.")],
    }

    def walk(slug: str, number: int) -> None:
        if troubles[number]:
            raise troubles[number].pop()

    desk.walk = walk
    jobs = desk.open()
    for number in troubles:
        jobs.enqueue("pinewood", number)
    desk.until(lambda: len(desk.walked) == 5)
    desk.until_empty()
    assert Counter(n for _, n in desk.walked) == {1: 2, 2: 2, 3: 1}
    told = "".join(capfd.readouterr())
    assert "walk-broke" in told
    assert "ValueError" in told
    assert "Byron" not in told


def test_a_walk_stops_at_its_next_step_when_the_program_ends(desk: Desk) -> None:
    closing = threading.Event()

    def walk(slug: str, number: int) -> None:
        assert closing.wait(SECONDS)

    desk.walk = walk
    jobs = desk.open()
    jobs.enqueue("pinewood", 1)
    desk.until(lambda: len(desk.walked) == 1)
    ended: list[bool] = []
    closer = threading.Thread(target=lambda: ended.append(jobs.close()))
    closer.start()
    until(jobs._stopping.is_set)  # else the walk may come to its step before the program begins to end
    closing.set()
    closer.join(SECONDS)
    assert ended == [True]
    desk.walk = lambda slug, number: None
    again = desk.open()
    assert again.unfinished() == {("pinewood", 1)}
    again.adopt(lambda executor: False)
    desk.until_empty()
    assert desk.walked == [("pinewood", 1)] * 2


def test_a_walk_that_comes_to_no_step_in_time_is_told(desk: Desk) -> None:
    """The program must then end without tidying up: the stores cannot be closed under a walk."""
    closing = threading.Event()

    def walk(slug: str, number: int) -> None:
        assert closing.wait(SECONDS)

    desk.walk = walk
    jobs = desk.open(grace=0.05)
    jobs.enqueue("pinewood", 1)
    desk.until(lambda: len(desk.walked) == 1)
    assert not jobs.close()
    closing.set()
    assert desk.jobs is not None  # the desk closes it once the walk is at its step


def test_a_job_whose_import_has_ended_does_nothing(pinewood: Pinewood) -> None:
    number = pinewood.begin(district(), trigger="sftp")
    first = pinewood.walk(number)
    entry = pinewood.house.stores.roster(SLUG).imports.get(number)
    assert pinewood.walk(number).as_json() == first.as_json()
    assert pinewood.house.stores.roster(SLUG).imports.get(number) == entry
    assert pinewood.revision == 1


def test_imports_of_a_district_wait_for_each_other_across_callers(settled: Pinewood) -> None:
    """The lock, not the queue, is what keeps a command and a worker apart."""
    numbers = [settled.begin(renamed(3)), settled.begin(renamed(4))]
    halted, go_on = threading.Event(), threading.Event()

    def tell(step: str) -> None:
        if step == "plan":
            halted.set()
            assert go_on.wait(SECONDS)

    ended: list[int] = []
    first = threading.Thread(target=lambda: ended.append(settled.walk(numbers[0], tell=tell).number))
    first.start()
    assert halted.wait(SECONDS)
    second = threading.Thread(target=lambda: ended.append(settled.walk(numbers[1]).number))
    second.start()
    assert imports.log_of(settled.house, SLUG)[0]["status"] == "running"
    with pytest.raises(TryAgain), settled.house.stores.lock(SLUG, 0):
        pass
    districts.add(settled.house, "oakdale", "Oakdale", "America/Chicago")
    with settled.house.stores.lock("oakdale", 0):
        go_on.set()
    first.join(SECONDS)
    second.join(SECONDS)
    assert ended == numbers
    assert settled.revision == 3


def test_lost_imports_are_handed_in_again_and_those_of_commands_are_not(pinewood: Pinewood) -> None:
    lost = pinewood.begin(district(), trigger="sftp")
    queued = pinewood.begin(district(), trigger="sftp")
    pinewood.begin(district(), trigger="import")
    done = pinewood.begin(district(), trigger="sftp")
    pinewood.walk(done)
    queue = Pretended({(SLUG, queued)})
    assert taking_up.requeue(pinewood.house, queue) == 1
    assert queue.handed == [(SLUG, lost, 1)]


@dataclass
class Pretended:
    """A queue in memory that nobody works on."""

    inside: set[tuple[str, int]]
    handed: list[tuple[str, int, int]] = field(default_factory=list)

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        self.handed.append((slug, number, attempt))

    def unfinished(self) -> set[tuple[str, int]]:
        return self.inside

    def adopt(self, alive: Callable[[str], bool]) -> int:
        return 0

    def close(self) -> bool:
        return True


def test_an_executor_is_gone_when_its_number_is_free_or_another_s() -> None:
    mine = Executor.of_this_process()
    assert Executor.named(mine.name) == mine
    assert not mine.is_gone()
    assert replace(mine, pid=2**22 + 1).is_gone()
    # The same number, but from long before this process began: a container gives them again at every start.
    ago = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y%m%d%H%M%S%f")
    assert Executor.named(f"{mine.host}-{os.getpid()}-{ago}").is_gone()
    assert not Executor.named(f"elsewhere-{os.getpid()}-{ago}").is_gone()
    assert not Executor.named("a name that is not ours").is_gone()


def test_a_worker_lives_by_its_heartbeat(pinewood: Pinewood) -> None:
    house = pinewood.house
    now = datetime.now(UTC)
    workers = house.stores.control.workers
    serve.beat(house)
    workers.beat("elsewhere-1-1", "elsewhere", 1, now)
    workers.beat("elsewhere-2-2", "elsewhere", 2, now - timedelta(minutes=1))
    workers.beat("old-3-3", "old", 3, now - timedelta(days=2))
    workers.beat(f"{house.executor.host}-4194305-1", house.executor.host, 4194305, now)
    alive = serve.alive(house)
    assert alive(house.executor.name)
    assert alive("elsewhere-1-1")
    assert not alive("elsewhere-2-2")
    assert not alive(f"{house.executor.host}-4194305-1")
    assert not alive("never-heard-of")
    serve.take_over(house, Pretended(set()))
    assert "old-3-3" not in {w.executor for w in workers.all()}
