"""The pretend server on a real port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from homeroom.roster.faults import Fault
from homeroom.simulator.powerschool.door import app
from homeroom.simulator.powerschool.world import World


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises Fault, in a sentence, where the port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.create_server((host, port), family=family)
    except OSError as trouble:
        raise Fault(f"port {port} on {host} could not be opened ({trouble.strerror}): is another program using it?") from None
    # asyncio does this for sockets that name TCP, which this one does not; accepted ones inherit it. Else small answers wait 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def serve(world: World, sock: socket.socket, ready: Callable[[], None]) -> None:
    """Answer calls until a signal comes (Ctrl-C, SIGTERM); `ready` is called when the first can be answered."""
    server = _server(world, sock)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _stop, server)
        ready()
        await server.serve(sockets=[sock])

    asyncio.run(run())


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


@contextlib.contextmanager
def running(world: World, host: str = "127.0.0.1", port: int = 0) -> Iterator[World]:
    """The server in a thread of this process, for tests and the demo; ends with the block."""
    sock = listening(host, port)
    server = _server(world, sock)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        _stop(server)
        thread.join()


def _not_dropped(record: logging.LogRecord) -> bool:
    """What uvicorn complains of when the fault `drop` ends a connection on purpose."""
    return "without completing response" not in record.getMessage()


def _server(world: World, sock: socket.socket) -> uvicorn.Server:
    host, port = sock.getsockname()[:2]
    world.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    config = uvicorn.Config(
        app(world), log_config=None, access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=2
    )
    logging.getLogger("uvicorn.error").addFilter(_not_dropped)
    server = uvicorn.Server(config)
    # Signals are ours: the server may run in a thread, where none may be taken.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    return server
