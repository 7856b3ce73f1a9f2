"""What the rooms below raise, as the console says it: in the language of the reader, wholly, from one file of translations."""

from __future__ import annotations

import html
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from console_kit import Browser
from console_world import World, world
from homeroom.desk import elevation
from homeroom.doors.console import crossing, frame, words
from homeroom.doors.console.app import create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.words import desk_says, extracting, raised
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.roster.codes import codes
from homeroom.roster.faults import Misuse, Refused, TryAgain
from homeroom.roster.words import Said, Value, _, filled, in_a_row, ngettext, plain, wordless
from homeroom.sync import districts, sources
from made_language import translated, wide

ACCEPTED = {
    ("desk/causes.py", "counted[0]"): "headings that count, declared in roster/codes, are in the catalogue",
    ("desk/causes.py", "label_of_field(table, column)"): "labels of fields, declared in roster/labels.toml, are in the catalogue",
    ("desk/finding_words.py", "code(name).title"): "titles of codes, declared in roster/codes, are in the catalogue",
    ("desk/layout_words.py", "recipe_words(name)"): "meanings of recipes are in the catalogue",
    ("roster/phrases.py", "each.text"): "declared phrases are in the catalogue, each found as it stands there",
    ("desk/note_words.py", "template"): "titles and messages of codes, and the notes beside it, are in the catalogue",
    ("doors/console/pages/settings.py", "line.meaning"): "meanings of the installation's settings are in the catalogue",
    ("desk/record_acts.py", "refusal.remedy"): "remedies of codes are in the catalogue",
    ("desk/telling.py", "code(reason).title"): "titles of codes are in the catalogue",
    ("desk/telling.py", "told.detail['remedy']"): "remedies of codes are in the catalogue",
    ("desk/record_acts.py", "why.remedy"): "remedies of codes are in the catalogue",
    ("roster/codes/__init__.py", "phrase"): "what lists of codes are made of is in the catalogue",
    (
        "roster/codes/__init__.py",
        "sentence",
    ): "messages of codes are in the catalogue, and the forms of those that are but a place",
    ("roster/faults.py", "text"): "the place where faults are made of what they are raised with",
    ("roster/faults.py", "plain(self.said)"): "the place where faults are made of what they are raised with",
    ("roster/faults.py", "code(reason).message"): "messages of codes are in the catalogue",
    ("roster/faults.py", "self.remedy"): "remedies of codes are in the catalogue",
}
"""Texts that are no literals where they are used, and why they can be translated all the same."""

found_here = cache(raised.found)
"""What stands in the code of the house; to read it all takes a second."""

HOUSE = """
from homeroom.roster.words import Said, _, ngettext

class Fault(Exception): ...
class Misuse(Fault): ...
class Leaving(Misuse):
    def __init__(self, slug):
        super().__init__({of_a_class})
class Sent(Fault):
    def __init__(self, text, /, *, passing, **values):
        super().__init__(text, **values)

def act(slug, count, why):
    {act}
"""


def seen(folder: Path, act: str, of_a_class: str = '"The district {slug} leaves.", slug=slug') -> tuple[list[str], list[str]]:
    """The sentences, and what is amiss, of a house with that line in it."""
    (folder / "store").mkdir(exist_ok=True)
    (folder / "store/rooms.py").write_text(HOUSE.replace("{of_a_class}", of_a_class).replace("{act}", act), "utf-8")
    sentences, amiss = raised.found(folder)
    return [one.text for one in sentences], [one.why for one in amiss]


