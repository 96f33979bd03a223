"""How well a detector does on recorded homes: false alarms against the time to an alarm."""
