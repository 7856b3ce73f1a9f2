"""The resources of `/ws/schema`: tables, areas and PowerQueries."""
