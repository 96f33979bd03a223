"""Power cuts: what a program wrote and synced, and what a disk may hold of it afterwards."""
