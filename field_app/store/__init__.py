"""The laptop's databases."""
