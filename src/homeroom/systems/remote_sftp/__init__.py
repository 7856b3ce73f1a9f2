"""A district's own SFTP server, from which Homeroom fetches the files.

Both functions load what they need when they are called: asyncssh takes 0.15 s, and most commands only want to know which roads there are.
"""

from __future__ import annotations

from typing import Any

from homeroom.systems.fetching import Errand, Fetched


def fetch(errand: Errand) -> Fetched:
    """See `fetching.fetch`."""
    from homeroom.systems.remote_sftp import fetching

    return fetching.fetch(errand)


def look(errand: Errand) -> dict[str, Any]:
    """See `fetching.look`."""
    from homeroom.systems.remote_sftp import fetching

    return fetching.look(errand)
