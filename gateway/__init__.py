"""What runs in the home, on the Raspberry Pi."""
