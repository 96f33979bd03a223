"""The list of homes and the page of one home."""
