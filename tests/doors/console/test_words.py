"""Numbers, times and sentences as people read them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from homeroom.doors.console import words
from homeroom.doors.console.rendering import environment
from homeroom.doors.console.words import desk_says, extracting, numbers, times
from homeroom.doors.console.words.speech import HOME, Speech, catalogue, chosen
from homeroom.roster import words as desk_words
from made_language import every_sentence

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)
HERE: Speech = replace(words.ENGLISH, now=NOW, zone=CHICAGO, own=ZoneInfo("America/New_York"))
SPANISH = replace(HERE, locale=Locale("es"))


def at(text: str, zone: ZoneInfo = CHICAGO, fold: int = 0) -> datetime:
    """A moment by the clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (7, "7"), (50743, "50,743"), (-6, "−6"), (-4699, "−4,699"), (None, "not known"), (2.5, "2.5")],
)
def test_numbers(value: float | None, said: str) -> None:
    assert numbers.number(HERE, value) == said


def test_numbers_of_other_languages() -> None:
    assert numbers.number(SPANISH, 50743) == "50.743"
    assert numbers.percent(SPANISH, 187, 1000) == "18,7%"


def test_changes_have_a_sign() -> None:
    assert [numbers.signed(HERE, n) for n in (31, 0, -6, None)] == ["+31", "0", "−6", "not known"]


def test_counts_in_words_end_at_twenty() -> None:
    assert [numbers.spelled(HERE, n) for n in (0, 1, 2, 14, 20, 21, 1234)] == [
        "no",
        "one",
        "two",
        "fourteen",
        "twenty",
        "21",
        "1,234",
    ]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (187, 1000, "18.7%"),
        (0, 5, "0%"),
        (5, 5, "100%"),
        (1, 1001, "under 0.1%"),
        (1, 1000, "0.1%"),
        (9995, 10000, "over 99.9%"),
        (9994, 10000, "99.9%"),
        (1, 2_000_000, "under 0.1%"),
        (3, 2, "150.0%"),
        (10, 1000, "1.0%"),
        (None, 5, "not known"),
        (5, None, "not known"),
        (0, 0, "not known"),
    ],
)
def test_percent_is_whole_only_where_it_is_so(part: int | None, whole: int | None, said: str) -> None:
    assert numbers.percent(HERE, part, whole) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (3_900_000, "3.9 MB"),
        (99_960_000, "100 MB"),
        (40_000_000_000, "40 GB"),
        (5 * 10**15, "5,000 TB"),
        (None, "not known"),
    ],
)
def test_sizes(octets: int | None, said: str) -> None:
    assert numbers.size(HERE, octets) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=5, minutes=40), "5 h"),
        (timedelta(hours=29), "29 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=3, hours=5), "3 days"),
        (timedelta(days=1200), "1,200 days"),
        (timedelta(minutes=-5), "just now"),
    ],
)
def test_ages(ago: timedelta, said: str) -> None:
    assert times.age(HERE, NOW - ago) == said
    assert times.ago(HERE, NOW - ago) == (said if said == "just now" else f"{said} ago")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.02, "under 0.1 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (48.4, "48 s"),
        (59.7, "1 min"),
        (200, "3 min 20 s"),
        (3599.8, "1 h"),
        (3900, "1 h 5 min"),
        (7199, "2 h"),
        (None, "not known"),
    ],
)
def test_durations(seconds: float | None, said: str) -> None:
    assert times.duration(HERE, seconds) == said
    assert seconds is None or times.duration(HERE, timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("moment", "said", "spoken"),
    [
        ("2026-11-20T02:11", "today, 2:11 AM CST", "today at 2:11 AM CST"),
        ("2026-11-20T00:00", "today, 12:00 AM CST", "today at 12:00 AM CST"),
        ("2026-11-19T23:59", "yesterday, 11:59 PM CST", "yesterday at 11:59 PM CST"),
        ("2026-11-21T02:00", "tomorrow, 2:00 AM CST", "tomorrow at 2:00 AM CST"),
        ("2026-11-18T10:05", "Wed, 10:05 AM CST", "on Wed at 10:05 AM CST"),
        ("2026-11-14T10:05", "Sat, 10:05 AM CST", "on Sat at 10:05 AM CST"),
        ("2026-11-13T10:05", "Nov 13, 10:05 AM CST", "on Nov 13 at 10:05 AM CST"),
        ("2026-10-31T02:12", "Oct 31, 2:12 AM CDT", "on Oct 31 at 2:12 AM CDT"),
        ("2025-11-03T02:12", "Nov 3, 2025", "on Nov 3, 2025 at 2:12 AM CST"),
    ],
)
def test_moments_in_the_district_s_zone(moment: str, said: str, spoken: str) -> None:
    assert times.when(HERE, at(moment)) == said
    assert times.in_sentence(HERE, at(moment)) == spoken


