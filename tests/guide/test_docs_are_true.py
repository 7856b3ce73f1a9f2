"""What the handbook says is so: its commands parse, its links lead somewhere, and nothing that exists is missing from it."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from homeroom.cli import reference
from homeroom.cli.app import build
from homeroom.cli.context import take_data_option
from homeroom.cli.secrets import VARIABLE
from homeroom.guide import report_page
from homeroom.guide.layout_sets import anchor
from homeroom.roster.codes import codes
from homeroom.settings import Settings
from homeroom.systems import layout_sets

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BY_HAND = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = sorted(DOCS.rglob("*.md")) + [ROOT / name for name in BY_HAND]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def command_lines(page: Path) -> Iterator[str]:
    """Lines of code blocks that call homeroom, as a person would type them."""
    for _, block in FENCE.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            text = line.strip().removeprefix("$ ")
            if text.startswith("homeroom "):
                yield text


def inline_commands(page: Path) -> Iterator[str]:
    """Commands within sentences: `homeroom imports pinewood`."""
    text = FENCE.sub("", page.read_text("utf-8"))
    yield from re.findall(r"`(homeroom [^`\n]+)`", text)


def words_of(line: str) -> list[str]:
    """The words after `homeroom`, without what the shell would take: redirections, pipes, comments, further commands."""
    before = re.split(r";|\s(?:[|>#&]|2>)", line, maxsplit=1)[0]
    return shlex.split(before)[1:]


def is_command(words: list[str]) -> bool:
    """Whether these words name a command or a group of them."""
    paths = reference.paths()
    return any(tuple(words[: len(p)]) == p for p in paths) or (len(words) == 1 and any(words[0] == p[0] for p in paths))


WRITTEN = [(named(page), line) for page in PAGES if page.name != "commands.md" for line in command_lines(page)]


@pytest.mark.parametrize(("page", "line"), WRITTEN, ids=[f"{p}: {ln}" for p, ln in WRITTEN])
def test_every_command_in_a_code_block_parses(page: str, line: str) -> None:
    """The command exists, its options exist, what it needs is given, and values are of their kind (parsed, not run)."""
    words = take_data_option(words_of(line))
    _, bound, unknown, _ = build().parse_known_args(words)
    assert unknown == [], f"{page}: {line}"
    bound.signature.bind(*bound.args, **bound.kwargs)
    assert is_command(words)


def test_every_command_within_a_sentence_exists() -> None:
    wrong = []
    for page in PAGES:
        for said in inline_commands(page):
            words = said.split()[1:]
            if words[0].startswith(("-", "[")):
                continue
            known = {a for path in reference.paths() if tuple(words[: len(path)]) == path for a in options(path)}
            options_said = [w.partition("=")[0].strip("[]") for w in words if w.strip("[]").startswith("--")]
            if not is_command(words[:2]) and not is_command(words[:1]):
                wrong.append(f"{named(page)}: {said}")
            wrong += [f"{named(page)}: {said}: {o}" for o in options_said if o not in known | {"--help", "--version", "--data"}]
    assert wrong == []


def options(path: tuple[str, ...]) -> set[str]:
    return {name for argument in reference.arguments(path) for name in argument.names}


def test_every_link_leads_somewhere() -> None:
    wrong = []
    for page in PAGES:
        text = FENCE.sub("", page.read_text("utf-8"))
        for target in LINK.findall(text):
            if re.match(r"https?://|mailto:", target):
                continue
            path, _, place = target.partition("#")
            led = (page.parent / path).resolve() if path else page
            if not led.exists() or not led.is_relative_to(ROOT):
                wrong.append(f"{named(page)}: {target}")
            elif place and place not in anchors(led):
                wrong.append(f"{named(page)}: {target} (no such heading)")
    assert wrong == []


def anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    return {anchor(heading.replace("`", "")) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            path = target.partition("#")[0]
            if path and not re.match(r"https?://", path):
                waiting.append((page.parent / path).resolve())
    assert sorted(named(p) for p in set(DOCS.rglob("*.md")) - reached) == []


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_the_committed_pages_of_commands_and_settings_are_the_generated_ones(name: str) -> None:
    """If this fails: make docs."""
    assert (DOCS / "reference" / name).read_text("utf-8") == reference.pages()[name]


def test_the_pages_are_written_where_the_command_line_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main([str(tmp_path / "pages")]) == 0
    assert sorted(p.name for p in (tmp_path / "pages").iterdir()) == sorted(reference.pages())
    assert reference.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_every_command_stands_in_the_reference() -> None:
    page = reference.pages()["commands.md"]
    for path in reference.paths():
        assert f"\n## homeroom {' '.join(path)}\n" in page
        for option in options(path):
            assert option in page, f"{' '.join(path)} {option}"


def test_every_setting_stands_in_the_reference_and_is_read_under_its_name() -> None:
    page = reference.pages()["settings.md"]
    source = (ROOT / "src/homeroom/settings.py").read_text("utf-8")
    for setting in fields(Settings):
        variable = f"HOMEROOM_{setting.name.upper()}"
        assert f"`{variable}`" in page
        assert f'"{variable}"' in source
        assert setting.metadata["says"].endswith(".")


def test_every_variable_that_the_handbook_names_is_a_setting() -> None:
    known = {f"HOMEROOM_{setting.name.upper()}" for setting in fields(Settings)} | {VARIABLE}
    for page in PAGES:
        assert set(re.findall(r"\bHOMEROOM_[A-Z_]+\b", page.read_text("utf-8"))) <= known, named(page)


def test_every_field_of_the_report_is_explained() -> None:
    assert report_page.unexplained() == []


def test_every_layout_set_and_every_issue_code_stands_in_the_reference() -> None:
    sets = (DOCS / "reference" / "layout-sets.md").read_text("utf-8")
    issues = (DOCS / "reference" / "issues.md").read_text("utf-8")
    assert all(f"\n### {layout.name}\n" in sets for s in layout_sets() for layout in s.layouts)
    assert all(f"[`{code}`](issues/{code}.md)" in issues for code in codes())


def test_every_code_that_the_handbook_names_is_declared() -> None:
    """`limit_exceeded` and `date-unreadable` in a sentence of a how-to or an explanation are codes, or other words that we know."""
    reasons = {code for code in codes() if "_" in code}
    said = re.compile(r"(?:reason|`failed`,) `([a-z]+(?:_[a-z]+)*)`")
    for page in (p for p in PAGES if p.name != "management-api.md"):  # its lists of words are those of the program itself
        for word in said.findall(page.read_text("utf-8")):
            assert word in codes() or word in reasons, f"{named(page)}: {word}"


def test_the_functions_that_cross_rooms_exist() -> None:
    """`rooms.md` names them as `module.function(...)` under the heading of their room, whose folder it is."""
    wrong = []
    sections = re.split(r"^## ", (DOCS / "explanation" / "rooms.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    for section in sections:
        room = section.partition("\n")[0].strip().replace("/", ".")
        for module, name in re.findall(r"`([a-z_]+)\.([A-Za-z_]+)", section):
            found = importlib.import_module(f"homeroom.{room}.{module}")
            if not hasattr(found, name):
                wrong.append(f"{room}.{module}.{name}")
    assert wrong == []


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    picture = (DOCS / "picture.svg").read_text("utf-8")
    assert "<script" not in picture
    assert re.findall(r'(?:href|src)="([^"#]+)', picture) == []
    assert "prefers-color-scheme: dark" in picture
