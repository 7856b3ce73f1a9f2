"""Bringing a district in: nine steps from the invitation to the first night that runs by itself, each with an owner and a day.

As in seeds 001 to 003: two weeks, files checked before anything is saved, figures of the district beside figures of the files, and a
signature of both sides before the first real sync.
"""
