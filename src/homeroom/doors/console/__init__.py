"""The console for people."""
