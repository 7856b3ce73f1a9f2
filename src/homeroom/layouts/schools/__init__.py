"""Schools that step out: which do tonight and by which rule, and what hangs on them, in tonight's files and in the store."""
