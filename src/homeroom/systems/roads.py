"""The roads by which Homeroom fetches data itself, each listed once: a kind of source, and the functions that go there."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.systems import remote_sftp
from homeroom.systems.fetching import Road
from homeroom.systems.powerschool import source as powerschool

ROADS: Mapping[str, Road] = {
    "sftp-pull": Road(remote_sftp.fetch, remote_sftp.look),
    "powerschool": Road(powerschool.fetch, powerschool.look, powerschool.one, powerschool.hangs, powerschool.NOTIFIED),
}
"""Kind of source -> how it is fetched. A new road is a module and a line here."""
