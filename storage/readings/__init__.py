"""The time series of readings, behind one port."""
