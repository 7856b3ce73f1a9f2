"""A set's own datasets: `datasets.toml` in its folder, in the notation of the datasets that come with Homeroom.

    [codes.busZone]
    values = ["inner", "outer"]

    [tables.own_busing]
    singular = "bus place"
    fields = [
      { name = "userSourcedId", format = "guid_ref", ref = "users", required = "always" },
      { name = "zone", format = "enum", codes = "busZone" },
    ]

Every mistake is told at once, with its line, as the mistakes of a layout are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeroom.layouts import language
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import Places, places
from homeroom.roster.catalogue import EVERY_RECORD, Format, Table, catalogue, dataset
from homeroom.roster.datasets import COLUMN, NAME, PREFIX
from homeroom.roster.words import Said, _, in_a_row

FILE = "datasets.toml"
TABLE_KEYS = ("singular", "about", "fields")
FIELD_KEYS = ("name", "format", "required", "ref", "ref_type", "codes", "personal", "about")
CODE_KEYS = ("values", "open", "extensible", "formerly")
FORMATS = tuple(f.value for f in Format if f not in (Format.GUID, Format.LIST_GUID_REF))
"""What a column may be. A list of references would need a table of its own; the key is there already."""

_TAKEN = {*(str(f["name"]).casefold() for f in EVERY_RECORD), "metadata", "id", "source", "verb", "import", "file", "line"}
_TAKEN |= {"locked", "body"}
"""Names that every record has already, or that Homeroom writes beside it."""

_MOST_FIELDS = 100


def read(text: str, origin: str = FILE) -> tuple[Table, ...]:
    """The datasets that a text declares, in its order. Raises LayoutFaults with all mistakes."""
    raw = language.read_toml(text, origin)
    reader = _Reader(origin, places(text))
    made = reader.tables(raw)
    if reader.faults:
        raise LayoutFaults(reader.faults)
    return made


@dataclass(slots=True)
class _Reader:
    """One reading of one text: collects the mistakes."""

    origin: str
    places: Places
    faults: list[LayoutFault] = field(default_factory=list)

    def complain(self, *path: str, message: Said, remedy: Said) -> None:
        line, column = self.places.find(path)
        self.faults.append(LayoutFault(self.origin, line, column, message, remedy))

    def known(self, raw: Mapping[str, Any], keys: Sequence[str], *path: str) -> None:
        for key in raw:
            if key not in keys:
                self.complain(*path, key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, keys))

    def tables(self, raw: Mapping[str, Any]) -> tuple[Table, ...]:
        self.known(raw, ("codes", "tables"))
        codes = {name: found for name, one in self.section(raw, "codes").items() if (found := self.code_list(name, one))}
        declared = self.section(raw, "tables")
        if not declared:
            self.complain(
                "tables",
                message=_("No dataset is declared."),
                remedy=_("Write [tables.{prefix}NAME] and its fields.", prefix=PREFIX),
            )
        return tuple(t for name, one in declared.items() if (t := self.table(name, one, codes)) is not None)

    def section(self, raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = raw.get(key, {})
        if isinstance(value, dict):
            return value
        self.complain(
            key, message=_("{key} is a section.", key=key), remedy=_("Write [{key}.NAME] on a line of its own.", key=key)
        )
        return {}

    def code_list(self, name: str, raw: Any) -> Mapping[str, Any] | None:
        path = ("codes", name)
        if not isinstance(raw, dict) or not _texts(raw.get("values")):
            self.complain(*path, message=_("A code list has values."), remedy=_('Write values = ["...", "..."].'))
            return None
        self.known(raw, CODE_KEYS, *path)
        for key in ("open", "extensible"):
            if not isinstance(raw.get(key, False), bool):
                self.complain(*path, key, message=_("{key} is true or false.", key=key), remedy=_("Write it without quotes."))
        former = raw.get("formerly", {})
        if not isinstance(former, dict) or not set(former.values()) <= set(raw["values"]):
            remedy = _('Write it as { OLD = "NEW" }, with words of the list on the right.')
            self.complain(*path, "formerly", message=_("formerly names words of the list."), remedy=remedy)
        return {"name": name, **{k: v for k, v in raw.items() if k in CODE_KEYS}}

    def table(self, name: str, raw: Any, codes: Mapping[str, Any]) -> Table | None:
        path = ("tables", name)
        if not NAME.fullmatch(name):
            remedy = _(
                "Begin it with {prefix}, in small letters, digits and underscores, at most {count} of them.",
                prefix=PREFIX,
                count=len(PREFIX) + 26,
            )
            self.complain(*path, message=_("A dataset cannot be called {name}.", name=name), remedy=remedy)
        if not isinstance(raw, dict) or not isinstance(raw.get("fields"), list) or not raw["fields"]:
            self.complain(
                *path,
                message=_("{name} has no fields.", name=name),
                remedy=_('Write fields = [{ name = "...", format = "..." }].'),
            )
            return None
        self.known(raw, TABLE_KEYS, *path)
        fields = [f for one in raw["fields"] if (f := self.field(one, codes, path)) is not None]
        names = [str(f["name"]).casefold() for f in fields]
        for twice in sorted({n for n in names if names.count(n) > 1}):
            self.complain(
                *path,
                "fields",
                message=_("{name} has two columns {twice}.", name=name, twice=twice),
                remedy=_("Give each its own name."),
            )
        if len(fields) > _MOST_FIELDS:
            self.complain(
                *path,
                "fields",
                message=_("{name} has {count} columns.", name=name, count=len(fields)),
                remedy=_("{count} may be.", count=_MOST_FIELDS),
            )
        return None if self.faults else dataset(name, {"singular": str(raw.get("singular", name)), "fields": fields})

    def field(self, raw: Any, codes: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any] | None:
        """One field as `catalogue.dataset` reads it; None after a mistake."""
        if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
            self.complain(*path, "fields", message=_("A field has a name."), remedy=_('Write { name = "...", format = "..." }.'))
            return None
        name, before = raw["name"], len(self.faults)

        def wrong(message: Said, remedy: Said) -> None:
            self.complain(*path, "fields", name, message=_("{name}: {message}", name=name, message=message), remedy=remedy)

        for key in raw:
            if key not in FIELD_KEYS:
                wrong(_("{key} is not known here.", key=key), did_you_mean(key, FIELD_KEYS))
        _judge_name(name, wrong)
        _judge_format(raw, wrong)
        _judge_codes(raw, codes, wrong)
        if raw.get("required", "always") != "always":
            wrong(_("required is always, or is left out."), _('Write required = "always".'))
        if not isinstance(raw.get("personal", False), bool):
            wrong(_("personal is true or false."), _("Write it without quotes."))
        if len(self.faults) > before:
            return None
        plain = {k: v for k, v in raw.items() if k != "about"}
        if (own := codes.get(str(plain.get("codes")))) is not None:
            return {k: v for k, v in plain.items() if k != "codes"} | {"words": own}
        return plain


Wrong = Callable[[Said, Said], None]
"""wrong(message, remedy)"""


def _judge_name(name: str, wrong: Wrong) -> None:
    if name.casefold() in _TAKEN:
        wrong(_("every record has this already, or Homeroom writes it."), _("Leave it out, or give the column another name."))
    elif not COLUMN.fullmatch(name):
        wrong(_("a column's name is letters and digits, at most 29, a letter first."), _("Write it as in busNumber."))


def _judge_format(raw: Mapping[str, Any], wrong: Wrong) -> None:
    said, ref = raw.get("format"), raw.get("ref")
    if said not in FORMATS:
        wrong(
            _("the format {format} cannot be used here.", format=str(said)),
            _("It is one of: {formats}.", formats=in_a_row(FORMATS)),
        )
    if (said == Format.GUID_REF.value) != (ref is not None):
        wrong(_("a guid_ref says which table it names, and nothing else does."), _('Write format = "guid_ref", ref = "users".'))
    elif ref is not None and ref not in catalogue().tables:
        wrong(_("there is no roster table {ref}.", ref=str(ref)), did_you_mean(str(ref), catalogue().tables))
    if "ref_type" in raw and (ref != "orgs" and ref != "academicSessions"):
        wrong(_("ref_type goes with orgs and academicSessions."), _("Take it out."))


def _judge_codes(raw: Mapping[str, Any], codes: Mapping[str, Any], wrong: Wrong) -> None:
    listed = raw.get("format") in (Format.ENUM.value, Format.LIST_ENUM.value)
    said = raw.get("codes")
    if listed and said is None:
        wrong(_("an enum has a code list."), _('Write codes = "NAME", and the list under [codes.NAME].'))
    elif said is not None and said not in codes and said not in catalogue().codes:
        wrong(_("there is no code list {name}.", name=str(said)), did_you_mean(str(said), [*codes, *catalogue().codes]))
    elif said is not None and not listed and raw.get("format") != Format.LIST_STRING.value:
        wrong(_("a code list goes with an enum."), _('Write format = "enum".'))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v.strip() for v in value)
