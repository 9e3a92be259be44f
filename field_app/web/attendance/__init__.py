"""Check-in 检录 on one screen."""
