"""Reading, checking and sealing the pupils' list."""
