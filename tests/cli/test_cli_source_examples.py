"""The examples in the reference of a source's settings, typed as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from homeroom.sync import source_settings
from homeroom.sync.source_settings import BY_NAME

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "source-settings.md"
WRITTEN = re.compile(r"^\| example \| `(homeroom source set pinewood 1 (\w+)=.*)` \|$", re.MULTILINE)
EXAMPLES = {found[2]: found[1] for found in WRITTEN.finditer(PAGE.read_text(encoding="utf-8"))}


def test_every_setting_has_an_example() -> None:
    assert EXAMPLES.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_shell_hands_the_example_on_as_it_is_meant(name: str) -> None:
    *_command, change = shlex.split(EXAMPLES[name])
    assert change == f"{name}={BY_NAME[name].example}"
    value = source_settings.typed([change])[name]
    assert BY_NAME[name].kind.judge(value) is None
