"""What is said: facts in, subject and body out, in the reader's language."""
