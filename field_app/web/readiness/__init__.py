"""Getting ready for the day."""
