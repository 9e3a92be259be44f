"""The frame of every page: strip, foot, status."""
