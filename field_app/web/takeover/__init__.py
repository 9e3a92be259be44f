"""Taking over another laptop's day."""
