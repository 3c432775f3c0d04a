"""What runs at the edge, and our clients to it."""
