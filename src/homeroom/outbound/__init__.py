"""What leaves the house: OneRoster CSV packages now; webhooks and mail join it."""
