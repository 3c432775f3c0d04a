"""The steps in which an app's tables are changed."""