def test_every_fault_is_raised_with_a_literal_sentence_and_a_value_for_each_place() -> None:
    sentences, amiss = found_here()
    assert {(each.file, each.code): each.why for each in amiss if (each.file, each.code) not in ACCEPTED} == {}
    assert set(ACCEPTED) == {(each.file, each.code) for each in amiss}, "an exception that is none any more"
    rooms = {one.file.partition("/")[0] for one in sentences}
    assert {
        "compare",
        "deliveries",
        "desk",
        "doors",
        "guide",
        "layouts",
        "outbound",
        "reading",
        "store",
        "sync",
        "systems",
    } <= rooms
    assert "cli" not in rooms
    assert "simulator" not in rooms


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ('raise Misuse(f"There is no district {slug}.")', "is no literal sentence"),
        ('raise Misuse("There is no district " + slug)', "is no literal sentence"),
        ("raise Misuse(why)", "is no literal sentence"),
        ("raise rooms.Misuse(str(why))", "is no literal sentence"),
        ('raise Misuse("There is no district {slug}.", name=slug)', "has no value for {slug}"),
        (
            'raise Misuse("It cannot be: {why}.", why="it is there" if slug else "it is gone")',
            "puts untranslated words into a sentence",
        ),
        ('raise Misuse("It cannot be: {why}.", why=f"it is {slug}")', "puts untranslated words into a sentence"),
        ('return _(f"{count} rows")', "is no literal sentence"),
        ('return ngettext("{count} row", why, count)', "is no literal sentence"),
        ('return ngettext("{count} row of {slug}", "{count} rows of {slug}", count)', "has no value for {slug}"),
        ('return Said("There is none.")', "is not marked by `_`"),
        ("return Said(why)", "is a computed text"),
        ('raise Sent(f"{slug} answered", passing=True)', "is no literal sentence"),
    ],
)
def test_a_text_that_cannot_be_translated_is_found(tmp_path: Path, act: str, why: str) -> None:
    assert seen(tmp_path, act)[1] == [why]


@pytest.mark.parametrize(
    ("act", "sentences"),
    [
        ('raise Misuse("There is no district {slug!r}.", slug=slug)', ["There is no district {slug!r}."]),
        ('raise Misuse("Write {a} as it is.")', ["Write {a} as it is."]),
        ('raise Misuse("{said}", said=why)', []),
        ('raise Misuse(ngettext("{count} row", "{count} rows", count))', ["{count} row"]),
        ('raise Sent("{slug} answered", passing=True, slug=slug)', ["{slug} answered"]),
    ],
)
def test_a_literal_sentence_gets_into_the_catalogue(tmp_path: Path, act: str, sentences: list[str]) -> None:
    assert seen(tmp_path, act) == (["The district {slug} leaves.", *sentences], [])


def test_a_class_of_faults_has_a_literal_sentence_too(tmp_path: Path) -> None:
    assert seen(tmp_path, "pass", 'f"The district {slug} leaves."') == ([], ["is no literal sentence"])


@given(st.text(), st.text(), st.integers())
def test_the_text_of_a_fault_is_the_filled_sentence(slug: str, name: str, count: int) -> None:
    wrong = Misuse("{slug} has no {name!r}, but {count}: 100% {{so}}.", slug=slug, name=name, count=count, command="homeroom x")
    assert str(wrong) == f"{slug} has no {name!r}, but {count:,}: 100% {{so}}."
    assert wrong.command == "homeroom x"
    assert str(TryAgain("{slug}", slug=slug)) == slug
    assert desk_says.why(words.ENGLISH, TryAgain("the store: {slug}", slug=slug)) == f"the store: {slug}"


@given(st.text())
def test_a_sentence_without_values_is_said_as_it_stands(text: str) -> None:
    assert str(Misuse(text)) == text
    assert plain(Said(text)) == text
    assert desk_says.told(words.ENGLISH, Said(text)) == text


@given(st.lists(st.text(), max_size=5))
def test_a_list_is_put_together(names: list[str]) -> None:
    assert plain(_("There are: {names}.", names=in_a_row(names))) == f"There are: {', '.join(names)}."
    joined = plain(_("Choose {names}.", names=in_a_row(names, " or ")))
    assert joined == (
        "Choose {}.".format(" or ".join(names)) if len(names) < 3 else f"Choose {', '.join(names[:-1])} or {names[-1]}."
    )


