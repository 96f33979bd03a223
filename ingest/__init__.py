"""From the broker to the stores: admission, de-duplication and heartbeats."""
