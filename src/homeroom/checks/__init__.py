"""Rules over columns, keys, references and whole files; what passes is admitted."""
