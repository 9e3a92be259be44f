"""How lines travel from the laptop to the office."""
