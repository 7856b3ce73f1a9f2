"""The queue of imports: a small interface, and DBOS behind it.

A job is a district's slug and an import number, nothing else: no value of a record ever lies in the queue. Running a job
twice does no harm (`imports.run` looks at the import's own row first), which is what "at least once" asks for. DBOS takes
up the work of its own executor after a restart; the work of an executor that died for good is found by its heartbeat and
taken over here (`adopt`). A program that is told to end does not wait for a walk: the walk stops at its next step, the job
stays in the queue as it was, and whoever comes next walks it again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from homeroom.roster.faults import Misuse, TryAgain

if TYPE_CHECKING:
    from dbos import EnqueueOptions

QUEUE = "imports"
WORKFLOW = "walk"
UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")
"""States of a job that somebody will still do, in DBOS's words."""
GRACE_SECONDS = 8.0
"""How long walks may take to come to their next step when the program ends."""
_POLL_SECONDS = 0.2
_LONGEST_WAIT = 60.0
_MOST_BREAKS = 5


Walk = Callable[[str, int, Callable[[str], None]], object]
"""Walks an import: district, number, and who wants to hear its steps."""


class Stopped(BaseException):
    """The program ends, and a walk stops half-way. No `Exception`: nobody may take it for the end of the import."""


class Jobs(Protocol):
    """Where imports wait for a worker."""

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        """Hand an import to the workers. Handing it in twice is the same as once, for each attempt of the import.

        `born` tells imports apart that had the same number: when this one was begun, in digits.
        """
        ...

    def unfinished(self) -> set[tuple[str, int]]:
        """District and number of every import that somebody walks or will walk."""
        ...

    def adopt(self, alive: Callable[[str], bool]) -> int:
        """Take over jobs whose executor is no longer alive; returns how many."""
        ...

    def close(self) -> bool:
        """Stop taking work and walks at their next step; a job that ran is taken up again at the next start.

        Returns False when a walk has not come to its next step in time: the process must then end without tidying up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Executor:
    """Who does the work: one per process, never used again."""

    name: str
    host: str
    pid: int

    @staticmethod
    def of_this_process() -> Executor:
        """A name that no other process has or will have: host, process id and the moment of its birth."""
        host = socket.gethostname()
        born = datetime.now(UTC).strftime(_BORN)
        return Executor(name=f"{host}-{os.getpid()}-{born}", host=host, pid=os.getpid())

    @staticmethod
    def named(name: str) -> Executor:
        """The executor of that name, as far as its name tells: nothing is certain of a name that is not ours."""
        host, _, rest = name.rpartition("-")[0].rpartition("-")
        return Executor(name=name, host=host, pid=int(rest) if rest.isdigit() else 0)

    def is_gone(self) -> bool:
        """Whether it is certain that the process ended: it lived on this host, and its number is free or another's by now."""
        if self.host != socket.gethostname() or self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        began = _began(self.pid)
        return began is not None and self.born is not None and began > self.born + timedelta(seconds=_CLOCK_STEP)

    @property
    def born(self) -> datetime | None:
        """When the executor was made, as its name tells."""
        try:
            return datetime.strptime(self.name.rpartition("-")[2], _BORN).replace(tzinfo=UTC)
        except ValueError:
            return None


_BORN = "%Y%m%d%H%M%S%f"
_CLOCK_STEP = 10.0
"""Seconds by which the clock may have been set between a process's beginning and now."""


