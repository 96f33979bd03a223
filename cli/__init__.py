"""The command `mimamori`: runs, demonstrates, replays and checks the whole."""
