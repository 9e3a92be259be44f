"""The laptop's clock and signals."""
