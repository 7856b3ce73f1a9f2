"""The OneRoster REST door for applications."""
