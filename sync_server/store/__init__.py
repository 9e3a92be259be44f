"""The office's database."""
