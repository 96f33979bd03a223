"""The ways to tell people: one file each, one method each."""
