"""The page where one watches tools at work, and the story that is played there."""
