"""What the server keeps: the journal, the readings and the register."""
