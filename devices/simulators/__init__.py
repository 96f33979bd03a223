"""People with a day, homes, sensors, stories with ground truth, and players of recorded homes."""
