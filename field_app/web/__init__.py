"""The laptop's pages, one folder a feature."""
