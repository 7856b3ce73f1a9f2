"""What the environment and the command line say about this installation. Read by cli, serve, doors and sync only."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from homeroom.roster.faults import Misuse

_HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
DEFAULT_DATA = "homeroom-data"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Every field is set by the variable `HOMEROOM_` and its name in capitals; `says` is its meaning for people."""

    data: Path = field(
        metadata={
            "says": "The one folder of an embedded installation, made on first use with mode 0700. `--data` on the command line wins.",
            "default": f"`{DEFAULT_DATA}` in the current folder",
        }
    )
    host: str = field(
        default="127.0.0.1",
        metadata={
            "says": "The address on which the doors listen. `source add` prints that of the SFTP door as the host, or the host of "
            "`HOMEROOM_PUBLIC_URL` where it means all addresses (`0.0.0.0`)."
        },
    )
    http_host: str | None = field(
        default=None,
        metadata={"says": "The address of the HTTP doors alone, such as `127.0.0.1` behind a proxy on the same machine."},
    )
    sftp_host: str | None = field(default=None, metadata={"says": "The address of the SFTP door alone."})
    http_port: int = field(default=8080, metadata={"says": "Port of the HTTP doors; 0 picks a free one, which `serve` prints."})
    sftp_port: int = field(default=2222, metadata={"says": "Port of the SFTP door; 0 picks a free one, which `serve` prints."})
    database_url: str | None = field(
        default=None,
        metadata={
            "says": "A PostgreSQL address (`postgresql://...`). The stores then lie there instead of in the data folder: "
            "one schema `control`, one schema for each district, one schema `jobs`."
        },
    )
    storage: str | None = field(
        default=None,
        metadata={
            "says": "An object store (`s3://BUCKET/PREFIX`) for sealed deliveries, instead of the data folder's `deliveries`."
        },
    )
    public_url: str | None = field(
        default=None,
        metadata={
            "says": "The address under which applications and people reach the HTTP door, such as `https://roster.example`; links in answers "
            "begin with it. With https the console's cookies are sent by https alone."
        },
    )
    master_key: str | None = field(
        default=None,
        metadata={
            "says": "The text of the master key file, given from outside, so that it need not lie in the data folder (`keys/master.key`)."
        },
    )
    quiet_seconds: float = field(
        default=60.0,
        metadata={
            "says": "How many seconds a pushed set must lie still before it is sealed. A source may have its own (`quiet_seconds`)."
        },
    )
    keep_days: int = field(default=14, metadata={"says": "How many days raw files are kept before they are shredded."})
    keep_removed_days: int = field(
        default=400,
        metadata={
            "says": "How many days a removed record (`tobedeleted`) is kept with its history before it is purged; 0 keeps all for ever. "
            "A district may have its own (`homeroom district keep`)."
        },
    )
    keep_issue_days: int = field(
        default=400,
        metadata={
            "says": "How many days the issues of an import are kept; they hold values of rows. 0 keeps all for ever. Reports and counts stay."
        },
    )
    memory_mb: int = field(
        default=800, metadata={"says": "How much memory one import may use, in MB; what does not fit is spilled to the disk."}
    )
    spread_seconds: int = field(
        default=600,
        metadata={
            "says": "Over how many seconds sources that start at the same time are spread, each always at its own place; 0 starts all at once."
        },
    )
    threads: int = field(default=2, metadata={"says": "How many processor cores one import uses."})

    smtp_url: str | None = field(
        default=None,
        metadata={
            "says": "The mail server for notices: `smtp://USER:PASSWORD@mail.example:587` (STARTTLS is required unless the server is on "
            "the same machine) or `smtps://...:465`. Without one nobody is told by e-mail."
        },
    )
    mail_from: str | None = field(
        default=None,
        metadata={"says": "The address from which notices come, such as `homeroom@vendor.example`. Needed with a mail server."},
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "says": "Hosts, addresses and networks that sources may connect to although they are not public: "
            "`sis.pinewood.example, 10.20.0.0/16`. Without it a source that was set in the console or by a program reaches public "
            "addresses only. A host that is named here is trusted with whatever addresses it has.",
            "default": "none",
        },
    )
    oidc_issuer: str | None = field(
        default=None,
        metadata={
            "says": "The address of an OpenID Connect issuer, for single sign-on to the console. With it go `HOMEROOM_OIDC_CLIENT_ID` and "
            "`HOMEROOM_OIDC_CLIENT_SECRET`; the issuer is told the address `/sign-in/sso` under `HOMEROOM_PUBLIC_URL`."
        },
    )
    oidc_client_id: str | None = field(default=None, metadata={"says": "The client ID that the issuer gave Homeroom."})
    oidc_client_secret: str | None = field(default=None, metadata={"says": "The client secret that the issuer gave Homeroom."})
    oidc_name: str = field(default="Single sign-on", metadata={"says": "What the button for single sign-on says."})
    metrics_token: str | None = field(
        default=None,
        metadata={
            "says": "The bearer token that opens `/metrics`. Without one, `/metrics` answers only programs on the same machine that "
            "do not come through a proxy."
        },
    )
    probe_port: int | None = field(
        default=None,
        metadata={
            "says": "A port for `/healthz`, `/readyz` and `/metrics` of `homeroom sftp` and `homeroom worker`, which have no HTTP "
            "doors otherwise; 0 picks a free one. `serve` and `web` answer on the HTTP port."
        },
    )
    disk_floor_mb: int = field(
        default=512,
        metadata={
            "says": "Below so much free space on the data folder's disk, in MB, `/readyz` says that this process is not ready."
        },
    )

    @property
    def http_address(self) -> str:
        """The address on which the HTTP doors listen."""
        return self.http_host or self.host

    @property
    def sftp_address(self) -> str:
        """The address on which the SFTP door listens."""
        return self.sftp_host or self.host

    @property
    def work(self) -> Path:
        """Where workbenches live while an import runs; emptied of dead ones at every start."""
        return self.data / "work"

    @property
    def spool(self) -> Path:
        """Where pushed files grow until their set is sealed."""
        return self.data / "sftp"

    @property
    def keys(self) -> Path:
        """Master key and SFTP host keys; mode 0700."""
        return self.data / "keys"

    @property
    def raw(self) -> str:
        """Where sealed deliveries are kept: a folder or an `s3://` address."""
        return self.storage or str(self.data / "deliveries")


