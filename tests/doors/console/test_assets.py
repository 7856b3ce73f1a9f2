"""What browsers fetch beside the pages: what lies there, and how it is served."""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_kit import Browser, People, browser, console, house_with
from homeroom.doors.console.assets import HERE, YEAR, read
from homeroom.doors.console.rendering import TEMPLATES, files

VENDOR = HERE / "vendor"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with house_with(tmp_path_factory.mktemp("house")) as house:
        app = console(house, People(), ())
        yield browser(app)
        app.close()


def test_what_others_made_is_as_they_made_it() -> None:
    listed = tomllib.loads((VENDOR / "vendor.toml").read_text("utf-8"))["file"]
    hashes = {each["file"]: each["sha256"] for each in listed}
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in VENDOR.iterdir() if p.name != "vendor.toml"}
    assert found == hashes
    for each in listed:
        assert re.fullmatch(r"\d+\.\d+\.\d+", each["version"])
    packages = {each["package"] for each in listed}
    licensed = {each["package"] for each in listed if each["file"].endswith(".LICENSE.txt")}
    assert packages == licensed


def test_every_picture_that_is_named_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="i-([a-z0-9-]+)"', (HERE / "icons.svg").read_text("utf-8")))
    named = set()
    for place in TEMPLATES.rglob("*.html"):
        named |= set(re.findall(r'icon\("([a-z0-9-]+)"', place.read_text("utf-8")))
    assert named
    assert named <= sprite


def test_templates_and_styles_keep_to_the_policy() -> None:
    for place in TEMPLATES.rglob("*.html"):
        text = place.read_text("utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|hx-on|javascript:|https?://", text), place.name
        assert not re.search(r"<script(?! src=)", text), place.name
    script = (HERE / "console.js").read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|https?://", script)
    for name in ("homeroom.css", "inter.css", "icons.svg"):
        assert "http" not in re.sub(r'xmlns="[^"]+"', "", (HERE / name).read_text("utf-8"))


def test_an_address_with_the_hash_is_kept_for_a_year(somebody: Browser) -> None:
    url = files().url("homeroom.css")
    assert re.fullmatch(r"/static/[0-9a-f]{16}/homeroom\.css", url)
    answer = somebody.get(url)
    assert answer.headers["cache-control"] == YEAR
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == (HERE / "homeroom.css").read_bytes()
    again = somebody.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == YEAR
    for other in ("/static/homeroom.css", "/static/0123456789abcdef/homeroom.css"):
        old = somebody.get(other)
        assert (old.status_code, old.headers["cache-control"], old.headers["etag"]) == (200, "no-cache", answer.headers["etag"])


def test_types_and_packing(somebody: Browser) -> None:
    kinds = {
        "console.js": "text/javascript; charset=utf-8",
        "icons.svg": "image/svg+xml",
        "vendor/inter-latin-wght-normal.woff2": "font/woff2",
        "vendor/htmx.LICENSE.txt": "text/plain; charset=utf-8",
    }
    for name, kind in kinds.items():
        answer = somebody.get(files().url(name), headers={"accept-encoding": "identity"})
        assert (answer.headers["content-type"], answer.content) == (kind, (HERE / name).read_bytes())
    packed = somebody.get(files().url("vendor/tabler.min.css"), headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < 100_000
    assert "content-encoding" not in somebody.get(files().url("vendor/inter-latin-wght-normal.woff2")).headers
    assert gzip.decompress(read().files["vendor/tabler.min.css"].packed or b"") == (HERE / "vendor/tabler.min.css").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/none.css",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/vendor/../../app.py",
        "/static//etc/passwd",
        "/static/vendor/vendor.toml",
        "/static/vendor",
        "/static/x/y/homeroom.css",
    ],
)
def test_there_is_no_way_out_of_the_folder(somebody: Browser, path: str) -> None:
    assert somebody.get(path).status_code in (303, 404)
    assert somebody.ask("POST", "/static/homeroom.css").status_code == 405


def test_another_content_is_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "b.css").write_text("b{}")
    before = read(tmp_path).url("a.css")
    (tmp_path / "b.css").write_text("b{color:red}")
    assert read(tmp_path).url("a.css") != before
    with pytest.raises(KeyError):
        read(tmp_path).url("c.css")


@pytest.mark.slow
def test_the_wheel_brings_everything(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = tmp_path.glob("homeroom-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    console_folder = HERE.parent
    wanted = {p for p in console_folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert {f"homeroom/{p.relative_to(console_folder.parents[1]).as_posix()}" for p in wanted} <= names
