"""Who may see which page: passwords, sign-in, and the rules of roles."""
