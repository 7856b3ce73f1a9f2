"""A server whose certificate is not to be trusted, and one that nobody answers for: what a district's administrator reads of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connected import pull
from homeroom.sync import sources
from sync_house import SLUG, Pinewood


@pytest.fixture(scope="module")
def selfmade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that shows a certificate of its own making."""
    folder = tmp_path_factory.mktemp("selfmade")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_shows, args=(server, context), daemon=True)
        thread.start()
        yield server.getsockname()[1]


def _shows(server: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):  # the fixture closes it
        while True:
            call, _ = server.accept()
            with suppress(OSError), call:
                context.wrap_socket(call, server_side=True).close()


def _certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, secret = folder / "shown.pem", folder / "secret.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret.write_bytes(key.private_bytes(*form))
    return str(shown), str(secret)


def led_to(pinewood: Pinewood, url: str) -> None:
    settings = {"url": url, "client_id": "c", "give_up_seconds": 0.1}
    sources.add(pinewood.house, SLUG, "powerschool", settings=settings, secrets={"client_secret": "s"})


def test_a_certificate_that_is_not_trusted_is_called_that(pinewood: Pinewood, selfmade: int) -> None:
    led_to(pinewood, f"https://127.0.0.1:{selfmade}")
    reason = pull(pinewood).reason
    assert reason is not None
    assert reason.code == "certificate_untrusted"
    assert reason.message == "127.0.0.1 shows a certificate that is not trusted."
    assert "self-signed certificate" in (reason.detail or "")


def test_where_nothing_listens_no_word_of_a_program_is_shown(pinewood: Pinewood) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    led_to(pinewood, f"https://127.0.0.1:{closed}")
    reason = pull(pinewood).reason
    assert reason is not None
    assert (reason.code, reason.message) == ("connection", "No connection to 127.0.0.1: nothing listens there.")
