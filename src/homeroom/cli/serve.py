"""serve, web, sftp, worker."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import note, settings

if TYPE_CHECKING:
    from homeroom.serve import Roles

Json = Annotated[bool, Parameter(name="--json", negative="")]


def _serve(roles: Roles, as_json: bool) -> int:
    from homeroom import serve as program
    from homeroom.cli.logs import configure

    configure()
    logging.getLogger("asyncssh").setLevel(logging.WARNING)

    def ready(told: dict[str, object]) -> None:
        if as_json:
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            return
        if "url" in told:
            note(f"HTTP on {told['url']}")
        if "sftp_port" in told:
            note(f"SFTP on port {told['sftp_port']}")
        note("Ready. Ctrl-C ends it.")

    program.run(settings(), roles, ready)
    return 0


def serve(*, as_json: Json = False) -> int:
    """Run everything in one process: SFTP door, HTTP doors, watchman, workers.

    Parameters
    ----------
    as_json
        Print addresses and ports as one JSON line on standard output once everything listens.
    """
    from homeroom.serve import Roles

    return _serve(Roles(), as_json)


def web(*, as_json: Json = False) -> int:
    """Run the HTTP doors only.

    Parameters
    ----------
    as_json
        Print the address as one JSON line.
    """
    from homeroom.serve import Roles

    return _serve(Roles(web=True, sftp=False, worker=False), as_json)


def sftp(*, as_json: Json = False) -> int:
    """Run the SFTP door and its watchman only; imports are handed to workers.

    Parameters
    ----------
    as_json
        Print the port as one JSON line.
    """
    from homeroom.serve import Roles

    return _serve(Roles(web=False, sftp=True, worker=False), as_json)


def worker(*, as_json: Json = False) -> int:
    """Run a worker only.

    Parameters
    ----------
    as_json
        Print the executor's name as one JSON line.
    """
    from homeroom.serve import Roles

    return _serve(Roles(web=False, sftp=False, worker=True), as_json)
