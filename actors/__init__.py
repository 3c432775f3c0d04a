"""The fleet: one file, one actor, one queue."""
