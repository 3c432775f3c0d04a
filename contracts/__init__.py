"""The words of the fleet: events, names and settings. No I/O, no clock, no randomness."""
