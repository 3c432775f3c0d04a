"""The engine room under the actors: bus, job, delivery, leases, telemetry."""
