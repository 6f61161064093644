"""What people type and paste, read as values: times, addresses, whole bounce messages and headers."""
