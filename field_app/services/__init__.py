"""The use cases of the laptop."""
