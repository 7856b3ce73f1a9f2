"""To what the tables of the control store belong; they are declared in `control_tables` and `people_tables`."""

from sqlalchemy import MetaData

control = MetaData()
