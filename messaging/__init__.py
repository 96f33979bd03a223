"""What travels between home and city: topics, signed envelopes, receipts, connections."""
