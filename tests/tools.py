"""Programs that tests drive and that only the system's package manager has.

A missing one skips the test with a sentence that says how to get it; with `CI` set it fails the test instead.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PACKAGES = {
    "chromium": "chromium",
    "curl": "curl",
    "java": "default-jre-headless",
    "javac": "default-jdk-headless",
    "lftp": "lftp",
    "rclone": "rclone",
    "sftp": "openssh-client",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshpass": "sshpass",
}
"""The Debian package of each program."""


def needs_tool(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where `CI` is set."""
    found = shutil.which(name)
    if found is None:
        _missing(name, PACKAGES[name])
        raise AssertionError
    return found


def needs_file(path: str, package: str) -> Path:
    """A file that a Debian package brings; without it the test is skipped, or fails where `CI` is set."""
    found = Path(path)
    if not found.exists():
        _missing(found.name, package)
    return found


def _missing(what: str, package: str) -> None:
    sentence = f"{what} is not installed: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