@pytest.mark.parametrize(
    ("age", "said"),
    [(timedelta(seconds=20), "20 s"), (timedelta(minutes=3, seconds=16), "3 min"), (timedelta(hours=53), "2 days")],
)
def test_how_old_a_roster_is_told_like_any_age(age: timedelta, said: str) -> None:
    assert (
        desk_says.told(HERE, desk_words._("The roster is {age} old: last success", age=age))
        == f"The roster is {said} old: last success"
    )


def test_the_zone_can_be_left_out_but_not_when_clocks_change() -> None:
    assert times.when(HERE, at("2026-11-20T02:11"), zone=False) == "today, 2:11 AM"
    autumn = replace(HERE, now=at("2026-11-01T08:00"))
    told = [times.when(autumn, at("2026-11-01T01:30", fold=fold), zone=False) for fold in (0, 1)]
    assert told == ["today, 1:30 AM CDT", "today, 1:30 AM CST"]
    assert times.when(autumn, at("2026-11-01T00:30"), zone=False) == "today, 12:30 AM"
    assert times.when(autumn, at("2026-11-01T02:30"), zone=False) == "today, 2:30 AM"
    spring = replace(HERE, now=at("2026-03-08T08:00"))
    told = [times.when(spring, at(f"2026-03-08T{hour}"), zone=False) for hour in ("00:30", "01:30", "03:30", "04:30")]
    assert told == ["today, 12:30 AM", "today, 1:30 AM CST", "today, 3:30 AM CDT", "today, 4:30 AM"]


def test_days_are_days_of_the_calendar_when_clocks_change() -> None:
    autumn = replace(HERE, now=at("2026-11-02T00:30"))
    assert times.when(autumn, at("2026-11-01T00:30")) == "yesterday, 12:30 AM CDT"
    assert times.age(autumn, at("2026-11-01T00:30")) == "25 h"
    spring = replace(HERE, now=at("2026-03-09T00:30"))
    assert times.when(spring, at("2026-03-08T00:30")) == "yesterday, 12:30 AM CST"
    assert times.age(spring, at("2026-03-08T00:30")) == "23 h"


def test_deadlines_and_whole_moments() -> None:
    assert times.clock(HERE, time(3, 0)) == "3:00 AM CST"
    assert times.clock(replace(HERE, now=at("2026-07-01T08:00")), time(3, 0)) == "3:00 AM CDT"
    assert times.full(HERE, at("2026-11-20T02:11:08")) == "Friday, Nov 20, 2026, 2:11:08 AM CST"
    assert times.machine(at("2026-11-20T02:11:08")) == "2026-11-20T08:11:08Z"
    assert times.elsewhere(HERE, at("2026-11-20T02:11:08")) == "2026-11-20 08:11:08 UTC, 3:11 AM EST for you"
    assert times.elsewhere(replace(HERE, own=None), at("2026-11-20T02:11:08")) == "2026-11-20 08:11:08 UTC"
    assert [f(HERE, None) for f in (times.when, times.age, times.ago, times.full, times.in_sentence)] == ["not known"] * 5


def test_a_zone_without_letters_is_told_by_its_distance() -> None:
    moment = at("2026-11-20T02:11")
    assert times.clock(replace(HERE, zone=ZoneInfo("America/Sao_Paulo")), moment) == "5:11 AM UTC−3"
    assert times.clock(replace(HERE, zone=ZoneInfo("Asia/Kathmandu")), moment) == "1:56 PM UTC+5:45"
    assert times.clock(replace(HERE, zone=ZoneInfo("UTC")), moment) == "8:11 AM UTC"


