"""A county's day through real processes: what demo and simulate run."""
