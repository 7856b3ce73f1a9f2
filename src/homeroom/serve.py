"""The running program: doors, watchman and workers, all in one process or each role in its own.

Everything long runs in threads or in DBOS; the event loop only speaks SFTP and HTTP. A signal ends it in order: doors
first, then the watchman, then the queue: walks stop at their next step and are taken up again at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
import uvicorn

from homeroom.deliveries import workfolders
from homeroom.desk import telling
from homeroom.desk.setup import noting
from homeroom.doors.api import addresses as of_the_api
from homeroom.doors.console import frame
from homeroom.doors.console.app import Console
from homeroom.doors.console.app import create as create_console
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.words import by_mail
from homeroom.doors.console.words.speech import LANGUAGES
from homeroom.doors.machines.assembling import assemble
from homeroom.doors.machines.door import Door
from homeroom.doors.machines.meters import Meters
from homeroom.doors.notices.door import Application, NoticesDoor, Receive, Scope, Send
from homeroom.doors.rest.provider import Provider, create
from homeroom.doors.sftp.accounts import Account
from homeroom.doors.sftp.events import Arrival
from homeroom.doors.sftp.server import Running, serve_sftp
from homeroom.doors.when_asked import WhenAsked
from homeroom.doors.wrapped import wrapped
from homeroom.roster.faults import Fault, TryAgain
from homeroom.settings import Settings
from homeroom.store.accounts import Account as StoredAccount
from homeroom.store.deliveries import Delivery
from homeroom.sync import doorways, erasing, housekeeping, imports, noticing, schedule, summaries, taking_up, watch
from homeroom.sync.house import House, opened
from homeroom.sync.jobs import DbosJobs, Executor, Jobs, queue_address
from homeroom.sync.logins import Book
from homeroom.sync.readiness import troubles

log = structlog.get_logger("homeroom.serve")

WATCH_SECONDS = 1.0
BEAT_SECONDS = 5.0
KEEPING_SECONDS = 600.0
CLOCK_SECONDS = 10.0
LETTER_SECONDS = 30.0
FORGET_AFTER = timedelta(days=1)
LOOKED_BACK = timedelta(hours=1)
"""Deadlines that passed so long before a start are looked at, too: a restart at 3 a.m. must not swallow who is late."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What a process does."""

    web: bool = True
    sftp: bool = True
    worker: bool = True


@dataclass(slots=True)
class Renamed:
    """Names that the SFTP door saw renamed from a temporary name into place: their files are declared to be finished."""

    _names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, arrival: Arrival) -> None:
        """Remember a rename that declares a file finished; a file that is written under its own name declares nothing."""
        with self._guard:
            if arrival.declared:
                self._names[arrival.account].add(arrival.name)
            elif arrival.kind in ("closed", "cut_off"):
                self._names[arrival.account].discard(arrival.name)

    def of(self, username: str) -> frozenset[str]:
        """The names of one account; a name whose file was taken says nothing more."""
        with self._guard:
            return frozenset(self._names[username])


class SftpAccounts:
    """The accounts of the control store as the SFTP door asks for them."""

    def __init__(self, house: House) -> None:
        self._house = house

    def find(self, name: str) -> Account | None:
        """The account of that name, if it and its source are enabled, and its district stays."""
        found: StoredAccount | None = self._house.stores.control.accounts.find(name)
        if found is None or not found.enabled:
            return None
        control = self._house.stores.control
        source = control.sources.get(found.source)
        if not source.enabled or not control.districts.stays(source.district):
            return None
        return Account(found.username, f"{found.username}/in", found.hashes(datetime.now(UTC)), found.public_keys)


def run(settings: Settings, roles: Roles, ready: Callable[[dict[str, object]], None]) -> None:
    """Run until a signal comes. `ready` hears addresses and ports once everything listens."""
    with opened(settings) as house:
        if not asyncio.run(_run(house, roles, ready)):
            # A long step is still at work, and closing the stores under it would look like a bug of its import. Ending at
            # once is what a kill does: nothing is half written, and the import is taken up again.
            log.warning("stopped-in-a-walk")
            workfolders.remove_own(settings.work)
            os._exit(0)


