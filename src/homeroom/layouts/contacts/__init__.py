"""The contact rules: pairs of a student and a contact become guardians, by rules that are data (docs/explanation/contacts.md)."""
