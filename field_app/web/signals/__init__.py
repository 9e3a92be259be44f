"""Timing signals 报时指令 and their printed sheet."""
