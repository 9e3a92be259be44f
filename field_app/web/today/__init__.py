"""Today 今日: the page everyone returns to."""
