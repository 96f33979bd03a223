"""Stretches in which a home is watched otherwise, each with an owner and an end of its own."""

from __future__ import annotations

from datetime import timedelta

LONGEST = timedelta(days=14)
"""A longer absence is entered again: a forgotten one once hid a death for half a year."""
