"""What `fleet up` starts, watches and ends: private services and the fleet's own processes."""
