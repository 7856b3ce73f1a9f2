"""One folder per student information system: its layouts, clients and help texts."""

from homeroom.systems.shipped import SETS, folder_of, layout_set, layout_sets

__all__ = ["SETS", "folder_of", "layout_set", "layout_sets"]
