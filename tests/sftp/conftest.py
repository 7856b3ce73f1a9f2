"""Fixtures of the SFTP tests."""

from sftp_standing import big, door, host_keys_folder, stand

__all__ = ["big", "door", "host_keys_folder", "stand"]
