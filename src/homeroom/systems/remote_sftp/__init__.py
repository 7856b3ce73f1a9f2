"""A district's own SFTP server, from which Homeroom fetches the files."""

from homeroom.systems.remote_sftp.fetch import fetch, look

__all__ = ["fetch", "look"]
