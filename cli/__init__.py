"""The operator's command line, `mimamori`."""