def host_or_network(text: str) -> bool:
    """Whether an entry is a host's name, an address, or a network that begins where it says."""
    try:
        ip_network(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return _HOST.fullmatch(text) is not None
    return True


def read(environment: Mapping[str, str] | None = None, data: Path | None = None) -> Settings:
    """Settings from `HOMEROOM_*` variables; `data` (from `--data`) wins. Raises Misuse naming every wrong value at once."""
    env = os.environ if environment is None else environment
    wrong: list[str] = []

    def number(name: str, fallback: float) -> float:
        raw = env.get(name)
        if raw is None:
            return fallback
        try:
            value = float(raw)
        except ValueError:
            wrong.append(f"{name} must be a number, not {raw!r}")
            return fallback
        if value < 0:
            wrong.append(f"{name} must not be negative")
        return value

    url = env.get("HOMEROOM_DATABASE_URL") or None
    if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        wrong.append("HOMEROOM_DATABASE_URL must begin with postgresql://")
    storage = env.get("HOMEROOM_STORAGE") or None
    if storage and not storage.startswith("s3://"):
        wrong.append("HOMEROOM_STORAGE must begin with s3://")
    oidc = [env.get(f"HOMEROOM_OIDC_{name}") for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")]
    if any(oidc) and not all(oidc):
        wrong.append(
            "HOMEROOM_OIDC_ISSUER, HOMEROOM_OIDC_CLIENT_ID and HOMEROOM_OIDC_CLIENT_SECRET belong together: set all three"
        )
    smtp = env.get("HOMEROOM_SMTP_URL") or None
    if smtp and not smtp.startswith(("smtp://", "smtps://")):
        wrong.append("HOMEROOM_SMTP_URL must begin with smtp:// or smtps://")
    if smtp and not env.get("HOMEROOM_MAIL_FROM"):
        wrong.append("HOMEROOM_MAIL_FROM must say from which address notices come")
    allowed = tuple(e for e in (env.get("HOMEROOM_ALLOWED_HOSTS") or "").replace(",", " ").split() if e)
    if odd := [entry for entry in allowed if not host_or_network(entry)]:
        wrong.append(f"HOMEROOM_ALLOWED_HOSTS takes hosts, addresses and networks, as 10.20.0.0/16, not {', '.join(odd)}")
    settings = Settings(
        data=(data or Path(env.get("HOMEROOM_DATA", DEFAULT_DATA))).expanduser().resolve(),
        host=env.get("HOMEROOM_HOST", "127.0.0.1"),
        http_host=env.get("HOMEROOM_HTTP_HOST") or None,
        sftp_host=env.get("HOMEROOM_SFTP_HOST") or None,
        http_port=int(number("HOMEROOM_HTTP_PORT", 8080)),
        sftp_port=int(number("HOMEROOM_SFTP_PORT", 2222)),
        database_url=url,
        storage=storage,
        public_url=env.get("HOMEROOM_PUBLIC_URL") or None,
        master_key=env.get("HOMEROOM_MASTER_KEY") or None,
        quiet_seconds=number("HOMEROOM_QUIET_SECONDS", 60.0),
        keep_days=int(number("HOMEROOM_KEEP_DAYS", 14)),
        keep_removed_days=int(number("HOMEROOM_KEEP_REMOVED_DAYS", 400)),
        keep_issue_days=int(number("HOMEROOM_KEEP_ISSUE_DAYS", 400)),
        memory_mb=int(number("HOMEROOM_MEMORY_MB", 800)),
        spread_seconds=int(number("HOMEROOM_SPREAD_SECONDS", 600)),
        threads=int(number("HOMEROOM_THREADS", 2)),
        smtp_url=smtp,
        mail_from=env.get("HOMEROOM_MAIL_FROM") or None,
        allowed_hosts=allowed,
        oidc_issuer=env.get("HOMEROOM_OIDC_ISSUER") or None,
        oidc_client_id=env.get("HOMEROOM_OIDC_CLIENT_ID") or None,
        oidc_client_secret=env.get("HOMEROOM_OIDC_CLIENT_SECRET") or None,
        oidc_name=env.get("HOMEROOM_OIDC_NAME", "Single sign-on"),
        metrics_token=env.get("HOMEROOM_METRICS_TOKEN") or None,
        probe_port=int(number("HOMEROOM_PROBE_PORT", 0)) if env.get("HOMEROOM_PROBE_PORT") else None,
        disk_floor_mb=int(number("HOMEROOM_DISK_FLOOR_MB", 512)),
    )
    if wrong:
        raise Misuse("; ".join(wrong) + ".")
    return settings
