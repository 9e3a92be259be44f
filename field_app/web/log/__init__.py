"""The log 日志 in words, its chain, export and backup."""
