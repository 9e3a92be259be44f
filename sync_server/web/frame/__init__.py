"""What every page of the office stands in."""
