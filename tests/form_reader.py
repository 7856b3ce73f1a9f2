"""The forms of a page, as a browser without scripts reads them: where each is sent, with which controls, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Attributes = dict[str, str]
CONTROLS = ("input", "select", "textarea", "button")
VOID = frozenset({"input", "meta", "link", "br", "hr", "img", "use", "rect", "path", "col", "source"})
ACTING = ("hx-post", "hx-put", "hx-patch", "hx-delete")


@dataclass
class Control:
    """One control of a form. `value` is what it would send as it stands; None: nothing."""

    tag: str
    of: Attributes
    labelled: bool = False
    value: str | None = None
    words: str = ""

    @property
    def kind(self) -> str:
        """The type, as a browser takes it; what is not shown at all is `hidden`, and sent as it stands."""
        if "hidden" in self.of:
            return "hidden"
        return self.of.get("type", "submit" if self.tag == "button" else "text" if self.tag == "input" else self.tag)

    @property
    def name(self) -> str:
        return self.of.get("name", "")


@dataclass
class Form:
    """One form of a page, with the controls that are its own wherever they stand."""

    page: str
    of: Attributes
    controls: list[Control] = field(default_factory=list)

    @property
    def method(self) -> str:
        return self.of.get("method", "").upper()

    @property
    def buttons(self) -> list[Control]:
        return [each for each in self.controls if each.kind in ("submit", "image")]

    def place(self, button: Control | None = None) -> str:
        """Where it is sent."""
        action = (button.of.get("formaction") if button else None) or self.of.get("action", "")
        return urljoin(self.page, action)

    def path(self, button: Control | None = None) -> str:
        """The path of that."""
        return urlsplit(self.place(button)).path

    def sent(self, button: Control | None = None) -> dict[str, list[str]]:
        """What is sent by that button, as the form stands."""
        sent: dict[str, list[str]] = {}
        for each in self.controls:
            if each.name and each.value is not None and each.kind not in ("submit", "button", "file"):
                sent.setdefault(each.name, []).append(each.value)
        if button is not None and button.name:
            sent.setdefault(button.name, []).append(button.of.get("value", ""))
        return sent

    def faults(self) -> list[str]:
        """What a browser without scripts, or whoever hears the page, would miss."""
        said = []
        if self.method not in ("GET", "POST"):
            said.append(f"the method {self.method!r}")
        if not self.of.get("action", "").startswith("/"):
            said.append(f"the action {self.of.get('action')!r}")
        if self.method == "POST" and not any(each.name == "csrf" and each.value for each in self.controls):
            said.append("no token")
        if self.method == "GET" and any(each.name == "csrf" for each in self.controls):
            said.append("a token in the address")
        if not self.buttons and self.of.get("role") != "search":
            said.append("no button that sends it")
        if any(each.kind == "file" for each in self.controls) != (self.of.get("enctype") == "multipart/form-data"):
            said.append("files and their encoding do not go together")
        for act in (*ACTING, "hx-get"):
            if act in self.of and (self.of[act] != self.of.get("action") or act != f"hx-{self.method.lower()}"):
                said.append(f"{act} goes elsewhere than the form")
        for each in self.controls:
            said += _faults_of(each)
        return said


def _faults_of(each: Control) -> list[str]:
    told = f"{each.tag} {each.of.get('id') or each.name or each.words!r}"
    if each.tag == "button" and each.kind != "submit":
        return [f"{told} is no button that sends"]
    if each.tag == "button":
        return [] if each.words.strip() or each.of.get("aria-label") else [f"{told} has no words"]
    said = [] if each.name else [f"{told} has no name"]
    return said if each.kind == "hidden" or each.labelled else [*said, f"{told} has no label"]


class Reader(HTMLParser):
    """Reads one page: its forms, its links, and what acts outside of any form."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.acting: list[tuple[str, Form | None]] = []
        """What a script would send beside the forms: the address, and the form that it stands in."""
        self._open: list[tuple[str, Attributes]] = []
        self._inside: Form | None = None
        self._apart: list[tuple[str, Control]] = []
        self._all: list[Control] = []
        self._for: set[str] = set()
        self._ids: set[str] = set()
        self._written: Control | None = None
        self._chosen: Control | None = None
        self.feed(text)
        self.close()
        for owner, control in self._apart:
            self._owned(owner, control)
        for each in self._all:
            named = each.of.get("aria-labelledby", "").split()
            each.labelled |= each.of.get("id", "-") in self._for or (bool(named) and set(named) <= self._ids)

    def _owned(self, owner: str, control: Control) -> None:
        form = next((each for each in self.forms if each.of.get("id") == owner), None)
        assert form is not None, f"{self.page}: there is no form {owner!r} for {control.of}"
        form.controls.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self._ids |= {of["id"]} if "id" in of else set()
        if tag == "template" or any(name == "template" for name, _ in self._open):
            self._push(tag, of)
            return
        if tag == "form":
            assert self._inside is None, f"{self.page}: a form in a form"
            self._inside = Form(self.page, of)
            self.forms.append(self._inside)
        elif tag == "a" and of.get("href", "").startswith("/"):
            self.links.append(of["href"])
        elif tag == "label" and "for" in of:
            self._for.add(of["for"])
        self.acting += [(of[act], self._inside) for act in ACTING if act in of and tag != "form"]
        if tag in CONTROLS:
            self._control(tag, of)
        if tag == "option" and self._chosen is not None and ("selected" in of or self._chosen.value is None):
            self._chosen.value = of.get("value", "")
        self._push(tag, of)

    def _push(self, tag: str, of: Attributes) -> None:
        if tag not in VOID:
            self._open.append((tag, of))

    def _control(self, tag: str, of: Attributes) -> None:
        control = Control(tag, of, labelled=bool(of.get("aria-label")) or any(name == "label" for name, _ in self._open))
        if tag == "input" and (of.get("type") not in ("checkbox", "radio") or "checked" in of):
            control.value = of.get("value", "")
        self._chosen = control if tag == "select" else self._chosen
        self._written = control if tag in ("textarea", "button") else self._written
        control.value = "" if tag == "textarea" else control.value
        self._all.append(control)
        if "form" in of:
            self._apart.append((of["form"], control))
        elif self._inside is not None:
            self._inside.controls.append(control)
        else:
            self._apart.append(("nowhere", control))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._chosen = None
        elif tag in ("textarea", "button"):
            if self._written is not None and tag == "textarea":
                self._written.value = self._written.words.removeprefix("\n")
            self._written = None

    def handle_data(self, data: str) -> None:
        if self._written is not None:
            self._written.words += data
