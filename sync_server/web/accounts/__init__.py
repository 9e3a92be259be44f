"""Signing in, passwords and the list of accounts."""