def sample(text: str) -> dict[str, Value]:
    """A value for each place of a sentence, with signs that a template could stumble over."""
    return {name: f"{{{name}}} 100% of %(it)s" for _text, name, _spec, _as in string.Formatter().parse(text) if name}


def test_every_sentence_of_the_rooms_is_said_with_any_value() -> None:
    for one in found_here()[0]:
        for form in filter(None, (one.text, one.plural)):
            values = sample(form) if re.search(r"\{\w+(!r)?\}", form) and "{ " not in form else {}
            expected = string.Formatter().vformat(form, (), values) if values else form
            assert plain(Said(form, values)) == expected
            assert desk_says.told(words.ENGLISH, Said(form, values)) == expected


def test_a_sentence_that_counts_has_the_form_of_its_number() -> None:
    said = [
        str(Misuse(ngettext("{slug} has {count} source.", "{slug} has {count} sources.", n, slug="pine"))) for n in (1, 2, 1200)
    ]
    assert said == ["pine has 1 source.", "pine has 2 sources.", "pine has 1,200 sources."]


def test_a_place_that_was_left_open_is_filled_in_each_of_several() -> None:
    wrong = in_a_row([_("{setting} must be {form}.", form=_("a number")), _("{setting} is {it}.", it="{setting}")], " ")
    assert plain(Said("{all}", {"all": filled(wrong, setting="floor")})) == "floor must be a number. floor is {setting}."


def test_a_file_s_name_keeps_its_letters_at_the_beginning_of_a_sentence_that_goes_along() -> None:
    refused = Refused("file_unreadable", file="users.csv", why="it ends early")
    assert str(Misuse("{refusal}", refusal=refused.in_full)).startswith(refused.message)
    faults = LayoutFaults([LayoutFault("users.toml", 3, 1, _("{key} is unknown.", key="fiel"), _("Take it out."))])
    assert str(faults) == "users.toml:3:1: fiel is unknown. Take it out."


