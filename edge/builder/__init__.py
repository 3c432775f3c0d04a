"""Builds of apps: everything that is served of one, made at once, by a process that is ended afterwards."""
