"""The only corridor that knows the order of the walk; schedules, jobs, rollback."""