def test_a_refusal_keeps_what_it_was_filled_with() -> None:
    name = next(c.code for c in codes().values() if "{what}" in c.message)
    refused = Refused(name, what=_("the table {table}", table="users"))
    assert "the table users" in refused.message
    assert plain(refused.said) == refused.message


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that one translation, of everything."""
    return translated(tmp_path_factory.mktemp("languages"))


@dataclass
class Reader:
    """An operator with a browser that asks for that language."""

    place: World
    languages: Path

    def come(self, kind: str | None = None, slug: str | None = None) -> Browser:
        """Sign in, and turn the elevated role on."""
        cookie, person = self.place.cookie("operator"), self.place.who("operator")
        if kind is not None:
            reason = "Ticket 4471, e-mails are missing"
            elevation.begin(self.place.house, person.viewer(cookie), kind, slug, reason, person.code(), 30, person.now)  # type: ignore[arg-type]
        app = create(self.place.house, None, OfTheDesk(), count=frame.counted, languages=self.languages, now=lambda: person.now)
        return Browser(app, {crossing.SESSION: cookie})


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, languages: Path) -> Iterator[Reader]:
    with world(tmp_path_factory.mktemp("faults")) as made:
        districts.add(made.house, "willow", "Willow", "America/Chicago")
        sources.add(made.house, "willow", "powerschool", settings={"url": "https://sis.example", "client_id": "5b3f6c1e-2d47"})
        sources.add(made.house, "willow", "sftp", layouts="oneroster-1.1")
        yield Reader(made, languages)


SPOKEN = {"accept-language": "eo"}


def said_on(page: str) -> str:
    """What stands in notices and beside fields, without its marks; code is code in every language."""
    bare = re.sub(r"<(code|pre|textarea|svg|script)\b.*?</\1>", " ", page, flags=re.S)
    parts = re.findall(
        r'<section class="notice.*?</section>|<p class="err".*?</p>|<div class="empty-note">.*?</div>|<div id="problems">.*?</div>',
        bare,
        re.S,
    )
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", " ".join(parts))))


def spoken(text: str, **values: object) -> str:
    """A sentence of the rooms in that language."""
    assert text in {one.text for one in found_here()[0]}, text
    return string.Formatter().vformat(wide(text), (), values)


def wholly(page: str, *data: str) -> list[str]:
    """The words on the page that are neither of that language nor data."""
    left = said_on(page)
    for word in sorted(data, key=len, reverse=True):
        left = left.replace(word, " ")
    return re.findall(r"[A-Za-z]{2,}", left)


CASES: Mapping[str, tuple[str, Mapping[str, str], str, Mapping[str, object], tuple[str, ...]]] = {
    "store": (
        "/districts/new",
        {"slug": "no name!", "name": "Willow", "timezone": "America/Chicago"},
        "{slug!r} cannot name a district: use 1 to 50 small letters, digits and hyphens, no hyphen at the ends.",
        {"slug": "no name!"},
        ("no name!",),
    ),
    "sync, a setting": (
        "/districts/pinewood/sources/{pinewood}/settings",
        {"set-remove_share": "7"},
        "{setting} must be {form}.",
        {"setting": wide("Remove share"), "form": wide("a number from {low} to {high}").format(low="0", high="1")},
        (),
    ),
    "compare": (
        "/districts/pinewood/sources/{pinewood}/settings",
        {"set-table_limits": '{"users": {"remove_share": 9, "colour": 1}}'},
        "{limit} must be a number from 0 to 1",
        {"limit": "tables.users.remove_share"},
        ("tables.users.remove_share", "tables.users.colour"),
    ),
    "sync and layouts": (
        "/districts/pinewood/sources/{pinewood}/settings",
        {"set-layouts": "onerostre-1.1", "sure": "1"},
        "There is no layout set {name!r}. {remedy}",
        {"name": "onerostre-1.1", "remedy": wide("Did you mean {word}?").format(word="oneroster-1.1")},
        ("onerostre-1.1", "oneroster-1.1"),
    ),
    "systems": (
        "/districts/willow/sources/{willow}/settings",
        {"set-extension_fields": "parents.u_x.y"},
        "{setting} must be fields of {tables}: PowerSchool's table, the extension table, the field.",
        {"setting": wide("Extension fields"), "tables": "students, schools, users, sections"},
        ("students", "schools", "users", "sections"),
    ),
    "desk": (
        "/districts/pinewood/access/people",
        {"email": "nobody", "role": "administrator"},
        "{email!r} is no e-mail address; write it as name@school.example.",
        {"email": "nobody"},
        ("nobody",),
    ),
    "desk, a day": (
        "/districts/willow/sources/{sftp}/pause",
        {"until": "2020-01-01"},
        "A source can rest until a day from {first} to {last}.",
        {},
        tuple(Locale("eo").months["format"]["abbreviated"].values()),
    ),
    "sync, a kind": (
        "/districts/pinewood/sources/{pinewood}/test",
        {},
        "source {number} is not one that Homeroom fetches from; {slug} has none that it fetches from.",
        {"slug": "pinewood"},
        ("pinewood",),
    ),
    "store, an own school": (
        "/districts/pinewood/schools",
        {"do": "match", "own": "77", "sis": "s1"},
        "{district} has no own school {id}; declare it first.",
        {"district": "pinewood", "id": "77"},
        ("pinewood",),
    ),
    "console": (
        "/districts/pinewood/schools",
        {"do": "dance"},
        "Choose what to do.",
        {},
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_of_any_room_is_said_in_the_language_of_the_reader(reader: Reader, case: str) -> None:
    path, form, text, values, data = CASES[case]
    house = reader.place.house
    numbers = {s.kind: str(s.id) for s in house.stores.control.sources.of("willow")}
    pinewood = str(house.stores.control.sources.of("pinewood")[0].id)
    path = path.format(pinewood=pinewood, willow=numbers["powerschool"], sftp=numbers["sftp"])
    slug = path.split("/")[2] if path.startswith("/districts/") and not path.endswith("/new") else None
    browser = reader.come("settings", slug)
    answer = browser.post(path, {"code": reader.place.who("operator").code()} | dict(form), headers=SPOKEN)
    assert answer.status_code == 422, answer.headers.get("location") or answer.text[:2000]
    assert 'lang="eo"' in answer.text
    shown = said_on(answer.text)
    places = sample(text) | dict(values)
    parts = [part for part in re.split(r"\{\w+(?:!r)?\}", wide(text)) if part.strip()]
    assert all(part.strip() in shown for part in parts), shown
    if set(sample(text)) <= set(values):
        assert spoken(text, **places) in shown
    assert wholly(answer.text, *data) == [], shown


def test_a_day_and_a_list_are_written_as_the_reader_writes_them() -> None:
    german = replace(words.ENGLISH, locale=Locale("de"))
    said = _("{days} to {last} of {names}, {count}", days=date(2026, 3, 7), last="x", names=in_a_row("abc", " or "), count=1200)
    assert desk_says.told(german, said) == "7. März to x of a, b oder c, 1.200"
    assert plain(said) == "2026-03-07 to x of a, b or c, 1,200"
    assert desk_says.told(german, _("{age}", age=in_a_row([timedelta(hours=5), 1200]))) == "5 h, 1.200"


def test_mistakes_of_a_layout_s_text_are_said_in_the_language_of_the_reader(reader: Reader) -> None:
    browser = reader.come("settings", "goldenrod")
    home = "/districts/goldenrod/layouts"
    assert browser.post(f"{home}/oneroster-1.1/copy", {"name": "goldenrod-own"}, headers=SPOKEN).status_code == 303
    text = 'name = "goldenrod-own/users"\ntable = "users"\nfiel = "x"\n[map]\nsourcedId = { from = "id", recipe = "lowre" }\n[keep]\nwhen = "drop(x)"\n'
    page = browser.post(
        f"{home}/goldenrod-own/edit/problems", {"file": "users.toml", "text": text}, headers=SPOKEN | {"hx-request": "true"}
    )
    shown = said_on(page.text)
    for sentence, values in (
        ("{key} is not known here.", {"key": "fiel"}),
        ("Did you mean {word}?", {"word": "file"}),
        ("There is no recipe {name}.", {"name": "lowre"}),
        ("A layout says which files it reads.", {}),
    ):
        assert spoken(sentence, **values) in shown, shown
    known = (
        re.findall(r"\w+", " ".join(extracting.RECIPES))
        + list(_functions())
        + ["fiel", "file", "lowre", "users.csv", "command", "CASE"]
    )
    assert wholly(page.text, *known) == [], shown


def _functions() -> tuple[str, ...]:
    from homeroom.layouts.formulas import FUNCTIONS

    return FUNCTIONS


def test_a_worksheet_that_is_none_is_said_in_the_language_of_the_reader(reader: Reader) -> None:
    browser = reader.come("settings", "cedar")
    page = browser.get("/districts/cedar/setup/worksheet", headers=SPOKEN)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    answer = browser.ask(
        "POST",
        "/districts/cedar/setup/worksheet/sheet",
        headers=SPOKEN | {"sec-fetch-site": "same-origin"},
        data={"csrf": token[1]},
        files={"sheet": ("numbers.xlsx", b"PK nothing", "application/octet-stream")},
    )
    assert answer.status_code == 422
    why = wide("it is damaged, encrypted, or no XLSX file")
    sentence = "{file} is not taken: {why}. Save the worksheet that you were given as XLSX and send it again."
    assert wide(sentence.partition("}")[2].partition("{")[0]) + why in said_on(answer.text), said_on(answer.text)
    assert wholly(answer.text, *re.findall(r"[\w-]+\.xlsx", said_on(answer.text))) == []


def test_what_is_wordless_has_nothing_to_translate() -> None:
    assert [wordless(t) for t in ("{a} {b}", "{a!r}: {b}", "100%", "{a}, x", "ab")] == [True, True, True, False, False]
