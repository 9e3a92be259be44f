"""The laptop in the school."""
