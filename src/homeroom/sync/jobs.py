"""The queue of imports: a small interface, and DBOS behind it.

A job is a district's slug and an import number, nothing else: no value of a record ever lies in the queue. Running a job
twice does no harm (`imports.run` looks at the import's own row first), which is what "at least once" asks for. DBOS takes
up the work of its own executor after a restart; the work of an executor that died for good is found by its heartbeat and
taken over here (`adopt`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dbos import EnqueueOptions

QUEUE = "imports"
WORKFLOW = "walk"
_POLL_SECONDS = 0.2


class Jobs(Protocol):
    """Where imports wait for a worker."""

    def enqueue(self, slug: str, number: int) -> None:
        """Hand an import to the workers. Handing it in twice is the same as once."""
        ...

    def adopt(self, alive: Callable[[str], bool]) -> int:
        """Take over jobs whose executor is no longer alive; returns how many."""
        ...

    def close(self) -> None:
        """Stop taking work; a job that runs is finished or taken up again at the next start."""
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
        born = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
        return Executor(name=f"{host}-{os.getpid()}-{born}", host=host, pid=os.getpid())

    @staticmethod
    def named(name: str) -> Executor:
        """The executor of that name, as far as its name tells: nothing is certain of a name that is not ours."""
        host, _, rest = name.rpartition("-")[0].rpartition("-")
        return Executor(name=name, host=host, pid=int(rest) if rest.isdigit() else 0)

    def is_gone(self) -> bool:
        """Whether it is certain that the process ended: it lived on this host and its number is free."""
        if self.host != socket.gethostname() or self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def queue_address(data: Path, database_url: str | None) -> str:
    """Where the queue's own tables lie: beside the control store, or in the PostgreSQL database."""
    return database_url or f"sqlite:///{data / 'jobs.db'}"


class DbosJobs:
    """The queue on DBOS. With `walk` this process is a worker; without it, it only hands work in."""

    def __init__(
        self,
        address: str,
        executor: Executor,
        walk: Callable[[str, int], None] | None = None,
        workers: int = 2,
    ) -> None:
        # DBOS takes more than a second to import; commands that need no queue never pay for it.
        import dbos

        self._dbos = dbos
        self._executor = executor
        self._lock = threading.Lock()
        self._live = walk is not None
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
            walk(slug, number)

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

    def enqueue(self, slug: str, number: int) -> None:
        """Hand an import to the workers; the workflow's id makes a second call a no-op."""
        options: EnqueueOptions = {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": f"{slug}:{number}",
            "queue_partition_key": slug,
            "app_version": "1",
        }
        with self._lock:
            self._dbos.DBOS.enqueue_workflow_with_options(options, slug, number)

    def adopt(self, alive: Callable[[str], bool]) -> int:
        """Resume what dead executors left: DBOS itself only resumes its own (`executor_id`)."""
        taken = 0
        for status in self._dbos.DBOS.list_workflows(status=["PENDING"], name=WORKFLOW):
            owner = status.executor_id
            if owner and owner != self._executor.name and not alive(owner):
                self._dbos.DBOS.resume_workflow(status.workflow_id)
                taken += 1
        return taken

    def close(self) -> None:
        """Let DBOS go; what is unfinished is resumed at the next start."""
        with contextlib.suppress(TimeoutError):
            self._dbos.DBOS.destroy(workflow_completion_timeout_sec=0)
