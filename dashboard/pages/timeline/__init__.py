"""The timeline of one resident: all evidence in one order, whoever sent it."""
