"""Who is on call now, and who is next."""
