"""The pretend PowerSchool: a server that answers as public evidence says PowerSchool's API does, quirks and faults included.

Written from PowerSchool's documentation and what others measured; it shares no code with the client in `homeroom.systems`. What no
one could verify on a live server is marked in `docs/reference/pretend-powerschool.md`.
"""
