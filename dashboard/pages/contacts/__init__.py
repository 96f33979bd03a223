"""How one is told: a person's own contact methods and quiet hours."""
