"""One folder per student information system: its layouts, clients and help texts."""
