"""The page of a one-time link: answering a message without signing in."""
