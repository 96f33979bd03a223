"""The morning digest: today as it stands, and the record of each day."""
