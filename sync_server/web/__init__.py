"""The office's pages, one folder a feature."""
