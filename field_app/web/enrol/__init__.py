"""Enrolling this laptop."""
