"""Fixtures of the command line's tests."""

from sftp_standing import host_keys_folder

__all__ = ["host_keys_folder"]
