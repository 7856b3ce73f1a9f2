"""A district's PowerSchool as a source: what Homeroom fetches by its API becomes a delivery like any other."""

from homeroom.systems.powerschool.source.fetching import fetch
from homeroom.systems.powerschool.source.notices import NOTIFIED
from homeroom.systems.powerschool.source.preflight import look
from homeroom.systems.powerschool.source.singles import hangs, one

__all__ = ["NOTIFIED", "fetch", "hangs", "look", "one"]