def test_the_language_decides_order_and_hours() -> None:
    assert times.when(SPANISH, at("2026-11-20T14:11"), zone=False) == "today, 14:11"
    assert times.day(SPANISH, at("2026-10-31T02:12")) == "31 oct"
    assert times.full(SPANISH, at("2026-11-20T02:11:08")).startswith("viernes, 20 nov 2026")
    british = replace(HERE, locale=Locale.parse("en_GB"))
    assert times.when(british, at("2026-11-13T14:05")) == "13 Nov, 14:05 CST"


@pytest.mark.parametrize(
    ("wish", "tag"),
    [
        ("", "en_US"),
        ("en", "en_US"),
        ("en-US,en;q=0.9", "en_US"),
        ("en-GB,en;q=0.9", "en_GB"),
        ("xx, en-GB;q=0.5", "en_GB"),
        ("fr-CA", "en_US"),
        ("en-XX", "en_XX"),
        ("en-!!", "en_US"),
        ("*;q=0.1", "en_US"),
        ("en;q=high", "en_US"),
    ],
)
def test_the_reader_s_language_is_the_first_there_is(wish: str, tag: str) -> None:
    locale, _ = chosen(wish)
    assert str(locale) in (tag, "en_US")
    assert tag == "en_XX" or str(locale) == tag


def sentences() -> list[str]:
    """Every form of every sentence."""
    found: list[str] = []
    for message in every_sentence():
        if message.id:
            found += [message.id] if isinstance(message.id, str) else list(message.id)
    return found


def test_the_catalogue_is_up_to_date() -> None:
    said = "run: python -m homeroom.doors.console.words.extracting"
    assert extracting.POT.read_bytes().decode() == extracting.written().decode(), said
    assert {"Success with row issues", "not known", "Page not found", "%(age)s ago"} <= set(sentences())


FORBIDDEN = re.compile(r"\b(invalid|error|errors|illegal|fatal|oops|you forgot)\b", re.IGNORECASE)


def test_sentences_are_short_and_blame_nobody() -> None:
    found = sentences()
    assert len(found) > 150
    long = [s for sentence in found for s in re.split(r"(?<=[.?!:;])\s", sentence) if len(s.split()) > 25]
    assert long == []
    assert [sentence for sentence in found if FORBIDDEN.search(sentence)] == []


def test_placeholders_are_named_and_templates_glue_nothing() -> None:
    """Those of the desk have `{name}`, those of the console `%(name)s`; none has both, or a bare place."""
    assert [s for s in sentences() if re.search(r"(?<!%)%(?!\(|%)|\{\d*\}", s)] == []
    assert [s for s in sentences() if "%(" in s and re.search(r"\{\w+\}", s)] == []


def test_a_translation_is_one_file(tmp_path: Path) -> None:
    """A language that is none: every sentence in corner brackets, placeholders kept."""
    pseudo = Catalog(locale="eo")
    for message in every_sentence():
        if message.id:
            said = f"⟦{message.id}⟧" if isinstance(message.id, str) else tuple(f"⟦{form}⟧" for form in message.id)
            pseudo.add(message.id, said)
    (tmp_path / "eo").mkdir()
    with (tmp_path / "eo/homeroom.po").open("wb") as out:
        write_po(out, pseudo)
    locale, told = chosen("eo-XX, en;q=0.5", tmp_path)
    assert (locale, chosen("fr", tmp_path)[0]) == (Locale("eo"), HOME)
    assert catalogue("eo", tmp_path) is told
    pseudo_speech = replace(HERE, locale=locale, sentences=told)
    template = environment().from_string(
        "{{ ui.pill('late') }} {{ count|number }} {{ ngettext('%(num)s failed', '%(num)s failed', 1200) }} {{ moment|when }}"
    )
    with words.spoken(pseudo_speech):
        said = template.render(count=None, moment=at("2026-11-20T02:11"))
        assert words.gettext("Page not found") == "⟦Page not found⟧"
    assert "⟦Late⟧" in said
    assert "⟦not known⟧" in said
    assert "⟦1 200 failed⟧" in said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "⟦today, 02:11" in said
    assert words.gettext("Page not found") == "Page not found"


def test_what_is_filled_into_a_sentence_is_escaped() -> None:
    with words.spoken(HERE):
        made = environment().from_string("{{ _('Your account: %(email)s', email=email) }}").render(email="<b>&")
    assert made == "Your account: &lt;b&gt;&amp;"
