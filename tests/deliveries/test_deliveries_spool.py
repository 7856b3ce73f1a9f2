"""When a pushed set is ready, and taking it whole."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import threading
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeroom.deliveries.incoming import UNFINISHED, survey, temporary
from homeroom.deliveries.spool import Rules, look, ready
from homeroom.deliveries.taking import guarded, recover, take

DEM = Rules(required=("users*.csv", "classes.csv", "enrollments.csv"))
USERS = "USERS.sourcedId,USERS.givenName\nu-1,Ada\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "spool" / "in"
    folder.mkdir(parents=True)
    return folder


def put(inbox: Path, *names: str, text: str = USERS) -> None:
    for name in names:
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_text(text)


def unfinished(inbox: Path, name: str) -> None:
    """As the SFTP door leaves a file that is being written, or was cut off."""
    put(inbox, name)
    (inbox / name).chmod(0o600 | UNFINISHED)


def after(seconds: float) -> float:
    return time.time() + seconds


def names(inbox: Path, rules: Rules, now: float, renamed: tuple[str, ...] = ()) -> list[str] | None:
    found = ready(inbox, rules, now, renamed)
    return [f.name for f in found[0].files] if found else None


# Quiet


def test_a_set_is_ready_when_all_required_files_are_quiet(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv")
    assert look(inbox, DEM, after(1000)).missing == ("enrollments.csv",)
    put(inbox, "enrollments.csv")
    assert names(inbox, DEM, after(50)) is None
    assert names(inbox, DEM, after(61)) == ["classes.csv", "enrollments.csv", "users.csv"]


def test_the_quiet_time_is_told_by_the_server_and_not_by_the_client(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    for name in ("users.csv", "classes.csv", "enrollments.csv"):
        # Clients set the modification time to that of the file at home: last week, or tomorrow.
        os.utime(inbox / name, (1, 1))
    assert names(inbox, DEM, after(1)) is None
    os.utime(inbox / "users.csv", (after(1e6), after(1e6)))
    assert names(inbox, DEM, after(61)) is not None


def test_overwriting_a_file_starts_its_clock_again(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    changed = {f.name: f.changed for f in survey(inbox)}
    put(inbox, "users.csv", text="another")
    newer = {f.name: f.changed for f in survey(inbox)}
    assert newer["users.csv"] >= changed["users.csv"]
    assert names(inbox, DEM, newer["users.csv"] + 59.9) is None
    assert names(inbox, DEM, newer["users.csv"] + 60) is not None


def test_optional_files_ride_along_and_hold_the_set_until_they_are_quiet(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv", "demographics.csv", "manifest.csv")
    assert names(inbox, DEM, after(61)) == ["classes.csv", "demographics.csv", "enrollments.csv", "manifest.csv", "users.csv"]
    unfinished(inbox, "orgs.csv")
    assert names(inbox, DEM, after(30)) is None


def test_names_are_compared_without_case_and_by_pattern(inbox: Path) -> None:
    put(inbox, "export/USERS_20260915.CSV", "export/Classes.csv", "export/Enrollments.csv")
    assert names(inbox, DEM, after(61)) == ["export/Classes.csv", "export/Enrollments.csv", "export/USERS_20260915.CSV"]


def test_without_required_files_whatever_is_quiet_is_a_set(inbox: Path) -> None:
    assert names(inbox, Rules(), after(61)) is None
    put(inbox, "users.csv")
    assert names(inbox, Rules(), after(30)) is None
    assert names(inbox, Rules(), after(61)) == ["users.csv"]


# Being written, cut off, temporary


def test_a_file_that_is_being_written_is_never_taken(inbox: Path) -> None:
    put(inbox, "classes.csv", "enrollments.csv")
    unfinished(inbox, "users.csv")
    for seconds in (1, 61, 1e6):
        found = look(inbox, DEM, after(seconds))
        assert found.ready is None
        assert [f.name for f in found.busy] == ["users.csv"]


def test_a_file_that_was_cut_off_holds_the_set_only_when_it_is_required(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    unfinished(inbox, "photos.csv")
    found = look(inbox, DEM, after(61))
    assert found.ready is not None
    assert [f.name for f in found.ready.files] == ["classes.csv", "enrollments.csv", "users.csv"]
    assert [f.name for f in found.ready.left] == ["photos.csv"]


@pytest.mark.parametrize(
    "name", ["users.csv.part", "users.csv.filepart", "USERS.CSV.TMP", "users.csv.uploading", ".users.csv.8x", "users.csv~"]
)
def test_temporary_names_are_left_behind_and_listed(inbox: Path, name: str) -> None:
    assert temporary(name)
    put(inbox, "users.csv", "classes.csv", "enrollments.csv", name)
    found = look(inbox, DEM, after(61))
    assert found.ready is not None
    assert name not in [f.name for f in found.ready.files]
    assert [f.name for f in found.ready.left] == [name]


def test_a_file_under_a_temporary_name_is_not_there_yet(inbox: Path) -> None:
    put(inbox, "users.csv.part", "classes.csv", "enrollments.csv")
    assert look(inbox, DEM, after(1e6)).missing == ("users*.csv",)


# Renames and archives


def test_a_rename_from_a_temporary_name_needs_no_quiet_minute(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    renamed = ("users.csv", "classes.csv", "enrollments.csv")
    assert names(inbox, DEM, after(1), renamed) is None
    found = look(inbox, DEM, after(3.1), renamed).ready
    assert found is not None
    assert found.why == "renamed"
    assert names(inbox, DEM, after(3.1), renamed[:2]) is None


def test_the_next_file_on_its_way_under_a_temporary_name_is_waited_for(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    renamed = ("users.csv", "classes.csv", "enrollments.csv")
    now = after(3.1)
    assert names(inbox, DEM, now, renamed) is not None
    (inbox / "orgs.csv.part").write_text("half")
    growing = max(f.changed for f in survey(inbox))
    assert names(inbox, DEM, growing + 1, renamed) is None


def archived(inbox: Path, name: str, *members: str) -> None:
    with zipfile.ZipFile(inbox / name, "w") as file:
        for member in members:
            file.writestr(member, USERS)


def test_a_whole_archive_is_a_set_by_itself(inbox: Path) -> None:
    archived(inbox, "Export.ZIP", "night/Users.csv", "night/classes.csv", "night/enrollments.csv")
    found = look(inbox, DEM, after(3.1)).ready
    assert found is not None
    assert (found.why, [f.name for f in found.files]) == ("archive", ["Export.ZIP"])


def test_an_archive_that_lacks_a_file_is_handed_out_when_it_is_quiet(inbox: Path) -> None:
    archived(inbox, "export.zip", "users.csv")
    assert names(inbox, DEM, after(30)) is None
    assert names(inbox, DEM, after(61)) == ["export.zip"]


def test_half_an_archive_is_not_whole(inbox: Path) -> None:
    archived(inbox, "export.zip", "users.csv", "classes.csv", "enrollments.csv")
    whole = (inbox / "export.zip").read_bytes()
    (inbox / "export.zip").write_bytes(whole[:-30])
    assert names(inbox, DEM, after(30)) is None
    # Quiet all the same: its import says that it is damaged, which is better than silence.
    assert names(inbox, DEM, after(61)) == ["export.zip"]


def test_gzip_files_count_as_the_files_in_them(inbox: Path) -> None:
    for name in ("users.csv.gz", "classes.csv.gz", "enrollments.csv.gz"):
        (inbox / name).write_bytes(gzip.compress(USERS.encode()) * 2)
    assert names(inbox, DEM, after(3.1)) is not None
    (inbox / "users.csv.gz").write_bytes(gzip.compress(USERS.encode() * 100)[:-3])
    assert names(inbox, DEM, after(30)) is None


# Due


def test_an_incomplete_set_is_handed_out_when_it_was_due(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv")
    due = Rules(required=DEM.required, due=after(3600))
    assert look(inbox, due, after(3599)).ready is None
    found = look(inbox, due, after(3601)).ready
    assert found is not None
    assert (found.why, found.missing) == ("due", ("enrollments.csv",))


def test_nothing_at_all_is_not_handed_out_when_due(inbox: Path) -> None:
    found = look(inbox, Rules(required=DEM.required, due=1.0), after(0))
    assert found.ready is None
    assert found.missing == DEM.required


def test_a_look_says_when_to_look_again(inbox: Path) -> None:
    assert look(inbox, DEM, after(0)).again is None
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    now, looks = max(f.changed for f in survey(inbox)) + 10, 0
    while (found := look(inbox, DEM, now)).ready is None:
        assert found.again is not None
        assert 0 < found.again <= 50
        now, looks = now + found.again, looks + 1
    assert looks <= 6


# What is on the disk


def test_links_and_pipes_are_not_seen(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("no")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "users.csv").write_text("no")
    (inbox / "users.csv").symlink_to(tmp_path / "secret.csv")
    (inbox / "folder").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(inbox / "classes.csv")
    assert survey(inbox) == []


# Taking


def test_a_set_is_taken_whole_and_sealed_under_its_own_names(inbox: Path) -> None:
    put(inbox, "users.csv", "export/classes.csv", "enrollments.csv", "notes.csv.part")
    (found,) = ready(inbox, DEM, after(61))
    taken = take(found, inbox, inbox.parent / "taken")
    assert taken is not None
    assert [f.name for f in taken.files] == ["enrollments.csv", "export/classes.csv", "users.csv"]
    assert all(f.path.read_text() == USERS for f in taken.files)
    assert [f.name for f in survey(inbox)] == ["notes.csv.part"]
    assert [t.files for t in recover(inbox.parent / "taken")] == [taken.files]
    taken.discard()
    assert recover(inbox.parent / "taken") == []


@pytest.mark.parametrize("change", ["rewritten", "opened", "removed"])
def test_a_set_that_changed_since_the_look_is_not_touched(inbox: Path, change: str) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    (found,) = ready(inbox, DEM, after(61))
    if change == "rewritten":
        put(inbox, "users.csv", text="another and longer text than there was before")
    elif change == "opened":
        (inbox / "users.csv").chmod(0o600 | UNFINISHED)
    else:
        (inbox / "users.csv").unlink()
    assert take(found, inbox, inbox.parent / "taken") is None
    assert (inbox / "classes.csv").exists()
    assert recover(inbox.parent / "taken") == []


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_taking_that_was_cut_off_is_finished(inbox: Path, moved: int) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    (found,) = ready(inbox, DEM, after(61))
    taken = take(found, inbox, inbox.parent / "taken")
    assert taken is not None
    for file in taken.files[moved:]:
        # As if the process had been killed before these renames.
        file.path.rename(inbox / file.name)
    (again,) = recover(inbox.parent / "taken")
    assert again.files == taken.files
    assert again.why == "quiet"
    assert survey(inbox) == []


def test_a_taking_that_was_killed_before_its_plan_moves_nothing(inbox: Path) -> None:
    put(inbox, "users.csv")
    (inbox.parent / "taken" / "set-1").mkdir(parents=True)
    assert recover(inbox.parent / "taken") == []
    assert [f.name for f in survey(inbox)] == ["users.csv"]


def test_a_newer_file_of_the_same_name_is_not_drawn_into_the_old_set(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    (found,) = ready(inbox, DEM, after(61))
    taken = take(found, inbox, inbox.parent / "taken")
    assert taken is not None
    plan = json.loads((taken.folder / "plan.json").read_text())
    assert len(plan["moves"]) == 3
    put(inbox, "users.csv", text="tomorrow's")
    (again,) = recover(inbox.parent / "taken")
    assert [f.path.read_text() for f in again.files] == [USERS] * 3
    assert (inbox / "users.csv").read_text() == "tomorrow's"


def test_taking_waits_for_the_folders_lock(inbox: Path) -> None:
    put(inbox, "users.csv", "classes.csv", "enrollments.csv")
    (found,) = ready(inbox, DEM, after(61))
    results: list[object] = []
    taker = threading.Thread(target=lambda: results.append(take(found, inbox, inbox.parent / "taken")))
    with guarded(inbox):
        taker.start()
        taker.join(0.1)
        assert results == []
        # Meanwhile the door opened the file anew.
        (inbox / "users.csv").chmod(0o600 | UNFINISHED)
    taker.join()
    assert results == [None]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    present=st.sets(st.sampled_from(["users.csv", "classes.csv", "enrollments.csv", "orgs.csv", "orgs.csv.part"])),
    open_=st.sets(st.sampled_from(["users.csv", "classes.csv", "orgs.csv"])),
    seconds=st.sampled_from([0.0, 2.0, 4.0, 59.0, 61.0, 1e6]),
    renamed=st.sets(st.sampled_from(["users.csv", "classes.csv", "enrollments.csv", "orgs.csv"])),
)
def test_a_ready_set_is_always_complete_closed_and_named_for_good(
    inbox: Path, present: set[str], open_: set[str], seconds: float, renamed: set[str]
) -> None:
    shutil.rmtree(inbox)
    inbox.mkdir()
    put(inbox, *present)
    for name in open_ & present:
        (inbox / name).chmod(0o600 | UNFINISHED)
    for found in ready(inbox, DEM, after(seconds), renamed):
        taken = {f.name for f in found.files}
        assert taken >= {"users.csv", "classes.csv", "enrollments.csv"}
        assert not taken & open_
        assert "orgs.csv.part" not in taken
        assert seconds >= 60 or renamed >= taken
