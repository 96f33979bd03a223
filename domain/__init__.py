"""The words of the house: readings, verdicts, cases and time, without any input or output."""
