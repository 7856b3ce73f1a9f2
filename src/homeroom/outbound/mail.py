"""E-mail to people: plain text, one person at a time, over a connection that nobody listens to."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from homeroom.roster.faults import Fault
from homeroom.roster.words import Value

SECONDS = 30.0
PORTS = {"smtp": 587, "smtps": 465}


class NotSent(Fault):
    """The mail server did not take it. `passing`: another try may work; the text names what the server said, never whom it was for."""

    def __init__(self, text: str, /, *, passing: bool, **values: Value) -> None:
        self.passing = passing
        super().__init__(text, **values)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `starttls` None: use it where it is offered, which is only said of this very machine."""

    host: str
    port: int
    tls: bool
    starttls: bool | None
    username: str | None
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Server:
        """A server from `smtp://USER:PASSWORD@HOST:PORT` or `smtps://...`."""
        parts = urlsplit(url)
        host = parts.hostname or "localhost"
        tls = parts.scheme == "smtps"
        return cls(
            host=host,
            port=parts.port or PORTS[parts.scheme],
            tls=tls,
            starttls=False if tls else None if _here(host) else True,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


def letter(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """An e-mail that says of itself that a program wrote it (RFC 3834), so that nobody's absence note answers."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to
    made["Subject"] = " ".join(subject.split())
    made["Date"] = formatdate(localtime=False)
    made["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "homeroom.invalid")
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(server: Server, message: EmailMessage) -> None:
    """Hand a message to the server. Raises NotSent."""
    _speak(server, lambda smtp: smtp.send_message(message))


def reach(server: Server) -> None:
    """Log in at the server and leave again. Raises NotSent."""
    _speak(server, lambda smtp: smtp.noop())


def _speak(server: Server, say: Callable[[aiosmtplib.SMTP], Awaitable[object]]) -> None:
    async def speak() -> None:
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.starttls,
            timeout=SECONDS,
        )
        async with smtp:
            await say(smtp)

    try:
        asyncio.run(speak())
    except aiosmtplib.SMTPAuthenticationError as no:
        raise NotSent(
            "the mail server did not accept the user name and password ({code})", passing=True, code=str(no.code)
        ) from None
    except aiosmtplib.SMTPRecipientsRefused as no:
        raise _answered(no.recipients[0].code) from None
    except aiosmtplib.SMTPResponseException as no:
        raise _answered(no.code) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
        raise NotSent(
            "the mail server at {host} could not be reached ({trouble})",
            passing=True,
            host=server.host,
            trouble=type(trouble).__name__,
        ) from None


def _answered(code: int) -> NotSent:
    return NotSent("the mail server answered {code}", passing=not 500 <= code < 600, code=str(code))


def _here(host: str) -> bool:
    """Whether a host is this very machine: what goes there crosses no network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
