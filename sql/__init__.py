"""Every line of SQL, and the typed doors to it."""
