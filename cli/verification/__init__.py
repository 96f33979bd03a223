"""What the checker looks at, one promise per module; `cli/verify.py` puts them together."""
