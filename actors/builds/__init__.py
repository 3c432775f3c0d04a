"""What a build goes through: what it is of, what it says, and how it ends."""
