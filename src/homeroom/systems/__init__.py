"""One folder per student information system: its layouts, clients and help texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homeroom.systems.shipped import SETS, folder_of, layout_set, layout_sets

__all__ = ["SETS", "folder_of", "layout_set", "layout_sets"]


def __getattr__(name: str) -> Any:
    """What `shipped` has, loaded when it is asked for: a client or a plug-in needs no layouts."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from homeroom.systems import shipped

    return getattr(shipped, name)
