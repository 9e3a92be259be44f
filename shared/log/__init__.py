"""Lines, chain, heads, signatures and their verification."""
