"""PowerSchool: its files, its API, its plug-in."""
