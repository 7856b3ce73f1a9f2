"""Notices of change, as an operator sets them up."""

from __future__ import annotations

from pathlib import Path

from e2e.installation import Installation
from pretend import pretend


def test_an_address_is_shown_once_and_put_into_powerschool(tmp_path: Path) -> None:
    with pretend(10) as server:
        plugin = server.world.plugin
        around = {"HOMEROOM_SECRET": plugin.client_secret, "HOMEROOM_PUBLIC_URL": "https://roster.example/"}
        homeroom = Installation(tmp_path / "data", around)
        homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
        homeroom.inside(
            "source", "add", "pinewood", "--kind", "powerschool", "--url", server.world.url, "--client-id", plugin.client_id
        )
        url = homeroom.inside("source", "notices", "pinewood", "1", "--json").document["url"]
        assert url.startswith("https://roster.example/notices/")
        secret = url.rpartition("/")[2].encode()
        assert not [f for f in homeroom.data.rglob("*") if f.is_file() and secret in f.read_bytes()]
        assert homeroom.inside("source", "subscribe", "pinewood", "1").status == 0
        subscription = server.world.subscription
        assert subscription is not None
        assert subscription.url.startswith("https://roster.example/notices/")
        assert subscription.url != url
        assert homeroom.inside("source", "subscribe", "pinewood", "1", "--off", "--json").document["subscribed"] is False
        assert server.world.subscription is None
        nowhere = Installation(homeroom.data, {})
        told = nowhere.inside("source", "notices", "pinewood", "1")
        assert (told.status, "HOMEROOM_PUBLIC_URL" in told.out + told.err) == (2, True)
