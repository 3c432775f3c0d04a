"""What runs in a previewed page: plain JavaScript, served as it is written."""