async def _run(house: House, roles: Roles, ready: Callable[[dict[str, object]], None]) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    renamed, meters, book = Renamed(), Meters(), Book(house)
    told: dict[str, object] = {"executor": house.executor.name}
    doors = doorways.Doors()
    ended = threading.Event()
    jobs = await asyncio.to_thread(_jobs, house, roles, meters) if roles.worker or roles.sftp or roles.web else None
    assemble(meters, house, jobs)
    threads = _background(house, roles, jobs, renamed, meters, ended)
    door: Running | None = None
    web: uvicorn.Server | None = None
    serving: asyncio.Task[None] | None = None
    console: Console | None = None
    try:
        if roles.sftp:
            with _port("SFTP", house.settings.sftp_port):
                door = await serve_sftp(
                    SftpAccounts(house),
                    house.settings.spool,
                    house.settings.keys,
                    house.settings.sftp_address,
                    house.settings.sftp_port,
                    on_arrival=renamed.heard,
                    on_login=lambda login: book.heard(login.account, login.address, login.result),
                )
            meters.ask_sftp(lambda: door.counts if door is not None else {})
            doors = replace(doors, sftp=door.port)
            told |= {"sftp_port": door.port, "fingerprints": {f.kind: f.sha256 for f in door.fingerprints}}
        if roles.web or house.settings.probe_port is not None:
            web, serving, port, console = await _web(house, roles, jobs, meters)
            named = "http_port" if roles.web else "probe_port"
            doors = replace(doors, http=port) if roles.web else doors
            told |= {named: port, "url": f"http://{house.settings.http_address}:{port}"}
        doorways.stand(house, doors)
        for thread in threads:
            thread.start()
        gc.freeze()  # what is loaded now stays: the collector need not walk through it at every request
        ready(told)
        await stop.wait()
    finally:
        log.info("stopping")
        if door is not None:
            await door.close()
        await asyncio.to_thread(book.close)
        if console is not None:
            console.stop()
        if web is not None and serving is not None:
            web.should_exit = True
            await serving
        if console is not None:
            await asyncio.to_thread(console.close)
        ended.set()
        for thread in threads:
            if thread.is_alive():
                await asyncio.to_thread(thread.join)
        settled = await asyncio.to_thread(jobs.close) if jobs is not None else True
        doorways.leave(house, doors)
        house.stores.control.workers.leave(house.executor.name)
        gc.unfreeze()  # or the engine's own look at what is left would find, and tell, all that was loaded
    return settled


@contextlib.contextmanager
def _port(what: str, number: int) -> Iterator[None]:
    """Tell a port that cannot be opened in one sentence."""
    try:
        yield
    except OSError as trouble:
        raise Fault(f"the {what} port {number} could not be opened ({trouble.strerror}): is another program using it?") from None


