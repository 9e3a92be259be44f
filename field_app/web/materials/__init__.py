"""Counting and sealing 封装清点."""
