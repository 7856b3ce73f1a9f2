"""The demo's second district: its PowerSchool is asked by API, whole at first, then for one student whom a clerk has just changed."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from homeroom.cli.context import say

SLUG = "oakfield"
STUDENTS = 400
Command = Callable[..., Any]
"""Runs a command as a person would and returns its JSON."""


def tell(folder: Path, homeroom: list[str], environment: dict[str, str], command: Command, show: Callable[[Any], None]) -> None:
    """The act: plug-in, connection, first pull, one student refreshed. `homeroom` starts the program in a process of its own."""
    command("district", "add", SLUG, "--name", "Oakfield Schools", "--timezone", "America/Chicago")
    plugin = folder / "homeroom-plugin.zip"
    made = command("plugin", SLUG, str(plugin))
    say(
        f"  Its administrator installs {plugin.name}: {len(made['queries'])} queries, {len(made['fields'])} fields to read, each with its reason."
    )
    with _pretend(
        [*homeroom, "simulate", "powerschool", "--students", str(STUDENTS), "--plugin", str(plugin)], environment
    ) as sis:
        say(f"  A pretend PowerSchool of {STUDENTS} students runs at {sis['url']}.")
        secret = sis["client_secret"]
        command(
            "source",
            "add",
            SLUG,
            "--kind",
            "powerschool",
            "--url",
            sis["url"],
            "--client-id",
            sis["client_id"],
            "--client-secret",
            secret,
        )
        show(command("pull", SLUG, ok=(0, 3)))
        one = command("roster", SLUG, "users", "--where", "role = 'student'", "--format", "json")[0]
        say(f"  A clerk gives student {one['sourcedId']} another last name, and the change cannot wait for the night:")
        change = {"do": "edit", "table": "students", "key": int(one["sourcedId"][1:]), "set": {"Last_Name": "Quist-Moreau"}}
        _post(f"{sis['url']}/__simulator/change", change)
        for field in command("refresh", SLUG, "users", one["sourcedId"])["changed"]:
            say(f"    {field['field']}: {field['old']!r} became {field['new']!r}")
        again = command("refresh", SLUG, "users", one["sourcedId"])["changed"]
        say("  Asked once more: nothing had changed." if not again else f"  Asked once more: {again}")


@contextmanager
def _pretend(command: list[str], environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """A pretend PowerSchool as a process of its own, until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit("The pretend PowerSchool did not start.")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def _post(address: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data=json.dumps(body).encode(), headers=headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        answer.read()
