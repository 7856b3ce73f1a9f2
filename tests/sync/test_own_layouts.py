"""A district's own set: saved, given to a source, changed, restored; each import tells the version that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.files import district
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.faults import Misuse
from homeroom.sync import own_layouts
from homeroom.sync.layouts import Own, known_set, named, sets_for, texts_of
from homeroom.systems import layout_set
from sync_house import SLUG, Pinewood, renamed

USERS = 'name = "ours/users"\ntable = "users"\ninherit = "oneroster:1.1"\n'


def folder(place: Path, **files: str) -> Path:
    """A folder of layouts: those of OneRoster 1.1, and the given ones in their place."""
    place.mkdir(exist_ok=True)
    (place / "set.toml").write_text('name = "ours"\ntitle = "Pinewood"\nversion = "1.1"\ninherit = "oneroster:1.1"\n')
    for name, text in files.items():
        (place / f"{name}.toml").write_text(text)
    return place


def test_each_import_tells_the_version_that_read_it(pinewood: Pinewood, tmp_path: Path) -> None:
    house = pinewood.house
    first, new = own_layouts.save(house, SLUG, folder(tmp_path / "anything"), note="as it ships")
    assert (first.name, first.number, new) == ("ours", 1, True)
    assert own_layouts.save(house, SLUG, tmp_path / "anything") == (first, False)
    pinewood.source(layouts="ours")
    used = pinewood.night(district()).layouts
    assert used is not None
    assert (used.set, used.version, used.digest) == ("ours", 1, first.digest)

    changed = folder(tmp_path / "anything", users=USERS + '[map]\nmiddleName = { constant = "Q" }\n')
    second, _ = own_layouts.save(house, SLUG, changed)
    report = pinewood.night(district())
    assert report.layouts is not None
    assert (report.layouts.version, second.number) == (2, 2)
    assert report.tables["users"].updated > 0 or report.status == "waiting_for_approval"

    third, new = own_layouts.restore(house, SLUG, "ours", 1)
    assert (third.number, third.digest, third.note, new) == (3, first.digest, "version 1 again", True)
    last = pinewood.night(renamed(3)).layouts
    assert last is not None
    assert (last.version, last.digest) == (3, first.digest)
    assert pinewood.acts().count("layouts-saved") == 3


def test_a_version_and_a_folder_can_be_named_and_shipped_sets_tell_their_digest(pinewood: Pinewood, tmp_path: Path) -> None:
    own = Own(pinewood.house, SLUG)
    own_layouts.save(pinewood.house, SLUG, folder(tmp_path / "ours"))
    own_layouts.save(pinewood.house, SLUG, folder(tmp_path / "ours", users=USERS))
    assert (known_set("ours", own).number, known_set("ours@1", own).number) == (2, 1)
    assert (named("ours@1", own), named(str(tmp_path / "ours"), own)) == ("ours@1", str(tmp_path / "ours"))
    assert set(texts_of("ours@1", own)) == {"set.toml"}
    assert known_set(str(tmp_path / "ours"), own).number is None
    assert known_set(str(tmp_path / "ours"), own).digest == known_set("ours", own).digest
    for wrong in ("ours@9", "theirs", "ours@x"):
        with pytest.raises(Misuse):
            known_set(wrong, own)
    used = pinewood.night(district(), layouts="oneroster-1.1").layouts
    assert used is not None
    assert (used.set, used.version, used.digest) == ("oneroster-1.1", None, layout_set("oneroster-1.1").digest)
    assert {s.number for s in sets_for(None, own)[0]} == {None}


def test_what_may_not_be_saved(pinewood: Pinewood, tmp_path: Path) -> None:
    house = pinewood.house
    with pytest.raises(LayoutFaults, match=r"users.toml:3:1"):
        own_layouts.save(house, SLUG, folder(tmp_path / "ours", users='name = "ours/users"\ntable = "users"\ncolour = 1\n'))
    (tmp_path / "powerschool-dem").mkdir()
    (tmp_path / "powerschool-dem" / "users.toml").write_text(USERS)
    with pytest.raises(Misuse, match="ships with Homeroom"):
        own_layouts.save(house, SLUG, tmp_path / "powerschool-dem")
    with pytest.raises(Misuse, match="cannot name a set"):
        own_layouts.save(house, SLUG, tmp_path / "powerschool-dem", name="Ours!")
    (tmp_path / "empty").mkdir()
    with pytest.raises(Misuse, match="holds no layout"):
        own_layouts.save(house, SLUG, tmp_path / "empty")
    (tmp_path / "empty" / "users.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LayoutFaults, match="not UTF-8"):
        own_layouts.save(house, SLUG, tmp_path / "empty")
    assert house.stores.control.layouts.of(SLUG) == []
