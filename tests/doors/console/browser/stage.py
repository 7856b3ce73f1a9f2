"""A running `homeroom serve` of an empty installation, and people at their browsers: nothing is there that a user could not have made."""

from __future__ import annotations

import asyncio
import html
import json
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pyotp
from playwright.sync_api import Page, expect

from desk_kit import PASSWORD
from doors.console.browser.conftest import PATIENCE, Visitor
from e2e.installation import Installation
from homeroom.store import stores
from patience import SECONDS, until

PORTS = {
    "HOMEROOM_HTTP_PORT": "0",
    "HOMEROOM_SFTP_PORT": "0",
    "HOMEROOM_QUIET_SECONDS": "1",
    "HOMEROOM_ALLOWED_HOSTS": "127.0.0.1",
}


@dataclass
class Human:
    """Somebody at a browser, with a code generator on a phone."""

    visitor: Visitor
    home: Installation
    secret: str = ""

    @property
    def page(self) -> Page:
        return self.visitor.page

    def code(self) -> str:
        """The code of this moment. It is good once, and a person waits half a minute for the next one; here the store forgets it instead.

        That a code is good once is proved at the desk, where the tests have a clock of their own.
        """
        with stores.open(self.home.data) as opened:
            for person in opened.control.people.all():
                opened.control.people.change(person.id, totp_step=0)
        return pyotp.TOTP(self.secret).now()

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.visitor.address + path if path.startswith("/") else path)

    def press(self, words: str, exact: bool = True) -> None:
        """Press the button of that name, which sends a form, and go on when the answer is there."""
        self.visitor.follow(self.page.get_by_role("button", name=words, exact=exact).first)

    def follow(self, words: str, exact: bool = False) -> None:
        """Follow the link of that name, and go on when its page is there."""
        self.visitor.follow(self.page.get_by_role("link", name=words, exact=exact).first)

    def fill(self, **fields: str) -> None:
        """Fill fields by their names."""
        for name, value in fields.items():
            self.page.locator(f'[name="{name}"]:not([type="hidden"])').last.fill(value)

    def sees(self, words: str) -> None:
        """The page says it."""
        self.page.get_by_text(words).locator("visible=true").first.wait_for()

    def come_in(self, link: str, name: str) -> None:
        """By the link of an invitation: a name, a password, a code generator."""
        self.go(link)
        self.secret = self.page.locator("code.word").inner_text()
        self.fill(name=name, password=PASSWORD, again=PASSWORD, code=self.code())
        self.press("Come in")
        self.sees("You are signed in.")

    def until(self, path: str, words: str, within: str = "body") -> None:
        """Load a page when it says it, or one of its parts does: what the program does meanwhile takes its time, and the browser
        need not draw each look."""
        where = self.visitor.address + path if path.startswith("/") else path

        def said() -> bool:
            if words.casefold() not in plain(self.page.context.request.get(where, timeout=PATIENCE).text()):
                return False
            self.go(path)
            return self.page.locator(within).get_by_text(words).count() > 0

        until(said, f"{path} says {words!r}", pause=0.3)

    def download(self, words: str) -> Path:
        """Follow a link to a file, by the beginning of its name; where it lies, under the name that the browser gives it."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=re.compile(f"^{words}")).first.click()
        place = Path(coming.value.path()).parent / coming.value.suggested_filename
        coming.value.save_as(place)
        return place

    def elevate(self, reason: str) -> None:
        """Take the elevated role, on the page that asks for it."""
        self.fill(reason=reason, code=self.code())
        self.press("Take the elevated role")

    def once_link(self) -> str:
        """The link that is shown once on this page."""
        secret = self.page.locator(".secret").first
        expect(secret).to_contain_text("/once/")
        found = re.search(r"https?://\S+/once/[\w-]+", secret.inner_text())
        assert found
        return found[0]


@dataclass
class Stage:
    """The running program and its doors."""

    home: Installation
    process: subprocess.Popen[str]
    told: dict[str, Any]
    visit: Callable[..., Visitor]
    errors: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.told["url"])

    def human(self, dress: str = "light", **more: Any) -> Human:
        """A browser of its own."""
        return Human(self.visit(self.address, dress=dress, **more), self.home)

    def told_by(self, *command: str | Path) -> Any:
        """What a command tells that somebody runs beside the program."""
        return self.home.inside(*command, "--json").document

    def here(self, link: str) -> str:
        """A link of the installation at the address of this run."""
        return self.address + "/once/" + link.rpartition("/")[2]

    def push(self, username: str, password: str, files: dict[str, str]) -> None:
        """Send files over SFTP, as a district's system does."""

        async def talk() -> None:
            port = self.told["sftp_port"]
            async with (
                asyncssh.connect(
                    "127.0.0.1", port, username=username, password=password, known_hosts=None, config=None
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                for name, text in files.items():
                    async with client.open(name, "w") as file:
                        await file.write(text)

        with ThreadPoolExecutor(1) as elsewhere:  # Playwright has a loop in this thread
            elsewhere.submit(lambda: asyncio.run(asyncio.wait_for(talk(), SECONDS))).result()


@contextmanager
def stage(folder: Path, visit: Callable[..., Visitor], **environment: str) -> Iterator[Stage]:
    """Start the program on an empty folder; at the end SIGTERM must end it quietly."""
    home = Installation(folder / "data", PORTS | environment)
    process = home.start("serve", "--json")
    assert process.stdout is not None
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        yield Stage(home, process, json.loads(process.stdout.readline()), visit, errors)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS)
        finally:
            process.kill()
            reader.join(SECONDS)
            process.stdout.close()
            if process.stderr:
                process.stderr.close()
    assert not [line for line in errors if "Traceback" in line], errors


def plain(page: str) -> str:
    """What a page says, without marks, in small letters."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split()).casefold()


def tomorrow() -> str:
    """A day for the training."""
    return (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
