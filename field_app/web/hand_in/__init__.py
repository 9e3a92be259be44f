"""Handing in 上交: one guided act."""
