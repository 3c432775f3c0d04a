"""What previewed and deployed apps call on their own host: sign-in, and the rows of their tables."""
