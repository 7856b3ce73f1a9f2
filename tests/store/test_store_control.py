"""The control store: districts, sources, accounts, apps, keys, audit, heartbeats, summaries, settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from homeroom.roster.faults import Misuse
from homeroom.store.accounts import Account
from homeroom.store.apps import App, Token
from homeroom.store.audit import AuditRow
from homeroom.store.districts import District
from homeroom.store.keys import DataKey
from homeroom.store.stores import Stores
from homeroom.store.summaries import Summary

NOW = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)


def test_a_district_is_added_found_renamed_and_archived(stores: Stores) -> None:
    districts = stores.control.districts
    made = districts.add("pinewood", "Pinewood ISD", "America/Chicago", NOW)
    assert made == District("pinewood", "Pinewood ISD", "America/Chicago", NOW)
    districts.rename("pinewood", "Pinewood")
    districts.archive("pinewood", NOW)
    assert districts.all() == [District("pinewood", "Pinewood", "America/Chicago", NOW, NOW)]
    districts.revive("pinewood")
    assert districts.get("pinewood").archived is None


@pytest.mark.parametrize("slug", ["", "Pine", "pine_wood", "-pine", "pine-", "../x", "p" * 51, "pine\n"])
def test_a_slug_that_cannot_be_a_folder_a_schema_and_an_address_is_refused(stores: Stores, slug: str) -> None:
    with pytest.raises(Misuse):
        stores.control.districts.add(slug, "X", "UTC", NOW)
    with pytest.raises(Misuse):
        stores.roster(slug)


def test_a_taken_slug_an_unknown_zone_and_an_unknown_district_are_told(stores: Stores) -> None:
    stores.control.districts.add("pine", "Pine", "UTC", NOW)
    with pytest.raises(Misuse, match="already"):
        stores.control.districts.add("pine", "Pine", "UTC", NOW)
    with pytest.raises(Misuse, match="time zone"):
        stores.control.districts.add("oak", "Oak", "Mars/Olympus", NOW)
    with pytest.raises(Misuse, match="no district"):
        stores.control.districts.get("elm")


def test_sources_keep_their_settings_and_their_wrapped_secret(stores: Stores) -> None:
    stores.control.districts.add("pine", "Pine", "UTC", NOW)
    sources = stores.control.sources
    made = sources.add(
        "pine", "sftp", "Nightly", NOW, layouts="powerschool-dem", start="02:30", settings={"limits": {"a": 1}}, secret="w"
    )
    assert (made.settings, made.start, made.secret, made.enabled) == ({"limits": {"a": 1}}, "02:30", "w", True)
    assert sources.change(made.id, enabled=False, settings={}).settings == {}
    assert [s.id for s in sources.of("pine")] == [made.id]
    with pytest.raises(Misuse):
        sources.add("pine", "fax", "x", NOW)
    with pytest.raises(Misuse):
        sources.change(made.id, start="25:00")
    with pytest.raises(Misuse):
        sources.change(made.id, colour="red")


def test_accounts_have_unique_names(stores: Stores) -> None:
    stores.control.districts.add("pine", "Pine", "UTC", NOW)
    source = stores.control.sources.add("pine", "sftp", "Nightly", NOW)
    accounts = stores.control.accounts
    accounts.add(Account("pine-1", source.id, "$argon2id$x", ("ssh-ed25519 AAAA",)))
    with pytest.raises(Misuse):
        accounts.add(Account("pine-1", source.id, None))
    accounts.disable("pine-1")
    assert accounts.find("pine-1") == Account("pine-1", source.id, "$argon2id$x", ("ssh-ed25519 AAAA",), enabled=False)
    assert accounts.find("nobody") is None
    accounts.enable("pine-1")
    accounts.set_password("pine-1", None)
    accounts.set_keys("pine-1", ())
    assert accounts.of(source.id) == [Account("pine-1", source.id, None)]
    accounts.remove("pine-1")
    assert accounts.of(source.id) == []
    with pytest.raises(Misuse):
        accounts.enable("pine-1")


def test_a_revoked_app_loses_its_tokens_and_expired_ones_are_unknown(stores: Stores) -> None:
    apps = stores.control.apps
    apps.add(App("c1", "ab" * 32, "Reader", ("roster",), ("pine",), NOW))
    apps.add(App("c2", "cd" * 32, "All", ("roster",), None, NOW))
    with pytest.raises(Misuse):
        apps.add(App("c1", "", "Again", (), None, NOW))
    token = Token("11" * 32, "c1", ("roster",), NOW + timedelta(hours=1))
    apps.keep_token(token, NOW)
    assert apps.token(token.sha256, NOW) == token
    assert apps.token(token.sha256, NOW + timedelta(hours=1)) is None
    apps.set_secret("c1", "ef" * 32)
    apps.revoke("c1", NOW)
    assert apps.token(token.sha256, NOW) is None
    found = apps.find("c1")
    assert found is not None
    assert (found.revoked, found.secret_sha256, found.districts) == (NOW, "ef" * 32, ("pine",))
    assert [a.client_id for a in apps.all()] == ["c2", "c1"]


def test_of_two_keys_with_one_id_the_first_one_counts(stores: Stores) -> None:
    keys = stores.control.keys
    first = keys.keep(DataKey("pine", "k1", "first", NOW))
    assert keys.keep(DataKey("pine", "k1", "second", NOW)) == first
    keys.keep(DataKey("oak", "k1", "other", NOW))
    keys.rewrap("pine", "k1", "again")
    assert [k.wrapped for k in keys.all()] == ["other", "again"]
    keys.destroy("pine")
    assert keys.of("pine") == []


def test_the_journal(stores: Stores) -> None:
    control = stores.control
    control.audit.add(AuditRow(NOW, "operator", "import.approve", "pine", {"import": 3}))
    control.audit.add(AuditRow(NOW, "operator", "login", None))
    assert [r.action for r in control.audit.last()] == ["login", "import.approve"]
    assert control.audit.last(district="pine")[0].detail == {"import": 3}
    control.workers.beat("w1", "host", 1, NOW)
    control.workers.beat("w1", "host", 1, NOW + timedelta(seconds=10))
    assert control.workers.silent(NOW + timedelta(seconds=10)) == []
    assert [w.executor for w in control.workers.silent(NOW + timedelta(seconds=11))] == ["w1"]
    control.workers.leave("w1")
    assert control.workers.all() == []
    control.summaries.put(Summary("pine", 1, NOW))
    control.summaries.put(Summary("pine", 2, NOW, 7, "done", "success", NOW, {"users": 45}))
    assert control.summaries.all() == {"pine": Summary("pine", 2, NOW, 7, "done", "success", NOW, {"users": 45})}
    assert control.settings.get("x", 5) == 5
    control.settings.put("x", {"y": [1]})
    control.settings.put("x", {"y": [2]})
    assert control.settings.get("x") == {"y": [2]}
