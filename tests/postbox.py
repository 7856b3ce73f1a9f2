"""A real mail server for tests, which keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from patience import SECONDS


class Postbox:
    """A mail server that keeps what it is given, and may be told to refuse."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, EmailMessage]] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a letter, or do not."""
        if self.answer.startswith("250"):
            made = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(made, EmailMessage)
            self.kept.extend((to, made) for to in envelope.rcpt_tos)
        return self.answer

    def taken(self) -> dict[str, tuple[str, str]]:
        """What came since this was last asked: subject and text by whom it was for."""
        came = {to: (str(made["Subject"]), made.get_content().replace("\r\n", "\n")) for to, made in self.kept}
        assert len(came) == len(self.kept), "somebody got two letters"
        self.kept.clear()
        return came


class Listening(Controller):
    """On a free port: the port is known once it listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, str]]:
    """The server while it runs, and its address."""
    box = Postbox()
    controller = Listening(box, hostname="127.0.0.1", port=0, ready_timeout=SECONDS)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()
