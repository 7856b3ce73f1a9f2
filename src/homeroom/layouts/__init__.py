"""The layout language: text files that say how source records become rows of a roster table."""
