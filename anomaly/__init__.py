"""What is unusual for this person: routines, detectors and verdicts."""