def _began(pid: int) -> datetime | None:
    """When the process with that number began, where the kernel tells (Linux): numbers are given again, in containers soon."""
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (OSError, StopIteration):
        return None
    return datetime.fromtimestamp(int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK"), UTC)


def queue_address(data: Path, database_url: str | None) -> str:
    """Where the queue's own tables lie: beside the control store, or in the PostgreSQL database."""
    return database_url or f"sqlite:///{data / 'jobs.db'}"


class DbosJobs:
    """The queue on DBOS. With `walk` this process is a worker; without it, it only hands work in."""

    def __init__(
        self,
        address: str,
        executor: Executor,
        walk: Walk | None = None,
        workers: int = 2,
        grace: float = GRACE_SECONDS,
    ) -> None:
        # DBOS takes more than a second to import; commands that need no queue never pay for it.
        import dbos

        self._dbos = dbos
        self._executor = executor
        self._lock = threading.Lock()
        self._live = walk is not None
        self._grace = grace
        self._stopping = threading.Event()
        self._active = 0
        self._idle = threading.Condition()
        config: dbos.DBOSConfig = {
            "name": "homeroom",
            "system_database_url": address,
            "dbos_system_schema": "jobs",
            "executor_id": executor.name,
            "application_version": "1",
            "log_level": "ERROR",
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": 1.0,
            "scheduler_polling_interval_sec": 3600.0,
            "enable_otlp": False,
        }
        dbos.DBOS(config=config)

        @dbos.DBOS.step(name="walk-step")
        def step(slug: str, number: int) -> None:
            assert walk is not None
            with self._counted():
                self._do(walk, slug, number)

        @dbos.DBOS.workflow(name=WORKFLOW)
        def workflow(slug: str, number: int) -> None:
            step(slug, number)

        self._workflow = workflow
        if not self._live:
            dbos.DBOS.listen_queues([])  # this process hands work in and takes none out
        dbos.DBOS.launch()
        if self._live:
            dbos.DBOS.register_queue(
                QUEUE, worker_concurrency=workers, partition_concurrency=1, polling_interval_sec=_POLL_SECONDS
            )

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            self._active += 1
        try:
            yield
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def _do(self, walk: Walk, slug: str, number: int) -> None:
        """Walk an import to its end. Nothing escapes but `Stopped`: DBOS would write the text of an exception down.

        An import that broke has its end written down, and walking it again does nothing; one whose end could not be
        written (no database, no disk) is walked again.
        """
        wait, breaks = 1.0, 0
        while True:
            try:
                walk(slug, number, self._heard)
            except TryAgain:
                _log().warning("walk-later", district=slug, number=number, seconds=wait)
            except Misuse:
                _log().error("walk-impossible", district=slug, number=number)
                return
            except Exception as bug:  # noqa: BLE001
                breaks += 1
                _log().error("walk-broke", district=slug, number=number, kind=type(bug).__name__)
                if breaks >= _MOST_BREAKS:
                    return
            else:
                return
            if self._stopping.wait(wait):
                raise Stopped
            wait = min(wait * 2, _LONGEST_WAIT)

    def _heard(self, step: str) -> None:
        if self._stopping.is_set():
            raise Stopped

    def enqueue(self, slug: str, number: int, attempt: int = 1, born: str = "") -> None:
        """Hand an import to the workers; the workflow's id makes a second call a no-op."""
        options: EnqueueOptions = {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": f"{slug}:{number}:{attempt}:{born}",
            "queue_partition_key": slug,
            "app_version": "1",
        }
        with self._lock:
            self._dbos.DBOS.enqueue_workflow_with_options(options, slug, number)

    def unfinished(self) -> set[tuple[str, int]]:
        """What the queue still holds, told from the workflows' ids."""
        found = self._dbos.DBOS.list_workflows(status=list(UNFINISHED), name=WORKFLOW, load_input=False, load_output=False)
        ids = [status.workflow_id.split(":") for status in found]
        return {(parts[0], int(parts[1])) for parts in ids}

    def adopt(self, alive: Callable[[str], bool]) -> int:
        """Resume what dead executors left: DBOS itself only resumes its own (`executor_id`)."""
        taken = 0
        for status in self._dbos.DBOS.list_workflows(status=["PENDING"], name=WORKFLOW):
            owner = status.executor_id
            if owner and owner != self._executor.name and not alive(owner):
                self._dbos.DBOS.resume_workflow(status.workflow_id)
                taken += 1
        return taken

    def close(self) -> bool:
        """Let walks stop at their next step, then let DBOS go; what is unfinished is taken over at the next start."""
        self._stopping.set()
        with self._idle:
            ended = self._idle.wait_for(lambda: not self._active, timeout=self._grace)
        if ended:
            with contextlib.suppress(TimeoutError):
                self._dbos.DBOS.destroy(workflow_completion_timeout_sec=0)
        return ended


def _log() -> Any:
    import structlog  # it brings rich along: not for commands that only need to know which process they are

    return structlog.get_logger("homeroom.jobs")
