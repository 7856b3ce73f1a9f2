"""A made-up district and the files that student information systems would write of it.

Shares no code with `homeroom.systems` and reads neither layouts nor the catalogue: what is written here comes from the
standards and the systems' own guides, so that a wrong layout cannot pass its own test.
"""
