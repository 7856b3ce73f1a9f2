"""The SFTP door: one account per source, each in a root of its own."""
