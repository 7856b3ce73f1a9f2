"""The table of a source's settings: what is typed is judged, kept where it belongs, shown again, and takes effect."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.cli import WRONG_USE, run
from homeroom.cli.commands import COMMANDS, GROUPS
from homeroom.roster.codes import codes
from homeroom.roster.faults import Misuse
from homeroom.store import stores
from homeroom.store.sources import Source
from homeroom.sync import setting_kinds as kinds
from homeroom.sync import source_settings, tuning
from homeroom.sync.source_settings import BY_NAME, SETTINGS

LANGUAGE = Path(__file__).parents[2] / "docs" / "reference" / "layout-language.md"
TODAY = datetime(2026, 7, 1, 3, tzinfo=UTC)


def source(**more: Any) -> Source:
    """A pushed source as the store gives it."""
    return Source(1, "pinewood", "sftp", "sftp", TODAY, **more)


def having(*changes: str) -> Source:
    """The source after `source set` with these texts."""
    values = source_settings.typed(changes, source())
    source_settings.judge(values, "sftp")
    return source(settings=source_settings.kept({}, values))


def test_every_setting_says_everything() -> None:
    for setting in SETTINGS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", setting.name)
        assert setting.meaning.endswith("."), setting.name
        assert setting.effect.endswith("."), setting.name
        assert setting.default not in (None, (), {}) or setting.fallback, setting.name
        assert setting.kept or hasattr(source(), setting.name), setting.name
    assert len({s.kept for s in SETTINGS if s.kept}) == len([s for s in SETTINGS if s.kept])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_the_example_of_every_setting_is_taken_kept_and_written_back(setting: source_settings.Setting) -> None:
    values = source_settings.typed([f"{setting.name}={setting.example}"], source())
    source_settings.judge(values, setting.kinds[0] if setting.kinds else "sftp")
    assert json.loads(json.dumps(values)) == values
    columns = {setting.name: values[setting.name]} if not setting.kept else {}
    made = source(settings=source_settings.kept({}, values)) if setting.kept else None
    if made is not None:
        assert source_settings.value(made, setting.name) == values[setting.name]
        back = source_settings.kept(made.settings, {setting.name: None})
        # What records bear is put back in so many words, so that they are told of it.
        assert back == (source_settings.kept({}, {setting.name: setting.default}) if setting.lasting else {})
        again = source_settings.typed([f"{setting.name}={source_settings.written(made, setting.name)}"], source())
        assert again == values
    else:
        assert source_settings.spelled(setting, columns[setting.name]) == setting.example


WRONG = [
    ("remove_share=2", "from 0 to 1"), ("remove_share=much", "from 0 to 1"), ("floor=1.5", "whole number"),
    ("floor=true", "whole number"), ("policy=wait", "hold or fail"), ("quiet_seconds=-1", "0 or more"),
    ("start=25:00", "time of day"), ("pause=06-31..08-01", "MM-DD..MM-DD"), ("pause=summer", "MM-DD..MM-DD"),
    ("encoding=klingon", "utf-8"), ("encoding=base64", "utf-8"), ("delimiter=||", "ASCII"), ("delimiter=\"", "ASCII"),
    ("quoted=perhaps", "true or false"), ("date_forms.demographics.birthDate=MM/YYYY", "MM/DD/YYYY"),
    ("date_forms.demographics.birthday=MM/DD/YYYY", "TABLE.COLUMN"), ("keep_unknown.planets=Pluto", "no code list"),
    ("keep_unknown.userRole11=7", "list of words"), ("waived=email", "TABLE.COLUMN"), ("waived=users.sourcedId", "TABLE.COLUMN"),
    ("required=users.shoeSize", "TABLE.COLUMN"), ("unchecked=houses", "no table"), ("same_system=other", "numbers"),
    ("table_limits.users.remove_share=3", "from 0 to 1"), ("table_limits.houses.floor=3", "houses"),
    ("student_id=number", "student_number"), ("phone_credential=mobile", "sms or phone"), ("swap_sms_phone=maybe", "true or false"),
    ("guardians=maybe", "users, file or none"), ("contact_types=;", "words"), ("archived_students=after:1", "after:N"),
    ("archived_students=forget", "after:N"), ("restore_classes=2", "true or false"), ("level=school", "school:1042"),
    ("level=school:", "school:1042"), ("end_dates=last", "exclusive or inclusive"), ("strip_prefix=perhaps", "require"),
    ("pause=houses 06-15..08-01", "no table"), ("table_limits=3", "object"), ("seasonally_empty=enrollments summer", "MM-DD..MM-DD"), ("enabled=perhaps", "true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[c for c, _ in WRONG])
def test_a_wrong_value_is_told_with_what_it_should_be(change: str, said: str) -> None:
    with pytest.raises(Misuse, match=r".") as told:
        having(change)
    assert said in str(told.value)
    assert change.partition("=")[0].partition(".")[0] in str(told.value)


def test_every_mistake_is_told_at_once_and_a_name_is_put_right() -> None:
    with pytest.raises(Misuse) as told:
        having("remove_share=2", "floor=-1")
    assert "remove_share" in str(told.value)
    assert "floor" in str(told.value)
    with pytest.raises(Misuse, match="did you mean remove_share"):
        having("remove_shares=0.1")
    with pytest.raises(Misuse, match="NAME=VALUE"):
        having("remove_share")
    with pytest.raises(Misuse, match="has no entries"):
        having("floor.users=3")


def test_entries_of_an_object_are_set_one_by_one() -> None:
    made = having("table_limits.users.remove_share=0.5", "table_limits.users.floor=3", "date_forms.*=DD.MM.YYYY")
    assert source_settings.value(made, "table_limits") == {"users": {"remove_share": 0.5, "floor": 3}}
    values = source_settings.typed(["table_limits.users.floor=", "date_forms.*="], made)
    assert values == {"table_limits": {"users": {"remove_share": 0.5}}, "date_forms": {}}


def test_what_the_settings_mean_for_a_walk() -> None:
    made = having(
        "encoding=windows-1252", "delimiter=tab", "strip_prefix=no", "date_forms.demographics.birthDate=MM/DD/YYYY", "waived=users.email",
        "required=users.phone", "unchecked=courses", "keep_unknown.userRole11=wizard", "remove_share=0.2",
        "table_limits.users.floor=3", "seasonally_empty=enrollments 06-15..08-10,categories,results 12-20..01-06",
    )  # fmt: skip
    hints, rules, limits = tuning.hints(made), tuning.rules(made, TODAY), tuning.limits(made, TODAY)
    assert (hints.encoding, hints.delimiter, hints.quoted, hints.strip_prefix) == ("windows-1252", "\t", None, False)
    assert rules.date_form("demographics", "birthDate") == "%m/%d/%Y"
    assert (rules.waived, rules.required, rules.unchecked) == ({"users.email"}, {"users.phone"}, {"courses"})
    assert rules.keep_unknown == {"userRole11": {"wizard"}}
    assert (limits.remove_share, limits.of("users", "floor"), limits.seasonally_empty) == (0.2, 3, {"enrollments", "categories"})
    was = source(settings={"read": {"strip_prefix": False}})  # as it was written before there were three words
    assert (tuning.hints(was).strip_prefix, tuning.hints(was).require_prefix) == (False, False)
    assert tuning.hints(having("strip_prefix=require")).require_prefix
    plain = source()
    assert tuning.treatment(plain).fingerprint == ""
    assert (tuning.limits(plain, TODAY).as_dict(), tuning.hints(plain).strip_prefix) == (type(limits)().as_dict(), True)


@settings(deadline=None)
@given(st.integers(1, 365), st.integers(1, 365), st.integers(1, 365))
def test_a_stretch_of_the_year_and_the_rest_of_it_share_no_day(first: int, last: int, day: int) -> None:
    """Whatever day of 2026 is asked: it lies in the stretch or between its end and its beginning, never in both or none."""

    def named(number: int) -> str:
        return datetime.strptime(f"2026 {(number - 1) % 365 + 1}", "%Y %j").replace(tzinfo=UTC).strftime("%m-%d")

    month, dom = map(int, named(day).split("-"))
    inside = kinds.within(f"{named(first)}..{named(last)}", (month, dom))
    if (last - first) % 365 == 364:
        assert inside  # the whole year
    else:
        assert inside != kinds.within(f"{named(last + 1)}..{named(first - 1)}", (month, dom))


def test_remedies_name_only_what_exists() -> None:
    """Words in backticks in what is told to people: settings, commands and variables of Homeroom, codes, words of the layout language."""
    commands = {f"homeroom {n}" for n in COMMANDS} | {f"homeroom {g} {s}" for g, (_, subs) in GROUPS.items() for s in subs}
    language = set(re.findall(r"`([a-z_]+)", LANGUAGE.read_text("utf-8")))
    wrong = []
    for code in codes().values():
        for word in re.findall(r"`([^`]+)`", " ".join((code.title, code.meaning, code.remedy, code.message))):
            head = re.split(r"[ =.]", word)[0]
            known = head in BY_NAME or word in codes() or word.startswith("HOMEROOM_") or (head in language and "." not in word)
            if not known and not any(word == c or word.startswith(c + " ") for c in commands):
                wrong.append(f"{code.code}: {word}")
    assert wrong == []


@pytest.fixture
def homeroom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """Calls a command; its exit status, its JSON document and what it said beside it."""

    def call(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        status = run(["--data", str(tmp_path / "data"), *words, "--json"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else None, told.err

    assert call("district", "add", "pinewood", "--name", "Pinewood Schools")[0] == 0
    return call


def test_the_commands_set_and_show(homeroom: Callable[..., tuple[int, Any, str]]) -> None:
    add = ("source", "add", "pinewood", "--kind", "sftp", "--patience-minutes", "90", "--set", "remove_share=0.2")
    assert homeroom(*add)[0] == 0
    status, shown, _ = homeroom("source", "set", "pinewood", "1", "pause=06-15..08-10", "start=02:30", "name=Nightly export")
    assert status == 0
    assert shown["settings"]["pause"] == ["06-15..08-10"]
    assert shown["settings"]["start"] == "02:30"
    assert shown["set"] == ["name", "start", "pause", "patience_minutes", "remove_share"]
    assert homeroom("source", "show", "pinewood", "1")[1] == shown
    assert (
        homeroom("source", "set", "pinewood", "1", "pause=", "start=", "name=", "patience_minutes=", "remove_share=")[1]["set"]
        == []
    )


def test_a_source_without_a_name_is_called_what_it_is(homeroom: Callable[..., tuple[int, Any, str]], tmp_path: Path) -> None:
    for kind, told in (("sftp", "SFTP folder"), ("upload", "Uploads"), ("sftp", "SFTP folder 2"), ("sftp", "SFTP folder 3")):
        assert homeroom("source", "add", "pinewood", "--kind", kind)[1]["name"] == told
    assert homeroom("source", "set", "pinewood", "1", "name=Nightly")[1]["settings"]["name"] == "Nightly"
    assert homeroom("source", "add", "pinewood", "--kind", "sftp")[1]["name"] == "SFTP folder", "the name is free again"
    with stores.open(tmp_path / "data") as opened:  # as it was kept before names were good
        opened.control.sources.change(2, name="upload")
    status, shown, _ = homeroom("source", "show", "pinewood", "2")
    assert (status, shown["settings"]["name"], shown["set"]) == (0, "Uploads", [])


def test_nothing_is_changed_by_a_wrong_value(homeroom: Callable[..., tuple[int, Any, str]]) -> None:
    assert homeroom("source", "add", "pinewood", "--kind", "upload")[0] == 0
    before = homeroom("source", "show", "pinewood", "1")[1]
    status, _, told = homeroom("source", "set", "pinewood", "1", "remove_share=0.3", "same_system=7")
    assert (status, "the other sources of pinewood are: none" in told) == (WRONG_USE, True)
    assert homeroom("source", "set", "pinewood", "1", "quiet_seconds=5")[0] == WRONG_USE
    assert homeroom("source", "set", "pinewood", "1")[0] == WRONG_USE
    assert homeroom("source", "set", "pinewood", "1", "layouts=powerschol-dem")[0] == WRONG_USE
    assert homeroom("source", "show", "pinewood", "1")[1] == before
