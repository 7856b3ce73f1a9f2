"""What the district's administrator is given, made from the same layouts that are enforced."""
