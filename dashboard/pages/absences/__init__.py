"""Absences, pauses and modes: of all homes within reach, and of one home."""
