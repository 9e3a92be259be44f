"""Quarantine: what stands apart, opened, and released or left there."""
