"""What behaves like hardware: simulators and recorded homes."""
