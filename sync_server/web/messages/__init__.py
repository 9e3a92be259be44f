"""Messages from the county to schools."""
