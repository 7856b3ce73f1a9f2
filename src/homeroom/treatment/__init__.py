"""What a source's settings do to tonight's rows before they are compared: whose rows count, under which ids, with which values."""