async def _web(
    house: House, roles: Roles, jobs: Jobs | None, meters: Meters
) -> tuple[uvicorn.Server, asyncio.Task[None], int, Console | None]:
    """The HTTP doors; of a process without them only the one for machines, on the port for probes."""
    wanted = house.settings.http_port if roles.web else house.settings.probe_port or 0
    with _port("HTTP", wanted):
        family = socket.AF_INET6 if ":" in house.settings.http_address else socket.AF_INET
        listening = socket.create_server((house.settings.http_address, wanted), family=family)
    # asyncio does this for sockets that name TCP, which this one does not; accepted ones inherit it. Else small answers wait 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    console = create_console(house, jobs, OfTheDesk(), count=frame.counted, observe=meters.answered) if roles.web else None
    config = uvicorn.Config(
        front(house, jobs, console, meters),
        host=house.settings.http_address,
        port=wanted,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    # Signals are ours: uvicorn must not take them while SFTP and workers still run.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    port = listening.getsockname()[1]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    return server, task, port, console


def front(house: House, jobs: Jobs | None, console: Console | None, meters: Meters) -> Application:
    """All HTTP doors of a process as one application; without a console only the one for machines."""
    inside = NoticesDoor(house, _for_apps_and_people(house, jobs, console, meters)) if console is not None else None
    machines = Door(lambda: troubles(house), meters.exposed, house.settings.metrics_token, inside)
    return wrapped(machines, house.settings.public_url)


def _for_apps_and_people(house: House, jobs: Jobs | None, console: Console, meters: Meters) -> Application:
    """Rosters for applications at their paths, the management API at its own, and pages for people at all others."""
    provider: Provider = create(house.stores, address=house.settings.public_url, observe=meters.answered)
    assert jobs is not None
    queue = jobs

    def made() -> Application:
        from homeroom.doors.api.app import create as create_api

        return create_api(house, queue, observe=meters.answered, say=by_mail.in_own_language())

    api = WhenAsked(made)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and of_the_api.ours(scope["path"]):
            await api(scope, receive, send)
            return
        chosen = provider if scope["type"] != "http" or provider.ours(scope["path"]) else console
        await chosen(scope, receive, send)

    return answer


def _jobs(house: House, roles: Roles, meters: Meters) -> Jobs:
    def walk(slug: str, number: int, tell: Callable[[str], None]) -> None:
        began, steps = time.monotonic(), 0

        def heard(step: str) -> None:
            nonlocal steps
            steps += 1
            tell(step)

        try:
            report = imports.run(house, slug, number, tell=heard)
        except Exception:
            meters.walked("broken", time.monotonic() - began)
            raise
        if steps:  # else it had ended before: the queue gives a job at least once
            meters.walked(report.outcome or report.status, time.monotonic() - began)

    beat(house)
    address = queue_address(house.settings.data, house.settings.database_url)
    return DbosJobs(address, house.executor, walk if roles.worker else None)


def beat(house: House) -> None:
    """Say that this process lives."""
    executor = house.executor
    house.stores.control.workers.beat(executor.name, executor.host, executor.pid, datetime.now(UTC))


def alive(house: House) -> Callable[[str], bool]:
    """Tells whether an executor lives: a fresh heartbeat, and no certainty that its process ended."""
    since = datetime.now(UTC) - doorways.SILENT
    fresh = {
        w.executor
        for w in house.stores.control.workers.all()
        if w.seen >= since and not Executor(w.executor, w.host, w.pid).is_gone()
    }
    return fresh.__contains__


def take_over(house: House, jobs: Jobs) -> None:
    """Take over what dead executors left, and forget those that are long gone."""
    jobs.adopt(alive(house))
    for worker in house.stores.control.workers.silent(datetime.now(UTC) - FORGET_AFTER):
        house.stores.control.workers.leave(worker.executor)


def keep(house: House, jobs: Jobs) -> None:
    """What the clock does: the stores' housekeeping, and imports that wait for a walk and are in no queue."""
    watch.release(house, datetime.now(UTC), partial(taking_up.hand_over, house, jobs))
    taking_up.requeue(house, jobs)
    housekeeping.keep(house, datetime.now(UTC))


def write_letters(house: House, since: datetime, now: datetime, languages: Path = LANGUAGES) -> int:
    """What the clock does: tell people what they chose to know since it struck last, each in their language. How many letters went out."""
    return telling.tell(house, since, now, say=by_mail.in_own_language(languages))


def _background(
    house: House, roles: Roles, jobs: Jobs | None, renamed: Renamed, meters: Meters, ended: threading.Event
) -> list[threading.Thread]:
    """The threads of this process: heartbeat and takeover, the clock, the watchman, housekeeping."""

    def each(seconds: float, name: str, work: Callable[[], object]) -> threading.Thread:
        def repeat() -> None:
            while not ended.is_set():
                try:
                    work()
                except TryAgain as trouble:
                    log.warning("later", what=name, kind=type(trouble).__name__)
                except Exception as trouble:  # noqa: BLE001
                    # A watchman that dies silently would be worse than one that says so and looks again.
                    log.error("background-work-broke", what=name, kind=type(trouble).__name__, exc_info=False)
                ended.wait(seconds)

        return threading.Thread(target=repeat, name=name, daemon=True)

    gone: set[int] = set()

    def lives() -> None:
        beat(house)
        erasing.forget_here(house, gone)

    threads = [each(BEAT_SECONDS, "heartbeat", lives)]
    if jobs is not None and roles.worker:
        threads.append(each(BEAT_SECONDS, "takeover", lambda: take_over(house, jobs)))
        threads.append(each(KEEPING_SECONDS, "housekeeping", lambda: keep(house, jobs)))

        def call_up() -> None:
            schedule.call_up(house, datetime.now(UTC), partial(taking_up.hand_over, house, jobs))
            noticing.call_up(house, datetime.now(UTC), partial(taking_up.hand_over, house, jobs))

        told = datetime.now(UTC) - LOOKED_BACK

        def tell() -> None:
            nonlocal told
            now = datetime.now(UTC)
            write_letters(house, told, now)
            noting.note_all(house, now)
            told = now

        threads.append(each(CLOCK_SECONDS, "clock", call_up))
        threads.append(each(CLOCK_SECONDS, "standing", lambda: summaries.refresh(house, datetime.now(UTC))))
        threads.append(each(LETTER_SECONDS, "letters", tell))
    if jobs is not None and roles.sftp:

        def sealed(delivery: Delivery, incomplete: bool) -> None:
            meters.sealed(delivery.trigger, sum(file.size for file in delivery.files), incomplete)

        def look() -> None:
            watch.watch(house, datetime.now(UTC), partial(taking_up.hand_over, house, jobs), renamed.of, sealed)

        threads.append(each(WATCH_SECONDS, "watchman", look))
    return threads
