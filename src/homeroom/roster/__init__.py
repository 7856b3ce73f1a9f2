"""What things are: the OneRoster tables as data, issue codes, the import report. Imports nothing of ours."""
