"""The journal: the append-only log of admitted envelopes, the one source of truth."""
