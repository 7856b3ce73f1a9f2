"""Markdown for people, and HTML made of it: one text, two forms, and nothing of a district's data is ever markup.

Texts that come from outside (a district's name, header words, values) go through `plain` or `code`. Raw HTML is never passed
on, pictures are not loaded, and links lead only where a browser may go without harm.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files

from markdown_it import MarkdownIt
from markdown_it.token import Token

_SIGNS = re.compile(r"([\\`*_\[\]<>&~#!])")
_OPENING = re.compile(r"^(\d+)([.)])|^([-+=:])")


def plain(text: str) -> str:
    """A text from outside as Markdown that shows exactly it (runs of blanks and line breaks as one blank).

    >>> plain("Lincoln *High* <b>")
    'Lincoln \\\\*High\\\\* \\\\<b\\\\>'
    """
    one_line = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _OPENING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", one_line)


def code(text: str) -> str:
    """A text from outside as code: shown letter by letter.

    >>> code("a"), code("`")
    ('`a`', '`` ` ``')
    """
    shown = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def codes(texts: Iterable[str]) -> str:
    """Several texts as code, with commas."""
    return ", ".join(map(code, texts))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table whose cells are Markdown."""
    yield "| " + " | ".join(headers) + " |"
    yield "|" + "---|" * len(headers)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def block(text: str, language: str = "") -> Iterator[str]:
    """The lines of a block of text that is shown as it is."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * max(3, longest + 1)
    yield from [fence + language, *text.rstrip("\n").split("\n"), fence, ""]


def anchor(title: str) -> str:
    """The address of a heading within its page."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def page(text: str, title: str, language: str = "en") -> str:
    """A Markdown text as one HTML file that needs nothing else: no script, its style inside, safe under the policy it states."""
    style = files("homeroom.guide").joinpath("guide.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="{html.escape(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{html.escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{body(text)}</main>
</body>
</html>
"""


def body(text: str) -> str:
    """A Markdown text as HTML: headings with addresses, tables that scroll by themselves, code blocks that can be reached by key."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(text)
    heading = ""
    tables = 0
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _words(tokens[position + 1])
            token.attrSet("id", anchor(heading))
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "table_open":
            tables += 1
            token.meta["label"] = heading if tables == 1 else f"{heading} ({tables})"
    return str(reader.renderer.render(_wrapped(tokens), reader.options, {}))


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline"))


def _wrapped(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a scrolling frame around every table."""
    made: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            label = html.escape(f"Table: {token.meta['label']}", quote=True)
            made.append(_raw(f'<div class="wide" role="region" tabindex="0" aria-label="{label}">\n'))
        made.append(token)
        if token.type == "table_close":
            made.append(_raw("</div>\n"))
    return made


def _raw(markup: str) -> Token:
    """Markup of our own."""
    token = Token("html_block", "", 0)
    token.content = markup
    return token
