"""One folder per topic: thin routes, and view models as pure functions."""
