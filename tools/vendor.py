"""Take over what the console ships of other people's work: styles, scripts, the typeface, the pictures.

    npm install --no-audit --no-fund htmx.org@2 htmx-ext-sse@2 uplot@1 @fontsource-variable/inter@5 @tabler/icons@3 @tabler/core@1
    python tools/vendor.py node_modules

Copies the files named below with the licence of each, writes `vendor.toml` (package, version, file, sha256), and makes one sprite,
`static/icons.svg`, of the outline pictures in ICONS. Nothing is fetched when Homeroom is built or runs.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "src/homeroom/doors/console/static"
VENDOR = STATIC / "vendor"

TAKEN = {
    "@tabler/core": {"dist/css/tabler.min.css": "tabler.min.css"},
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    "htmx-ext-sse": {"dist/sse.min.js": "htmx-ext-sse.min.js", "LICENSE": "htmx-ext-sse.LICENSE.txt"},
    "uplot": {
        "dist/uPlot.iife.min.js": "uPlot.iife.min.js",
        "dist/uPlot.min.css": "uPlot.min.css",
        "LICENSE": "uplot.LICENSE.txt",
    },
    "@fontsource-variable/inter": {
        "files/inter-latin-wght-normal.woff2": "inter-latin-wght-normal.woff2",
        "LICENSE": "inter.LICENSE.txt",
    },
    "@tabler/icons": {"LICENSE": "tabler-icons.LICENSE.txt"},
}
"""What is taken of each package, and its name here."""

ICONS = [
    "alert-triangle",
    "arrow-left",
    "arrow-right",
    "arrows-diff",
    "ban",
    "building",
    "bulb",
    "calendar",
    "check",
    "chevron-left",
    "chevron-right",
    "circle-dashed",
    "clock",
    "clock-exclamation",
    "copy",
    "dots",
    "download",
    "exclamation-mark",
    "eye",
    "file-text",
    "hand-stop",
    "help-circle",
    "history",
    "inbox",
    "info-circle",
    "key",
    "link",
    "list-check",
    "loader-2",
    "lock",
    "logout",
    "mail",
    "message-circle",
    "minus",
    "pencil",
    "player-pause",
    "player-play",
    "plug",
    "plug-x",
    "plus",
    "refresh",
    "rotate-clockwise",
    "school",
    "search",
    "selector",
    "send",
    "settings",
    "shield-lock",
    "trash",
    "upload",
    "user",
    "users",
    "webhook",
    "x",
]

TABLER_LICENCE = """tabler.min.css is of @tabler/core, which is under the MIT License; its own head names the authors:

{rights}

{licence}"""


def _entry(package: str, version: str, file: str, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f'[[file]]\npackage = "{package}"\nversion = "{version}"\nfile = "{file}"\nsha256 = "{digest}"\n'


def _symbol(picture: str, name: str) -> str:
    """One picture as a symbol: its strokes without the empty frame, on one line."""
    inside = re.search(r"<svg[^>]*>(.*)</svg>", picture, re.DOTALL)
    assert inside, name
    strokes = re.findall(r"<[^>]+/>", inside[1])
    kept = "".join(re.sub(r"\s*/>", "/>", stroke) for stroke in strokes if 'stroke="none"' not in stroke)
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{kept}</symbol>'


def _tabler_licence(css: bytes, icons: str) -> str:
    """Tabler's own package carries no licence file; its head and the project's licence text say the same."""
    rights = "\n".join(re.findall(r"^ \* (Copyright .+)$", css.decode(), re.MULTILINE))
    return TABLER_LICENCE.format(rights=rights, licence=icons.strip() + "\n")


def take(modules: Path) -> None:
    """Copy everything anew. Raises FileNotFoundError where a package or a picture is missing."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    entries = []
    versions = {p: json.loads((modules / p / "package.json").read_text("utf-8"))["version"] for p in TAKEN}
    for package, files in TAKEN.items():
        for origin, name in files.items():
            content = (modules / package / origin).read_bytes()
            (VENDOR / name).write_bytes(content)
            entries.append(_entry(package, versions[package], name, content))
    icons = modules / "@tabler/icons"
    licence = _tabler_licence((VENDOR / "tabler.min.css").read_bytes(), (icons / "LICENSE").read_text("utf-8")).encode()
    (VENDOR / "tabler.LICENSE.txt").write_bytes(licence)
    entries.append(_entry("@tabler/core", versions["@tabler/core"], "tabler.LICENSE.txt", licence))
    symbols = [_symbol((icons / f"icons/outline/{name}.svg").read_text("utf-8"), name) for name in ICONS]
    said = f"<!-- Tabler Icons {versions['@tabler/icons']}, MIT License: vendor/tabler-icons.LICENSE.txt -->"
    sprite = "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', said, *symbols, "</svg>", ""])
    (STATIC / "icons.svg").write_text(sprite, "utf-8")
    head = "# Made by tools/vendor.py; a test compares it with what lies here.\n\n"
    (VENDOR / "vendor.toml").write_text(head + "\n".join(entries), "utf-8")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
