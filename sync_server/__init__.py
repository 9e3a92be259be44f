"""The county office."""
