"""What a member of the family sees: how it stands at home, and what is being done."""
