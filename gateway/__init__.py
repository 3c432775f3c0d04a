"""Everything that faces people and programs: streams, HTTP, command line, launcher."""
